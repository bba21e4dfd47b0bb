"""Recording for many people at once who may act for them (45 CFR 164.502(g), RGT-15): what stands is not repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import connection

from bedside.ground.errors import NotAllowed
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.queries import permissions_of, view_of
from bedside.records.consent.recording import check_source, seal_evidence
from bedside.records.consent.rules import EventKind, Evidence, Terms
from bedside.safeguards.audit.actions import Act, record_many
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import person_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

AT_ONCE_MAX: Final = 500  # each person is held until the transaction ends
_HOLD = """
    SELECT count(pg_advisory_xact_lock(hashtextextended(one.id, 11)))
    FROM (SELECT unnest(%s::text[]) AS id ORDER BY 1) AS one
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Who may act for one person, why, until when, and how we know. The texts are PHI."""

    patient_id: UUID
    authority: str = field(repr=False)
    until: date | None
    note: str = field(repr=False)

    @property
    def told(self) -> str:
        """As `appoint_representative` keeps it."""
        return f"{self.authority}. {self.note}".strip()


def appoint_many(
    scope: Scope, appointments: Sequence[Appointment], *, source: str, at: datetime
) -> set[UUID]:
    """Records those that do not stand already, word for word and to the day, one act and one ledger entry each.

    Takes at most `AT_ONCE_MAX`, one for each person, all of them on record. Gives for whom something was recorded.
    Raises NotAllowed, Refusal for a source that is no code.
    """
    scope.require(Right.RECORD_CONSENT)
    if scope.actor.kind is ActorKind.PATIENT:
        raise NotAllowed
    if len(appointments) > AT_ONCE_MAX:
        raise ValueError("too many people in one transaction")
    check_source(source)
    with in_scope(scope):
        _hold(appointments)
        standing = _standing(scope, appointments)
        fresh = [one for one in appointments if one.patient_id not in standing]
        ConsentEvent.objects.bulk_create([_row(scope, one, source=source, at=at) for one in fresh])
        record_many(scope, [_act(one, source=source) for one in fresh], at=at)
    return {one.patient_id for one in fresh}


def _hold(appointments: Sequence[Appointment]) -> None:
    """As `recording.wait_for_others`, in one order for all, so that two files at once never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [[str(one.patient_id) for one in appointments]])


def _standing(scope: Scope, appointments: Sequence[Appointment]) -> set[UUID]:
    """For whom just this stands already."""
    held = permissions_of(scope, [one.patient_id for one in appointments])
    same = {
        one.patient_id: one.told
        for one in appointments
        if held[one.patient_id].representative_recorded
        and held[one.patient_id].represented_until == one.until
    }
    rows = ConsentEvent.objects.filter(
        practice_id=scope.practice_id, patient_id__in=same, kind=EventKind.REPRESENTATIVE_RECORDED.value
    )
    keys, newest = person_keys(scope, same), {row.patient_id: row for row in rows.order_by("id")}
    found = {who: view_of(scope, row, keys.get(who)).evidence for who, row in newest.items()}
    return {who for who, evidence in found.items() if evidence is not None and evidence.note == same[who]}


def _row(scope: Scope, one: Appointment, *, source: str, at: datetime) -> ConsentEvent:
    kind = EventKind.REPRESENTATIVE_RECORDED
    evidence = Evidence(wording="staff-1", language="en", network_address=scope.origin, note=one.told)
    return ConsentEvent(
        practice_id=scope.practice_id,
        patient_id=one.patient_id,
        kind=kind.value,
        at=at,
        source=source,
        actor_kind=scope.actor.kind.value,
        actor_id=scope.actor.id,
        verified=True,
        terms=Terms(until=one.until).stored(),
        evidence=seal_evidence(scope, one.patient_id, kind, at, evidence),
    )


def _act(one: Appointment, *, source: str) -> Act:
    last = one.until.isoformat() if one.until else ""
    return Act(kind=entries.APPOINTED, subject=one.patient_id, details={"source": source, "until": last})
