"""Records as rows of text, opened a batch at a time, for whoever writes them into a file.

A file holds what its maker is shown: of the practice's own fields those they may see, and where conditions or
medications are specially protected and not shown to them, NOT_SHOWN instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.records.patients.fields import shown_fields
from bedside.records.patients.own_fields import practice_fields
from bedside.records.patients.protecting import hidden_fields
from bedside.records.patients.queries import by_ids
from bedside.records.patients.typed import FIELDS, FieldKind, as_text, own_name
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.fields import PracticeField
    from bedside.records.patients.rules import Patient

BATCH_PATIENTS = 1000
NOT_SHOWN: Final = "(not shown to your role)"


def header(scope: Scope) -> tuple[str, ...]:
    """What the columns are called, for whoever asks."""
    return (*(field.label for field in FIELDS.values()), *(field.label for field in _own(scope)), "Deceased")


def rows(scope: Scope, patient_ids: Sequence[UUID]) -> Iterator[tuple[str, ...]]:
    """One row per patient, cells as `header`, in the order asked for; memory holds one batch of records.

    Each batch opens the practice anew, so this may run after the transaction that chose the ids.
    Whoever was erased meanwhile is left out.
    """
    own, special = _own(scope), scope.may(Right.SEE_SPECIAL)
    for start in range(0, len(patient_ids), BATCH_PATIENTS):
        for patient in by_ids(scope, patient_ids[start : start + BATCH_PATIENTS]):
            yield _row(patient, own, special=special)


def _own(scope: Scope) -> list[PracticeField]:
    return shown_fields(practice_fields(scope), special=scope.may(Right.SEE_SPECIAL))


def _row(patient: Patient, own: Sequence[PracticeField], *, special: bool) -> tuple[str, ...]:
    text = as_text(patient, own=own)
    text |= dict.fromkeys(hidden_fields(patient, special=special), NOT_SHOWN)
    cells = (
        text[field.name].replace("\n", "; ") if field.kind is FieldKind.LINES else text[field.name]
        for field in FIELDS.values()
    )
    own_cells = (text[own_name(field)].replace("\n", "; ") for field in own)
    return (*cells, *own_cells, "yes" if patient.deceased else "no")
