"""What the home page says of campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import queries
from bedside.correspondence.campaigns.rules import CampaignState
from bedside.doors.web.campaigns.lists import lines_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from bedside.doors.web.campaigns.lists import Line
    from bedside.ground.scope import Scope

RECENT = 4
TEMPLATE = "web/campaigns/summary.html"


def summary(scope: Scope) -> dict[str, object] | None:
    """The newest campaigns, and what waits for this person's yes or no; None for who may not see them."""
    if not scope.may(Right.SEE_REPORTS):
        return None
    recent = lines_of(scope, queries.campaigns(scope, limit=RECENT))
    return {"recent": recent, "to_approve": to_approve(scope), "may_run": scope.may(Right.RUN_CAMPAIGNS)}


def to_approve(scope: Scope) -> list[Line]:
    """Campaigns that this person could decide about: not their own."""
    if not scope.may(Right.APPROVE_CAMPAIGNS):
        return []
    waiting = queries.campaigns(scope, states=[CampaignState.WAITING_FOR_APPROVAL])
    return lines_of(scope, [one for one in waiting if scope.actor.id not in one.editor_ids])
