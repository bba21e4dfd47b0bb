"""What every staff page shares: sign-in, one practice, one right, one transaction, refusals told in words."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers

from bedside.doors.web.middleware import go_to
from bedside.ground import clock, logs
from bedside.ground.errors import Fault, NotAllowed, NotFound, Refusal
from bedside.ground.scope import Purpose, Scope, in_scope
from bedside.safeguards.staff.refusals import note_refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.http.response import HttpResponseBase

    from bedside.safeguards.staff.rules import Right

log = logs.logger("web")
_DIGITS_MAX = 9


class StaffRequest(HttpRequest):
    """A request after the middleware: `scope` is set, or None for somebody without a practice."""

    scope: Scope | None


View = "Callable[Concatenate[HttpRequest, Scope, ...], HttpResponseBase]"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRule:
    """What a page asks for. Tests walk PAGES: each address needs a rule, each rule is tried by a stranger."""

    right: Right | None  # None: any member of a practice
    purpose: Purpose


PAGES: dict[Callable[..., HttpResponseBase], PageRule] = {}


def staff_page(
    right: Right | None, *, purpose: Purpose = Purpose.OPERATIONS
) -> Callable[
    [Callable[Concatenate[HttpRequest, Scope, ...], HttpResponseBase]], Callable[..., HttpResponseBase]
]:
    """Decorator: the view gets `(request, scope, ...)` inside the practice's transaction.

    A stranger is sent to sign in; a member without the right gets 403; Refusal becomes a page or, for htmx,
    a piece of one. Views that answer a form should catch Refusal themselves and show it beside the form.
    """

    def wrap(
        view: Callable[Concatenate[HttpRequest, Scope, ...], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = _answer(view, request, right, purpose, args, kwargs)
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store"
            if response.streaming:
                response.streaming_content = _guarded(response.streaming_content)  # type: ignore[attr-defined]
            return response

        PAGES[page] = PageRule(right=right, purpose=purpose)
        return page

    return wrap


def _answer(
    view: Callable[..., HttpResponseBase],
    request: HttpRequest,
    right: Right | None,
    purpose: Purpose,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return go_to(request, redirect_to_login(request.get_full_path()).url)
    scope = scope_of(request, purpose)
    if scope is None:
        return render(request, "web/no_practice.html", status=403)
    try:
        return _within(scope, right, functools.partial(view, request, scope, *args, **kwargs), request)
    except Refusal as error:
        return problem(request, error, status=422)
    except Fault as error:
        return problem(request, error, status=503)


def _within(
    scope: Scope, right: Right | None, view: Callable[[], HttpResponseBase], request: HttpRequest
) -> HttpResponseBase:
    """Runs the view in the practice's transaction. Raises Refusal, and Fault, also when no refusal can be recorded."""
    try:
        if right is not None:
            scope.require(right)
        with in_scope(scope):
            return view()
    except (NotAllowed, NotFound) as error:
        return _refused(request, scope, error)


def _refused(request: HttpRequest, scope: Scope, error: NotAllowed | NotFound) -> HttpResponse:
    """The same answer for another practice's thing as for nobody's, once the asking is in the asker's ledger."""
    note_refused(scope, page=page_code(request), reason=error.code, at=clock.now())
    return problem(request, error, status=403 if isinstance(error, NotAllowed) else 404)


def page_code(request: HttpRequest) -> str:
    """The name of the page's address: a code of ours, with nothing of what was typed."""
    match = request.resolver_match
    return match.view_name if match else ""


class FileBroken(Exception):
    """A file ended before its time, for whoever serves it to cut the connection; says nothing of why."""


def _guarded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A file is made while it is sent, after Django's own care for errors; the server would log their text."""
    try:
        yield from pieces
    except Exception as error:  # noqa: BLE001  a border: nothing of the fault but its sort and place goes on
        place = logs.place_of(error.__traceback__)
        log.error("file.broken", error=type(error).__name__, place=place)  # noqa: TRY400  without its text
    else:
        return
    raise FileBroken


def scope_of(request: HttpRequest, purpose: Purpose) -> Scope | None:
    """The scope the middleware found for this session, for one purpose of use."""
    base: Scope | None = getattr(request, "scope", None)
    if base is None:
        return None
    return Scope(
        practice_id=base.practice_id,
        actor=base.actor,
        purpose=purpose,
        rights=base.rights,
        origin=base.origin,
    )


def problem(request: HttpRequest, error: Refusal | Fault, *, status: int) -> HttpResponse:
    """The page that says in one sentence what is wrong; a fragment for htmx."""
    name = "web/problem_fragment.html" if getattr(request, "htmx", False) else "web/problem.html"
    return render(request, name, {"sentence": error.sentence, "code": error.code}, status=status)


def whole_number(text: str, *, otherwise: int) -> int:
    """A number out of a form or an address. Whatever is none that a column could hold counts as not given."""
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX
    return int(text) if plain else otherwise


def done(request: HttpRequest, sentence: str, to: str, *args: object) -> HttpResponse:
    """After a successful POST: a message, then the page `to`."""
    messages.success(request, sentence)
    return redirect(to, *args)
