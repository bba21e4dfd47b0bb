"""Which version of each record is held: what the ledger is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, reading
from bedside.records.patients import entries
from bedside.records.patients.models import PatientRow

if TYPE_CHECKING:
    from uuid import UUID

# What a record's version moves with. All but the first carry the new one as a detail.
FIRST = entries.PATIENT_ADDED
LATER = (
    entries.PATIENTS_SAVED,
    entries.PATIENT_CHANGED,
    entries.PATIENT_DECEASED,
    entries.PATIENT_LIVING,
)


def held_versions(scope: Scope) -> dict[UUID, int]:
    """Every patient on record; nothing is opened for it."""
    with reading(scope):
        rows = PatientRow.objects.filter(practice_id=scope.practice_id)
        return dict(rows.values_list("id", "version").iterator())
