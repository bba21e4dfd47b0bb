"""The list of segments, their live counts, and the bin."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from bedside.correspondence.campaigns import queries as campaigns
from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.rules import shown
from bedside.doors.web.pages import done, staff_page
from bedside.doors.web.segments.starters import STARTERS
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.segments.queries import Segment
    from bedside.ground.scope import Scope

SEARCH_LENGTH_MAX = 200
builds_segments = staff_page(Right.BUILD_SEGMENTS)


@builds_segments
def segments(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All saved segments. A search comes as POST: staff may name a segment after anything."""
    text = request.POST.get("text", "").strip()[:SEARCH_LENGTH_MAX]
    every = queries.segments(scope)
    used = Counter(campaign.plan.segment_id for campaign in campaigns.campaigns(scope))
    context = {
        "rows": [(segment, used[segment.id]) for segment in every if _answers(segment, text)],
        "any": bool(every),
        "text": text,
        "starters": STARTERS,
        "undo": _undo(scope, request.GET.get("removed", "")),
    }
    piece = getattr(request, "htmx", False)
    return render(request, f"web/segments/{'rows' if piece else 'segments'}.html", context)


@builds_segments
def removed(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The bin."""
    return render(request, "web/segments/bin.html", {"segments": queries.segments(scope, removed=True)})


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
        {"count": shown(found, exact=scope.may(Right.SEE_PATIENTS)), "segment": segment},
    )


@builds_segments
@require_POST
def remove(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Into the bin at once, with a way back on the next page."""
    actions.remove(scope, segment_id, at=clock.now())
    response = redirect("segments")
    response["Location"] += f"?removed={segment_id}"
    return response


@builds_segments
@require_POST
def restore(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:
    actions.restore(scope, segment_id, at=clock.now())
    return done(request, f"“{queries.segment(scope, segment_id).name}” is back.", "segments")


def _answers(segment: Segment, text: str) -> bool:
    searched = f"{segment.name} {segment.sentence}".casefold()
    return all(word in searched for word in text.casefold().split())


def _undo(scope: Scope, segment_id: str) -> Segment | None:
    """The segment that was just removed, if that is what the address says."""
    from uuid import UUID

    try:
        segment = queries.segment(scope, UUID(segment_id))
    except (ValueError, NotFound):
        return None
    return segment if segment.removed_at else None
