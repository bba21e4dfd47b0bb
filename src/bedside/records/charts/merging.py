"""Making two records of one person one: the record, the permissions and the chart, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.charts import entries
from bedside.records.charts.actions import move
from bedside.records.consent.joining import join_permissions
from bedside.records.patients.locking import lock_people, one_joining_at_a_time
from bedside.records.patients.merging import join_records, require_joining, survivor_of
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedPeople:
    """What came of it. `entries` of the chart and `restrictions` went over to `survivor_id`; `new` is False if the
    two were one already.
    """

    survivor_id: UUID
    new: bool
    entries: int = 0
    restrictions: int = 0


def merge_people(scope: Scope, *, from_patient: UUID, to_patient: UUID, at: datetime) -> JoinedPeople:
    """Makes `from_patient` and `to_patient` one record, the latter's. It cannot be undone. Done again it does nothing.

    The stricter permissions of both hold. Of the first record only its number is left, which means the other from
    then on. Raises NotAllowed, NotFound.
    """
    require_joining(scope)
    with in_scope(scope):
        one_joining_at_a_time(scope)
        goes, stays = survivor_of(scope, from_patient), survivor_of(scope, to_patient)
        if goes == stays:
            return JoinedPeople(survivor_id=stays, new=False)
        today = at.astimezone(profile(scope).zone).date()
        restrictions = join_permissions(scope, from_patient=goes, to_patient=stays, at=at, today=today)
        lock_people(scope, [goes, stays])
        count = move(scope, goes, stays, at=at)
        join_records(scope, from_patient=goes, to_patient=stays, at=at)
        record(
            scope, entries.PATIENTS_JOINED, at=at, subject=goes, survivor=str(stays), entries=count,
            restrictions=restrictions,
        )  # fmt: skip
    return JoinedPeople(survivor_id=stays, new=True, entries=count, restrictions=restrictions)
