"""Into the bin and out of it. A segment that others rest on goes there only after one has seen which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bedside.correspondence.campaigns import queries as campaigns
from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.rules import segments_in
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.decisions.segments.queries import Segment
    from bedside.ground.scope import Scope

builds_segments = staff_page(Right.BUILD_SEGMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What rests on a segment."""

    campaigns: list[Campaign]
    segments: list[Segment]

    def __bool__(self) -> bool:
        return bool(self.campaigns or self.segments)


@builds_segments
def removed(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The bin."""
    return render(request, "web/segments/bin.html", {"segments": queries.segments(scope, removed=True)})


@builds_segments
@require_POST
def remove(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:
    """Into the bin with a way back on the next page; what others use is asked about first."""
    segment = queries.segment(scope, segment_id)
    use = used_by(scope, segment_id)
    if use and request.POST.get("sure") != "yes":
        return render(request, "web/segments/remove.html", {"segment": segment, "use": use})
    actions.remove(scope, segment_id, at=clock.now())
    response = redirect("segments")
    response["Location"] += f"?removed={segment_id}"
    return response


@builds_segments
@require_POST
def restore(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:
    actions.restore(scope, segment_id, at=clock.now())
    return done(request, f"“{queries.segment(scope, segment_id).name}” is back.", "segments")


def used_by(scope: Scope, segment_id: UUID) -> Use:
    return Use(
        campaigns=[one for one in campaigns.campaigns(scope) if one.plan.segment_id == segment_id],
        segments=[one for one in queries.segments(scope) if segment_id in segments_in(one.rule)],
    )


def just_removed(scope: Scope, segment_id: str) -> Segment | None:
    """The segment that was just removed, if that is what the address says."""
    try:
        segment = queries.segment(scope, UUID(segment_id))
    except (ValueError, NotFound):
        return None
    return segment if segment.removed_at else None
