"""What the ledger gets of a claim: that people are about to be written to, and then what became of each of them.

The first is committed before anything leaves: while the ledger cannot be written, nobody is written to. The second
is in the transaction that ends the claim, so a claim that has ended is accounted for.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from bedside.correspondence.campaigns import entries
from bedside.correspondence.campaigns.models import RecipientRow
from bedside.correspondence.campaigns.rules import RecipientState
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record, record_each
from bedside.safeguards.audit.rules import Outcome
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_COLUMNS = ("id", "patient_id", "state", "codes", "content_sha256")
_COUNTED = ("delivered", "failed", "suppressed", "held", "deferred", "in_doubt")
# Whose message reached the wire, or should have, and how that ended; whoever went back untouched has no leaf.
_SENT = {
    RecipientState.DELIVERED.value: Outcome.DONE,
    RecipientState.DEFERRED.value: Outcome.FAILED,
    RecipientState.IN_DOUBT.value: Outcome.FAILED,
    RecipientState.FAILED.value: Outcome.FAILED,
}
_WITHHELD = {RecipientState.SUPPRESSED.value, RecipientState.HELD.value}


def open_claim(
    scope: Scope, campaign_id: UUID, claim_id: UUID, *, chunk_no: int, people: int, at: datetime
) -> None:
    """Records that a claim is about to write to so many people. Raises LedgerUnwritable; then nobody was taken."""
    record(
        scope,
        entries.CHUNK_TAKEN,
        at=at,
        subject=campaign_id,
        chunk=chunk_no,
        claim=claim_id.hex,
        people=people,
    )


def close_claim(
    scope: Scope, campaign_id: UUID, claim_id: UUID, *, chunk_no: int, recovered: bool, at: datetime
) -> None:
    """Records what became of a claim: a leaf for each person, counts, and a digest over the rows.

    Call it in the transaction that ends the claim. Raises LedgerUnwritable.
    """
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        rows = RecipientRow.objects.filter(practice_id=scope.practice_id, claim_id=claim_id).order_by("id")
        counts: dict[str, Any] = dict.fromkeys(_COUNTED, 0)
        groups: dict[tuple[str, str], list[UUID]] = {}
        digest = hashlib.sha256(b"bedside claim 1\n")
        for number, patient_id, state, codes, content in rows.values_list(*_COLUMNS):
            digest.update(b"%d %b %b\n" % (number, state.encode(), bytes(content or b"").hex().encode()))
            if state in counts:
                counts[state] += 1
            groups.setdefault((state, codes[0] if codes else ""), []).append(patient_id)
        record(
            scope, entries.CHUNK_SENT, at=at, subject=campaign_id, chunk=chunk_no, claim=claim_id.hex,
            recovered=recovered, digest=digest.hexdigest(), **counts,
        )  # fmt: skip
        for (state, code), people in groups.items():
            _record_people(scope, campaign_id, people, state=state, code=code, at=at)


def _record_people(
    scope: Scope, campaign_id: UUID, people: list[UUID], *, state: str, code: str, at: datetime
) -> None:
    if state in _SENT:
        kind, outcome = entries.HANDED_OVER, _SENT[state]
    elif state in _WITHHELD:
        kind, outcome = entries.WITHHELD, Outcome.REFUSED
    else:
        return
    record_each(
        scope,
        kind,
        at=at,
        about=campaign_id,
        subjects=people,
        outcome=outcome,
        state=state,
        code=code,
    )
