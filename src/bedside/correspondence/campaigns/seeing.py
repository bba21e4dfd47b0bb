"""Who may see whom a campaign is for.

Being in it tells what its segment asked. Whoever is not shown what is specially protected on a patient's page, and
gets no names and rounded counts of a segment that asks for it, must not learn it from a campaign made with it either.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns.models import CampaignRow
from bedside.correspondence.campaigns.sealed import CAMPAIGN, unseal
from bedside.decisions.segments import queries as segments
from bedside.decisions.segments.rules import from_json
from bedside.ground.scope import Scope, reading
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID


def may_see_whom(scope: Scope, campaign_id: UUID) -> bool:
    """Whether the actor may see the people of a campaign, and so exact counts of them."""
    if not scope.may(Right.SEE_PATIENTS):
        return False
    if scope.may(Right.SEE_SPECIAL):
        return True
    with reading(scope):
        row = CampaignRow.objects.filter(practice_id=scope.practice_id, id=campaign_id).first()
        if row is None or row.rule_sealed is None:  # nobody is in it yet
            return True
        kept = unseal(scope, row.rule_sealed, table=CAMPAIGN, row=str(row.id), column="rule")
    return segments.may_see_whom(scope, from_json(json.loads(kept)))


def require_seeing_whom(scope: Scope, campaign_id: UUID) -> None:
    """Raises NotAllowed."""
    scope.require(Right.SEE_PATIENTS)
    if not may_see_whom(scope, campaign_id):
        scope.require(Right.SEE_SPECIAL)
