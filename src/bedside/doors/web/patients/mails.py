"""What was sent to one patient, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns.queries import campaign
from bedside.correspondence.campaigns.rules import RecipientState
from bedside.correspondence.letters.words import KINDS, why
from bedside.correspondence.letters.words import STATES as LETTER_STATES
from bedside.decisions.gate.rules import REASONS
from bedside.ground.errors import Refusal
from bedside.records.consent.rules import LetterState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.nouns import Recipient
    from bedside.ground.scope import Scope
    from bedside.records.consent.letter_claims import ShownLetter

STATES = {
    RecipientState.WAITING: ("Waiting", "badge-info"),
    RecipientState.HANDING_OVER: ("On its way", "badge-info"),
    RecipientState.DELIVERED: ("Delivered", "badge-ok"),
    RecipientState.DEFERRED: ("Tried, again later", "badge-warn"),
    RecipientState.FAILED: ("Not delivered", "badge-bad"),
    RecipientState.SUPPRESSED: ("Not sent", "badge-quiet"),
    RecipientState.HELD: ("Held back", "badge-warn"),
    RecipientState.IN_DOUBT: ("In doubt", "badge-warn"),
    RecipientState.CANCELLED: ("Cancelled", "badge-quiet"),
}

_LETTER_BADGES = {
    LetterState.OWED: "badge-info",
    LetterState.IN_HAND: "badge-info",
    LetterState.SENT: "badge-ok",
    LetterState.FAILED: "badge-bad",
    LetterState.IN_DOUBT: "badge-warn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One campaign and what became of it for this patient; `why` is empty when there is nothing to explain."""

    campaign_id: UUID
    name: str
    state: str
    badge: str
    why: str
    at: datetime | None


def mail_lines(scope: Scope, sent: Sequence[tuple[UUID, Recipient]]) -> list[MailLine]:
    names = {campaign_id: _name(scope, campaign_id) for campaign_id, _ in sent}
    return [_line(campaign_id, names[campaign_id], person) for campaign_id, person in sent]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """One service mail, such as "please confirm your address", and what became of it."""

    name: str
    state: str
    badge: str
    why: str
    at: datetime


def letter_lines(letters: Sequence[ShownLetter]) -> list[LetterLine]:
    """Those that were dropped before they went out are nobody's concern."""
    return [
        LetterLine(
            name=KINDS[one.kind],
            state=LETTER_STATES[one.state],
            badge=_LETTER_BADGES.get(one.state, "badge-quiet"),
            why=why(one.state, one.codes),
            at=one.ended_at or one.owed_at,
        )
        for one in letters
        if one.state is not LetterState.DROPPED
    ]


def _line(campaign_id: UUID, name: str, person: Recipient) -> MailLine:
    state, badge = STATES[person.state]
    reason = REASONS.get(person.codes[0]) if person.codes else None
    return MailLine(
        campaign_id=campaign_id,
        name=name,
        state=state,
        badge=badge,
        why=reason.sentence if reason and person.state is not RecipientState.DELIVERED else "",
        at=person.handed_over_at,
    )


def _name(scope: Scope, campaign_id: UUID) -> str:
    try:
        return campaign(scope, campaign_id).name
    except Refusal:
        return "A campaign"
