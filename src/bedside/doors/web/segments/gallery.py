"""Ready-made segments to choose from, and the search for codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.rules import shown, uses_health
from bedside.doors.web.pages import staff_page
from bedside.doors.web.segments.picking import found
from bedside.doors.web.segments.posting import FIND_LENGTH_MAX
from bedside.doors.web.segments.starters import ASKED, sections, starter
from bedside.doors.web.segments.vocabulary import names_for, suggested
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.records.charts.rules import Kind
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope

SUGGESTIONS_MAX: Final = 100
_TAKEN_MAX: Final = 200
_EXAMPLES: Final = {
    Kind.CONDITION: "E11.9",
    Kind.MEDICATION: "RxNorm 6809",
    Kind.IMMUNIZATION: "CVX 88",
    Kind.PROCEDURE: "83036",
}
builds_segments = staff_page(Right.BUILD_SEGMENTS)


@builds_segments
@require_GET
def gallery(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Questions that practices ask most. What somebody here asked for is suggested to whoever may see patients."""
    at = clock.now()
    suggestions = (
        {name: suggested(scope, name, limit=SUGGESTIONS_MAX, at=at) for name in ASKED}
        if scope.may(Right.SEE_PATIENTS)
        else {}
    )
    context = {"sections": sections(), "asked": ASKED, "suggestions": suggestions}
    return render(request, "web/segments/gallery.html", context)


@builds_segments
@require_GET
def count(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    """A piece of the gallery: how many patients one ready-made segment means now."""
    start, at = starter(code), clock.now()
    if start is None or start.asks:
        raise NotFound("There is nothing to count.")
    rule = start.rule()
    many = queries.count(scope, rule, today=timezone.localdate(at), at=at)
    actions.note_counted(scope, segment_id=None, count=many, health=uses_health(rule), at=at)
    return render(
        request,
        "web/segments/count.html",
        {"count": shown(many, exact=queries.may_see_whom(scope, rule)), "name": start.name},
    )


@builds_segments
@require_POST
def codes(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A piece of the builder: what a search among sets of codes and codes found."""
    asked = request.POST.get("kind", "")
    if asked not in set(Kind):
        raise NotFound("There is nothing of that kind in charts.")
    kind, taken = Kind(asked), tuple(request.POST.getlist("taken")[:_TAKEN_MAX])
    text = request.POST.get("text", "")[:FIND_LENGTH_MAX]
    context = {
        "found": found(kind, text, names=names_for(scope), taken=taken),
        "path": request.POST.get("path", ""),
        "example": _EXAMPLES.get(kind, "snomed 44054006"),
    }
    return render(request, "web/segments/found.html", context)
