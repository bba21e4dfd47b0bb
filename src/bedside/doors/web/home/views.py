"""The first page after signing in: what needs doing now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from bedside.doors.web.home.providers import NUMBERS, PANELS, TASKS, address_of
from bedside.doors.web.middleware import seconds_left
from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from bedside.ground.scope import Scope

NOON, EVENING = 12, 18
# (page, label, right): what people come for most, as buttons.
SHORTCUTS = [
    ("campaign_new", "New campaign", Right.RUN_CAMPAIGNS),
    ("message_new", "Write a message", Right.WRITE_MESSAGES),
    ("import_new", "Import patients", Right.IMPORT_PATIENTS),
]


@staff_page(None)
def home(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Setting-up steps while any is open, then numbers and what happened."""
    tasks = [task for give in TASKS if (task := give(scope)) is not None and task.address]
    context = {
        "greeting": greeting(timezone.localtime(clock.now()).hour),
        "tasks": tasks if any(not task.done for task in tasks) else [],
        "next_task": next((task for task in tasks if not task.done), None),
        "tasks_done": sum(task.done for task in tasks),
        "steps_left": sum(not task.done for task in tasks),
        "numbers": [panel for give in NUMBERS if (panel := give(scope)) is not None],
        "panels": [panel for give in PANELS if (panel := give(scope)) is not None],
        "shortcuts": [
            (address, label)
            for page, label, right in SHORTCUTS
            if scope.may(right) and (address := address_of(page))
        ],
    }
    return render(request, "web/home/home.html", context)


@staff_page(None)
def session(request: HttpRequest, scope: Scope) -> HttpResponse:  # noqa: ARG001
    """How long this session lives on; a POST (which is not polling) keeps it alive."""
    return JsonResponse({"seconds_left": seconds_left(request)})


def greeting(hour: int) -> str:
    """`hour` of the practice's day, 0 to 23."""
    if hour < NOON:
        return "Good morning"
    return "Good afternoon" if hour < EVENING else "Good evening"
