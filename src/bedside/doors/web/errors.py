"""Pages for what should not happen: no detail of the fault, a reference to find it by."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.ground import logs

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

log = logs.logger("web")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 400, "The browser sent something this page cannot use; go back and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 403, "This form is no longer valid; reload the page and send it again.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _page(request, 404, "That does not exist here.")


def broken(request: HttpRequest) -> HttpResponse:
    reference = secrets.token_hex(4)
    error = sys.exc_info()[1]
    log.error(
        "page.broken",
        reference=reference,
        error=type(error).__name__,
        place=logs.place_of(error.__traceback__ if error else None),
    )
    sentence = (
        f"Something went wrong on our side and nothing was changed. Quote {reference} when you report it."
    )
    return _page(request, 500, sentence)


def _page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    return render(request, "web/error.html", {"sentence": sentence, "status": status}, status=status)
