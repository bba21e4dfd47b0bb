"""Records as rows of text, opened a batch at a time, for whoever writes them into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.patients.queries import by_ids
from bedside.records.patients.typed import FIELDS, FieldKind, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

BATCH_PATIENTS = 1000
HEADER = (*(field.label for field in FIELDS.values()), "Deceased")


def rows(scope: Scope, patient_ids: Sequence[UUID]) -> Iterator[tuple[str, ...]]:
    """One row per patient, cells as HEADER, in the order asked for; memory holds one batch of records.

    Each batch opens the practice anew, so this may run after the transaction that chose the ids.
    Whoever was erased meanwhile is left out.
    """
    for start in range(0, len(patient_ids), BATCH_PATIENTS):
        for patient in by_ids(scope, patient_ids[start : start + BATCH_PATIENTS]):
            yield _row(patient)


def _row(patient: Patient) -> tuple[str, ...]:
    text = as_text(patient)
    cells = (
        text[field.name].replace("\n", "; ") if field.kind is FieldKind.LINES else text[field.name]
        for field in FIELDS.values()
    )
    return (*cells, "yes" if patient.deceased else "no")
