"""Taking a campaign's row for a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.campaigns.models import CampaignRow, PartRow, RecipientRow
from bedside.correspondence.campaigns.rules import CampaignState, Verb, next_state
from bedside.ground.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope


def locked(scope: Scope, campaign_id: UUID) -> CampaignRow:
    """The row, held until the transaction ends. Raises NotFound."""
    rows = CampaignRow.objects.select_for_update(of=("self",))
    row = rows.filter(practice_id=scope.practice_id, id=campaign_id).first()
    if row is None:
        raise NotFound("That campaign does not exist here.")
    return row


def move(row: CampaignRow, verb: Verb, *, at: datetime) -> None:
    """Puts the row, unsaved, into the state that follows. Raises Refusal."""
    row.state = next_state(CampaignState(row.state), verb)
    row.version += 1
    row.updated_at = at


def forget_audience(scope: Scope, campaign_id: UUID) -> None:
    """Removes what was frozen of an audience, whole or in part."""
    for rows in (PartRow.objects, RecipientRow.objects):
        rows.filter(practice_id=scope.practice_id, campaign_id=campaign_id).delete()


def back_to_draft(scope: Scope, row: CampaignRow) -> None:
    """Forgets what was frozen. Nobody of a campaign that can be withdrawn or rejected has been written to."""
    forget_audience(scope, row.id)
    row.rule_sealed = row.audience_digest = row.content_hash = row.approved_hash = None
    row.reveal_sealed, row.reveal_level = None, ""
    row.audience_count = row.prepared_count = row.chunk_count = 0
    row.save()
