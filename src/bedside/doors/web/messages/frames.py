"""Rendered mail for a frame: an answer in which nothing can run, call or navigate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from bedside.decisions.composer.previews import preview, preview_draft
from bedside.decisions.composer.queries import message
from bedside.decisions.composer.rules.starters import starter_draft, starters
from bedside.doors.web.messages.forms import edit_from
from bedside.doors.web.pages import staff_page, whole_number
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from bedside.decisions.composer.previews import Preview
    from bedside.ground.scope import Scope

# `sandbox` without any word: no script, no form, no pop-up, an origin of its own.
FRAME_POLICY: dict[str, list[str]] = {
    "default-src": ["'none'"],
    # Our own door by its address: on somebody's own machine it is without TLS.
    "img-src": ["https:", "data:", settings.BEDSIDE_PICKUP_URL],
    "style-src": ["'unsafe-inline'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [""],
}
_SORRY = (
    '<!doctype html><html lang="en"><head><title>No preview yet</title></head>'
    '<body style="font:16px/1.5 sans-serif;color:#4a5563;background:#f5f4f0;padding:24px">'
    "<p>Put right what is listed, and the preview appears here.</p></body></html>"
)


def mail_frame(html: str) -> HttpResponse:
    """An answer for an iframe with finished mail; for whichever page shows one."""
    response = HttpResponse(html)
    response._csp_config = FRAME_POLICY  # type: ignore[attr-defined]  # noqa: SLF001  django-csp reads this
    return response


@staff_page(Right.WRITE_MESSAGES)
def starter(_request: HttpRequest, scope: Scope, starter: str) -> HttpResponse:
    """A starter as it would look, for its card."""
    suggested = starters()[starter].suggested if starter in starters() else ()
    # For the look of its footer only: a message made from it has no class until somebody chooses one.
    specialty = profile(scope).specialty
    draft = starter_draft(starter, name="", specialty=specialty)
    draft = replace(draft, message_class=next(iter(suggested), None))
    return _framed(lambda: preview_draft(scope, draft, at=clock.now()).preview)


@staff_page(Right.WRITE_MESSAGES)
def look(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """The saved message, an older revision of it, what is being typed (POST), or as for one patient."""
    at = clock.now()
    message(scope, message_id)  # another practice's is not found, whatever is asked about it
    if request.method == "POST":
        return _framed(lambda: preview_draft(scope, edit_from(request.POST).draft, at=at).preview)
    if request.GET.get("patient"):
        patient_id = _id(request.GET["patient"])
        return _framed(lambda: preview(scope, message_id, patient_id=patient_id, at=at))
    number = whole_number(request.GET.get("revision", ""), otherwise=0)
    draft = message(scope, message_id, revision=number or None).draft
    return _framed(lambda: preview_draft(scope, draft, at=at).preview)


def _framed(render: Callable[[], Preview | None]) -> HttpResponse:
    """The rendered mail, or a word in its place: a frame has no room for a whole page of ours."""
    try:
        shown = render()
    except NotFound:
        raise
    except Refusal:
        shown = None
    return mail_frame(shown.html if shown else _SORRY)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
