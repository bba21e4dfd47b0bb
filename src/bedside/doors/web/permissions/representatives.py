"""Recording from a list who may act for whom, so that mail for minors is not held one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import render

from bedside.doors.web.pages import staff_page
from bedside.doors.web.permissions.forms import read_source
from bedside.doors.web.permissions.words import STAFF_SOURCES
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.intake.representatives import take_representatives
from bedside.records.intake.rules.representatives import FILE_BYTES_MAX
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.intake.representatives import TakenOver

LINES_AT_ONCE: Final = 2_000  # somebody waits for the page, and each person is held until it is done


@staff_page(Right.RECORD_CONSENT)
def representatives(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The page; POST takes a list over and says what became of each line."""
    problem, found = "", None
    if request.method == "POST":
        try:
            found = _take(request, scope)
        except Refusal as error:
            problem = error.sentence
    context = {
        "found": found,
        "most": LINES_AT_ONCE,
        "sources": [(one.value, words) for one, words in STAFF_SOURCES.items()],
        "typed": request.POST,
        "problem": problem,
    }
    return render(request, "web/permissions/representatives.html", context, status=422 if problem else 200)


def _take(request: HttpRequest, scope: Scope) -> TakenOver:
    upload = request.FILES.get("file")
    if upload is None:
        raise Refusal("no_file", "Choose a file first.")
    source = read_source(request.POST)
    content = upload.read(FILE_BYTES_MAX + 1)
    return take_representatives(scope, content, source=source, at=clock.now(), lines_max=LINES_AT_ONCE)
