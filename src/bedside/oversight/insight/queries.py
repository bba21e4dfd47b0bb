"""Numbers over all campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState
from bedside.ground.scope import Scope, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.correspondence.campaigns.nouns import Campaign, Numbers
    from bedside.correspondence.campaigns.queries import Encryption

CAMPAIGNS_MAX = 100
_BEGUN = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.FINISHED, CampaignState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The newest campaigns that have begun, oldest first, and everything about them added up."""

    campaigns: tuple[tuple[Campaign, Numbers], ...]
    by_state: Mapping[RecipientState, int]
    by_reason: Mapping[tuple[RecipientState, str], int]
    encryption: Encryption

    @property
    def people(self) -> int:
        """Messages meant, one per person and campaign."""
        return sum(self.by_state.values())


def overview(scope: Scope) -> Overview:
    """Exact counts: whoever shows them hides small cells (`rules.shown`)."""
    by_state: dict[RecipientState, int] = {}
    by_reason: dict[tuple[RecipientState, str], int] = {}
    with reading(scope):
        begun = campaigns.campaigns(scope, states=_BEGUN, limit=CAMPAIGNS_MAX)
        rows = [(one, campaigns.numbers(scope, one.id)) for one in begun if one.started_at is not None]
        encryption = campaigns.encryption(scope)
    for _, numbers in rows:
        for state, count in numbers.by_state.items():
            by_state[state] = by_state.get(state, 0) + count
        for reason, count in numbers.by_reason.items():
            by_reason[reason] = by_reason.get(reason, 0) + count
    return Overview(
        campaigns=tuple(reversed(rows)), by_state=by_state, by_reason=by_reason, encryption=encryption
    )
