"""Who calls, and what they sent: decided before anything else happens.

No sign-in and no cookie: the key in the header is all that counts, so there is nothing for a foreign page to ride on
and no CSRF check. A body is read only for a key in force, and never beyond its limit.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, Final

from django.views.decorators.csrf import csrf_exempt

from bedside.doors.api.answers import problem, refused
from bedside.ground import clock, logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.uploads import SealedUpload
from bedside.safeguards.apikeys.actions import api_caller, note_ended
from bedside.safeguards.apikeys.queries import is_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponse

    from bedside.safeguards.apikeys.actions import ApiCaller

BODY_BYTES_MAX: Final = 8 * 1024 * 1024
FILE_BYTES_MAX: Final = 120 * 1024 * 1024
_PIECE_BYTES: Final = 256 * 1024
_NO_KEY: Final = "Send a key that is in force as Authorization: Bearer."
_SCHEME: Final = "Bearer "

log = logs.logger("api")


class BodyTooLarge(Exception):
    """More was sent, or announced, than is read."""


class KeyEnded(Exception):
    """The key was revoked while the body came."""


def api_call(
    *methods: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, ApiCaller, ...], HttpResponse]], Callable[..., HttpResponse]
]:
    """Decorator: the view gets `(request, caller, ...)`; whatever it refuses becomes a problem."""

    def wrap(
        view: Callable[Concatenate[HttpRequest, ApiCaller, ...], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def call(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            made = _answer(view, request, methods, args, kwargs)
            made.headers["Cache-Control"] = "no-store"
            made.headers["Referrer-Policy"] = "no-referrer"
            return made

        return csrf_exempt(call)  # see the head of this file

    return wrap


def _answer(
    view: Callable[..., HttpResponse],
    request: HttpRequest,
    methods: tuple[str, ...],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> HttpResponse:
    if request.method not in methods:
        made = problem(405, "method", f"Use {' or '.join(methods)} here.")
        made.headers["Allow"] = ", ".join(methods)
        return made
    try:
        caller = _caller(request)
        if caller is None:
            return problem(401, "key", _NO_KEY)
        return view(request, caller, *args, **kwargs)
    except KeyEnded:
        return problem(401, "key", _NO_KEY)
    except BodyTooLarge:
        return problem(413, "too_large", f"Send at most {FILE_BYTES_MAX // 1024**2} MB at once.")
    except Refusal as error:
        return refused(error.code, error.sentence)
    except Fault as fault:
        return problem(503, fault.code, fault.sentence)


def _caller(request: HttpRequest) -> ApiCaller | None:
    told = request.headers.get("Authorization", "")
    if not told.startswith(_SCHEME):
        return None
    key = told.removeprefix(_SCHEME).strip()
    return api_caller(key, origin=request.META.get("REMOTE_ADDR", ""), at=clock.now())


def announced_bytes(request: HttpRequest) -> int:
    """How much is said to come; raises BodyTooLarge for what cannot be told or would be too much."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    if not (told.isascii() and told.isdigit()) or int(told) > FILE_BYTES_MAX:
        raise BodyTooLarge
    return int(told)


def body_of(request: HttpRequest, caller: ApiCaller) -> bytes:
    """The whole body, at most BODY_BYTES_MAX: for what is taken at once. Raises KeyEnded."""
    body = bytearray()
    for piece in _pieces(request, bytes_max=BODY_BYTES_MAX):
        body += piece
    _check_still(caller)
    return bytes(body)


def spooled(request: HttpRequest, caller: ApiCaller) -> SealedUpload:
    """A larger body, sealed as it comes in: no transaction waits for a slow sender. Close it afterwards.

    Raises KeyEnded.
    """
    upload = SealedUpload(name="sent", content_type=None)
    try:
        for piece in _pieces(request, bytes_max=FILE_BYTES_MAX):
            upload.append(piece)
        _check_still(caller)
    except BaseException:
        upload.close()
        raise
    return upload


def _check_still(caller: ApiCaller) -> None:
    """A body may take hours to come; what comes after its key was revoked is not taken."""
    if not is_in_force(caller.scope, caller.key_id):
        note_ended(caller, at=clock.now())
        raise KeyEnded


def _pieces(request: HttpRequest, *, bytes_max: int) -> Iterator[bytes]:
    count = 0
    while piece := request.read(_PIECE_BYTES):
        count += len(piece)
        if count > bytes_max:
            raise BodyTooLarge
        yield piece
