"""Which campaigns use a message; campaigns know messages and not the other way round, so a door asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.campaigns.queries import campaigns

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.ground.scope import Scope


def campaigns_using(scope: Scope, message_id: UUID) -> list[Campaign]:
    return [campaign for campaign in campaigns(scope) if campaign.plan.message_id == message_id]
