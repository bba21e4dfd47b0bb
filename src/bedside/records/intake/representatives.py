"""Taking over a list of who may act for whom: every line is recorded, stands already, or is rejected with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.representing import AT_ONCE_MAX, Appointment, appoint_many
from bedside.records.intake.entries import REPRESENTATIVES_TAKEN
from bedside.records.intake.rules.representatives import (
    BadRepresentatives,
    RejectedLine,
    read_representatives,
)
from bedside.records.patients.queries import ids_by_mrn, mrn_key
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.records.intake.rules.representatives import RepresentativeLine


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What came of a list. `known`: stood already, word for word and to the day."""

    recorded: int
    known: int
    rejected: tuple[RejectedLine, ...]


def take_representatives(
    scope: Scope, content: bytes, *, source: str, at: datetime, lines_max: int
) -> TakenOver:
    """Records who may act for the people of a list, some hundred in a transaction; brought again, it adds nothing.

    `source` is how the practice knows, the same for all; each line has its own note besides. Nothing of the file is
    kept. Raises Refusal for a file that is no list or has more than `lines_max` lines, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        today = at.astimezone(profile(scope).zone).date()
    try:
        read = read_representatives(content, today=today)
    except BadRepresentatives as error:
        raise Refusal("representatives", str(error)) from None
    if len(read.lines) + len(read.rejected) > lines_max:
        raise Refusal("too_many", f"Bring at most {lines_max:,} lines at once; cut the file into several.")
    recorded, rejected = 0, list(read.rejected)
    for start in range(0, len(read.lines), AT_ONCE_MAX):
        part = read.lines[start : start + AT_ONCE_MAX]
        added, unknown = _take(scope, part, source=source, at=at)
        recorded += added
        rejected += unknown
    rejected.sort(key=lambda one: one.line)
    known = len(read.lines) + len(read.rejected) - recorded - len(rejected)
    with in_scope(scope):
        record(
            scope, REPRESENTATIVES_TAKEN, at=at, subject=new_id(), recorded=recorded, known=known,
            rejected=len(rejected), source=source,
        )  # fmt: skip
    return TakenOver(recorded=recorded, known=known, rejected=tuple(rejected))


def _take(
    scope: Scope, part: Sequence[RepresentativeLine], *, source: str, at: datetime
) -> tuple[int, list[RejectedLine]]:
    """(how many were recorded, lines about patients who are not on record)."""
    with in_scope(scope):
        by_mrn = ids_by_mrn(scope, [one.mrn for one in part])
        ids = {mrn_key(mrn): patient_id for mrn, patient_id in by_mrn.items()}
        found: dict[UUID, Appointment] = {}
        rejected = []
        for one in part:
            patient_id = ids.get(mrn_key(one.mrn))
            if patient_id is None or patient_id in found:
                code = "unknown" if patient_id is None else "twice"
                rejected.append(RejectedLine(line=one.line, mrn=one.mrn, code=code))
                continue
            found[patient_id] = Appointment(
                patient_id=patient_id, authority=one.authority, until=one.until, note=one.evidence
            )
        recorded = appoint_many(scope, list(found.values()), source=source, at=at)
    return len(recorded), rejected
