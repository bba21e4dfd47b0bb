"""`GET /p/<token>/<width>`: the pictures in mails, for whoever opens one.

The same address stands in every mail that shows the picture, so nobody can tell which mail was opened, or by whom; no
cookie is set or read, and nothing is counted or logged. The answer may be kept for a year by anybody: what is behind
an address never changes. It is shown on no page and nothing in it can run, whatever a browser takes it for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from bedside.doors.pickup.pages import patient_page
from bedside.ground import clock
from bedside.records.media.serving import Gone, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

_KEPT: Final = "public, max-age=31536000, immutable"
_POLICY: Final = "default-src 'none'; sandbox"
_NO_SUCH_PICTURE, _GONE = 404, 410


def _picture_answer(
    view: Callable[[HttpRequest, str, int], HttpResponse],
) -> Callable[[HttpRequest, str, int], HttpResponse]:
    """As `patient_page`, but a picture may be kept, and shown by any mail program."""
    guarded = patient_page(view)

    def answer(request: HttpRequest, token: str, width: int) -> HttpResponse:
        response = guarded(request, token, width)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = _POLICY
        if response.status_code == 200:  # noqa: PLR2004
            response.headers["Cache-Control"] = _KEPT
            # Mail in a browser is on another site than we are.
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answer


@_picture_answer
@require_safe
def picture(request: HttpRequest, token: str, width: int) -> HttpResponse:  # noqa: ARG001  Django's form
    """Every address that is none of ours gets the same answer, whatever is wrong with it."""
    try:
        found = serve(token, at_most=width, at=clock.now())
    except Gone:
        return _told("This picture is not shown any more.\n", status=_GONE)
    if found is None:
        return _told("There is no such picture.\n", status=_NO_SUCH_PICTURE)
    return HttpResponse(found.content, content_type=found.media_type)


def _told(words: str, *, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
