"""Pages for what should not happen: no detail of the fault, a reference to find it by."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from bedside.ground import logs
from bedside.ground.errors import Fault

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logs.logger("web")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 400, "The browser sent something this page cannot use; go back and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 403, "You may not see this; if you should, ask an administrator.")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Django's CSRF check failed, mostly because the person signed in anew in another window."""
    return _page(request, 403, "This form is no longer valid; reload the page and send it again.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 404, "That does not exist here.")


def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours, or for a database that is away (503, and nothing to report)."""
    reference = secrets.token_hex(4)
    error = sys.exc_info()[1]
    log.error(
        "page.broken",
        reference=reference,
        error=type(error).__name__,
        place=logs.place_of(error.__traceback__ if error else None),
    )
    if isinstance(error, Fault):  # outside a page of ours, such as in signing in
        return _page(request, 503, error.sentence)
    if isinstance(error, Fault):  # of what is asked before the page itself, such as who is signed in
        return _page(request, 503, error.sentence)
    if isinstance(error, OperationalError | InterfaceError):
        return _page(
            request, 503, "The database does not answer, so nothing was changed; try again in a minute."
        )
    sentence = (
        f"Something went wrong on our side and nothing was changed. Quote {reference} when you report it."
    )
    return _page(request, 500, sentence)


def _page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """Rendered without the request, so that the page stands even when the database is what is broken."""
    name = "web/problem_fragment.html" if request.headers.get("HX-Request") else "web/error.html"
    body = render_to_string(name, {"sentence": sentence, "status": status})
    response = HttpResponse(body, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
