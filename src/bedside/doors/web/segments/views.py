"""The list of segments and their live counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from bedside.correspondence.campaigns import queries as campaigns
from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.rules import shown
from bedside.doors.web.pages import staff_page
from bedside.doors.web.segments.removing import just_removed
from bedside.doors.web.segments.starters import FIRST
from bedside.ground import clock
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.segments.queries import Segment
    from bedside.ground.scope import Scope

SEARCH_LENGTH_MAX = 200
builds_segments = staff_page(Right.BUILD_SEGMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A segment, the campaigns that use it, and who made it: empty for a command of the administrator's."""

    segment: Segment
    used: int
    made_by: str


@builds_segments
def segments(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All saved segments. A search comes as POST: staff may name a segment after anything."""
    text = request.POST.get("text", "").strip()[:SEARCH_LENGTH_MAX]
    every = queries.segments(scope)
    context = {
        "rows": [row for row in _listed(scope, every) if _answers(row, text)],
        "any": bool(every),
        "text": text,
        "starters": FIRST,
        "undo": just_removed(scope, request.GET.get("removed", "")),
    }
    piece = getattr(request, "htmx", False)
    return render(request, f"web/segments/{'rows' if piece else 'segments'}.html", context)


@builds_segments
@require_GET
def count(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:
    """A piece of the list: how many patients one segment means now."""
    segment, at = queries.segment(scope, segment_id), clock.now()
    found = queries.count(scope, segment.rule, today=timezone.localdate(at), at=at)
    actions.note_counted(scope, segment_id=segment_id, count=found, health=segment.uses_health, at=at)
    return render(
        request,
        "web/segments/count.html",
        {"count": shown(found, exact=queries.may_see_whom(scope, segment.rule)), "name": segment.name},
    )


def _listed(scope: Scope, segments: list[Segment]) -> list[Listed]:
    used = [campaign.plan.segment_id for campaign in campaigns.campaigns(scope)]
    members = {segment.created_by for segment in segments if not segment.created_by.startswith("cli:")}
    people = names_of(scope, members)
    return [
        Listed(segment=segment, used=used.count(segment.id), made_by=people.get(segment.created_by, ""))
        for segment in segments
    ]


def _answers(row: Listed, text: str) -> bool:
    searched = f"{row.segment.name} {row.segment.sentence} {row.made_by}".casefold()
    return all(word in searched for word in text.casefold().split())
