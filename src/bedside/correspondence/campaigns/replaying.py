"""Deciding once more from the facts that were sealed with a verdict: it must be the same one (P9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import entries
from bedside.correspondence.campaigns.audience import NO_CHUNK
from bedside.correspondence.campaigns.models import RecipientRow
from bedside.correspondence.campaigns.queries import explanation
from bedside.decisions.gate.rules import REASONS, BadFacts, Decision, Verdict, replay
from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

SUBMISSION, HAND_OFF = "submission", "hand_off"
_ALLOWED = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One verdict and the same question asked again. `now` is None when the stored facts cannot be read."""

    when: str  # SUBMISSION or HAND_OFF
    stored: tuple[str, ...]  # the codes of the reasons, or "allowed" where the row says only that
    now: Verdict | None
    is_same: bool


def replay_recipient(scope: Scope, campaign_id: UUID, recipient_id: int, *, at: datetime) -> list[Replayed]:
    """Replays what is stored about one person, at submission and at hand-off if there was one; in the ledger.

    Empty for somebody who was erased: what the gate was told can no longer be read. Raises NotFound, NotAllowed.
    """
    scope.require(Right.SEE_PATIENTS)
    with in_scope(scope):
        told = explanation(scope, campaign_id, recipient_id)
        row = RecipientRow.objects.get(practice_id=scope.practice_id, id=recipient_id)
        first = _ALLOWED if row.chunk_no != NO_CHUNK else ""
        found = [
            _replayed(when, facts, stored)
            for when, facts, stored in (
                (SUBMISSION, told.facts, (first,) if first else _reasons(row.codes)),
                (HAND_OFF, told.last_facts, _reasons(row.codes) or (_ALLOWED,)),
            )
            if facts
        ]
        record(
            scope,
            entries.VERDICT_REPLAYED,
            at=at,
            subject=told.recipient.patient_id,
            verdicts=len(found),
            same=all(one.is_same for one in found),
        )
    return found


def recipient_of(scope: Scope, campaign_id: UUID, patient_id: UUID) -> int:
    """The number of a person's line in a campaign. Raises NotFound."""
    with in_scope(scope):
        rows = RecipientRow.objects.filter(
            practice_id=scope.practice_id, campaign_id=campaign_id, patient_id=patient_id
        )
        found = rows.values_list("id", flat=True).first()
    if found is None:
        raise NotFound("That person is not in this campaign.")
    return int(found)


def _replayed(when: str, facts: bytes, stored: tuple[str, ...]) -> Replayed:
    try:
        now = replay(facts)
    except BadFacts:
        return Replayed(when=when, stored=stored, now=None, is_same=False)
    codes = tuple(reason.code for reason in now.reasons)
    is_same = now.decision is Decision.ALLOW if stored == (_ALLOWED,) else codes == stored
    return Replayed(when=when, stored=stored, now=now, is_same=is_same)


def _reasons(codes: Sequence[str]) -> tuple[str, ...]:
    """Reasons against, as the gate gave them; empty for what the wire said, or for the basis of a yes."""
    return tuple(code for code in codes if code in REASONS and not code.startswith("basis_"))
