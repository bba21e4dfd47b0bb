"""Two records that are one person's: what the one that stays takes over, and what is left of the other.

Nothing is taken apart again: of the other record only the number of it is left, and whom it became. The chart and the
permissions follow in `records.charts.merging`, which is what to call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.patients import entries
from bedside.records.patients.actions import update_unheard
from bedside.records.patients.erasing import note_gone
from bedside.records.patients.models import MergedRow, PatientRow
from bedside.records.patients.queries import get, survivors
from bedside.records.patients.rules import Patient, Relationship, Sex
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

__all__ = [
    "became", "forget_joined", "join_records", "joined", "left_over", "require_joining", "survivor_of", "survivors",
]  # fmt: skip

# Taken from the other record where the one that stays does not say.
_FILLED: Final = (
    "mrn", "first_name", "last_name", "birth_date", "email", "phone", "provider", "language",
)  # fmt: skip
_PLACE: Final = ("street", "city", "state", "postal_code")
_JOINED: Final = ("interests", "conditions", "medications", "tags")
# The nearer to a patient, the stricter the law (MKT-24): the first of these that either record has.
_NEAREST: Final = (
    Relationship.PATIENT, Relationship.PLAN_MEMBER, Relationship.WORKFORCE, Relationship.BUSINESS,
    Relationship.PROSPECT,
)  # fmt: skip


def require_joining(scope: Scope) -> None:
    """Whoever may edit records may say that two are one; so may a system whose records are imported.

    Raises NotAllowed.
    """
    if not scope.may(Right.IMPORT_PATIENTS):
        scope.require(Right.EDIT_PATIENTS)


def joined(survivor: Patient, other: Patient) -> Patient:
    """The record that stays, with whatever it did not know itself. A death or Part 2 in either counts."""
    changes = {name: getattr(survivor, name) or getattr(other, name) for name in _FILLED}
    place = survivor if any(getattr(survivor, name) for name in _PLACE) else other
    changes |= {name: getattr(place, name) for name in _PLACE}
    changes |= {
        name: tuple(dict.fromkeys((*getattr(survivor, name), *getattr(other, name)))) for name in _JOINED
    }
    return replace(
        survivor,
        **changes,
        sex=other.sex if survivor.sex is Sex.UNKNOWN else survivor.sex,
        last_visit=_latest(survivor.last_visit, other.last_visit),
        next_appointment=_latest(survivor.next_appointment, other.next_appointment),
        deceased=survivor.deceased or other.deceased,
        relationship=next(one for one in _NEAREST if one in {survivor.relationship, other.relationship}),
        part2=survivor.part2 or other.part2,
        custom=tuple(sorted({**dict(other.custom), **dict(survivor.custom)}.items())),
    )


def left_over(other: Patient) -> Patient:
    """What is left of the record that goes: nothing that names or reaches anybody."""
    return Patient(id=other.id, deceased=other.deceased, relationship=other.relationship, part2=other.part2)


def _latest(one: date | None, other: date | None) -> date | None:
    return max(filter(None, (one, other)), default=None)


def join_records(scope: Scope, *, from_patient: UUID, to_patient: UUID, at: datetime) -> None:
    """Writes both records and notes whom the first one became; from then on its number means the other.

    Call it in the transaction in which all else of the person follows. Raises NotFound, Refusal for one record twice.
    """
    require_joining(scope)
    if from_patient == to_patient:
        raise Refusal("same_record", "These are one record already; choose another.")
    with in_scope(scope):
        survivor, other = get(scope, to_patient), get(scope, from_patient)
        index = _mrn_index(scope, from_patient) if survivor.mrn else None
        versions = update_unheard(scope, [left_over(other)], at=at)
        # A number can be one record's only, so the other lets go of it first.
        versions |= update_unheard(scope, [joined(survivor, other)], at=at)
        _point_to(scope, from_patient, to_patient, index, at=at)
        note_gone(scope, from_patient, at=at)
        for one in (from_patient, to_patient):
            record(scope, entries.PATIENT_CHANGED, at=at, subject=one, version=versions[one])


def survivor_of(scope: Scope, patient_id: UUID) -> UUID:
    """The record in which a person is found now: their own, or whom it became. Raises NotFound."""
    found = survivors(scope, [patient_id]).get(patient_id, patient_id)
    with reading(scope):
        if not PatientRow.objects.filter(practice_id=scope.practice_id, id=found).exists():
            raise NotFound
    return found


def became(scope: Scope, survivor_id: UUID) -> list[UUID]:
    """The records that were joined to this one, oldest first."""
    with reading(scope):
        rows = MergedRow.objects.filter(practice_id=scope.practice_id, survivor_id=survivor_id)
        return list(rows.order_by("merged_at", "patient_id").values_list("patient_id", flat=True))


def _mrn_index(scope: Scope, patient_id: UUID) -> bytes | None:
    rows = PatientRow.objects.filter(practice_id=scope.practice_id, id=patient_id)
    index = rows.values_list("mrn_index", flat=True).first()
    return bytes(index) if index else None


def _point_to(
    scope: Scope, from_patient: UUID, to_patient: UUID, mrn_index: bytes | None, *, at: datetime
) -> None:
    """Those that became the first one before become the second one now, so that nobody is two steps away."""
    mine = MergedRow.objects.filter(practice_id=scope.practice_id)
    mine.filter(survivor_id=from_patient).update(survivor_id=to_patient)
    mine.create(
        patient_id=from_patient,
        practice_id=scope.practice_id,
        survivor_id=to_patient,
        mrn_index=mrn_index,
        merged_at=at,
    )


def forget_joined(scope: Scope, survivor_id: UUID) -> list[UUID]:
    """For erasing: lets go of the numbers by which a person's other records were known; gives the ids of these."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        others = became(scope, survivor_id)
        MergedRow.objects.filter(practice_id=scope.practice_id, survivor_id=survivor_id).delete()
    return others
