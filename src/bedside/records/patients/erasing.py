"""Taking a person's record away for good; who may be erased and what else goes is for `oversight.retention`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.sealing import Unsealable
from bedside.records.patients.actions import announce_changes, require_unjoined
from bedside.records.patients.models import GoneRow, MergedRow, PatientRow
from bedside.records.patients.queries import by_ids
from bedside.records.patients.rules import Patient
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_GONE = """
    INSERT INTO patients_gone (patient_id, practice_id, change_no, gone_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (patient_id) DO UPDATE SET change_no = excluded.change_no
"""


def lock_record(scope: Scope, patient_id: UUID) -> tuple[bytes, int]:
    """The sealed record and its version, held until the transaction ends, so that nobody else works on it.

    Call it inside the caller's scope. Raises NotFound, and Refusal "joined_record" for what is left of a record that
    was joined to another: the person is in that one.
    """
    with in_scope(scope):
        rows = PatientRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=patient_id)
        found = rows.values_list("sealed", "version").first()
    if found is None:
        raise NotFound
    require_unjoined(scope, patient_id)
    sealed, version = found
    return bytes(sealed), version


def as_far_as_it_opens(scope: Scope, patient_id: UUID) -> tuple[Patient, bool]:
    """The patient, and whether the record opened; one with nothing but the number if it was changed or has no key.

    For erasing: whoever damaged a record must not keep its person from being erased. Raises NotFound.
    """
    try:
        found = by_ids(scope, [patient_id])
    except Unsealable:
        found = []
    if found:
        return found[0], True
    with reading(scope):
        if not PatientRow.objects.filter(practice_id=scope.practice_id, id=patient_id).exists():
            raise NotFound
    return Patient(id=patient_id), False


def address_index(scope: Scope, patient_id: UUID) -> bytes | None:
    """The keyed hash of the address as it is stored beside the record, which tells it although nothing opens."""
    with reading(scope):
        rows = PatientRow.objects.filter(practice_id=scope.practice_id, id=patient_id)
        stored = rows.values_list("address_index", flat=True).first()
    return bytes(stored) if stored else None


def forget_person(scope: Scope, patient_id: UUID, *, at: datetime) -> int:
    """Removes the record and notes that it is gone, so that whatever was made from it knows. Gives rows removed.

    May be run again, for a record that an older backup has brought back.
    """
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        rows = PatientRow.objects.filter(practice_id=scope.practice_id, id=patient_id)
        removed, _ = rows.delete()
        MergedRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).delete()
        note_gone(scope, patient_id, at=at)
    return removed


def note_gone(scope: Scope, patient_id: UUID, *, at: datetime) -> None:
    """Tells whoever follows changes that this record is none to be found any more, in the caller's transaction."""
    (number,) = announce_changes(scope, 1)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(_GONE, [patient_id, scope.practice_id, number, at])


def gone_since(scope: Scope, change_no: int) -> list[tuple[int, UUID]]:
    """(change number, patient id) of those erased after `change_no`, oldest first."""
    with reading(scope):
        rows = GoneRow.objects.filter(practice_id=scope.practice_id, change_no__gt=change_no)
        return list(rows.order_by("change_no").values_list("change_no", "patient_id"))
