"""How a patients' page is made: no cookies, nothing kept by browsers or found by search engines."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from bedside.doors.pickup.words import NAMES, TEXTS, choose_language
from bedside.ground.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bedside.doors.pickup.words import Language

# Stricter than the staff pages: no script at all, and no frame may show the button under something else.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_NO_SUCH_PAGE = 404


def patient_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: puts the headers on whatever the view answers."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return protect(view(request, *args, **kwargs))

    return page


def protect(response: HttpResponse) -> HttpResponse:
    """The address holds the token, so it must not be kept, sent on, or indexed."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Content-Security-Policy"] = POLICY
    return response


class Protected:
    """Middleware: nothing leaves this door without its headers, whatever answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response.headers:
            protect(response)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


def show(
    request: HttpRequest, template: str, values: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Renders without the staff pages' context, which knows about sessions."""
    language = language_of(request)
    others = [(one.value, name) for one, name in NAMES.items() if one is not language]
    context = {
        **values,
        "language": language.value,
        "other_languages": others,
        "words": TEXTS[language],
    }
    text = render_to_string(f"pickup/{template}", context)
    response = HttpResponse(text, status=status)
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language"
    return response


def language_of(request: HttpRequest) -> Language:
    return choose_language(request.GET.get("lang", ""), request.headers.get("Accept-Language", ""))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's form
    """The page for a link that does not open; it names no practice, since nobody knows which."""
    return protect(show(request, "missing.html", {}, status=_NO_SUCH_PAGE))


def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault, ours or the outside world's (503): a mail program that posted will try again."""
    status = 503 if isinstance(sys.exc_info()[1], Fault) else 500
    return protect(show(request, "broken.html", {}, status=status))
