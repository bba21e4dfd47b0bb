"""The first page after signing in: what needs doing now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from bedside.doors.web.middleware import seconds_left
from bedside.doors.web.pages import staff_page

if TYPE_CHECKING:
    from bedside.ground.scope import Scope


@staff_page(None)
def home(request: HttpRequest, scope: Scope) -> HttpResponse:
    return render(request, "web/home/home.html", {})


@staff_page(None)
def session(request: HttpRequest, scope: Scope) -> HttpResponse:  # noqa: ARG001
    """How long this session lives on; a POST (which is not polling) keeps it alive."""
    return JsonResponse({"seconds_left": seconds_left(request)})
