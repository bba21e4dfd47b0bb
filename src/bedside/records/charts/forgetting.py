"""Taking a person's chart away for good; who may be erased is for `oversight.retention`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.charts.models import ChartPart
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID


def forget_person(scope: Scope, patient_id: UUID) -> int:
    """Removes the person's sealed parts, in the caller's transaction; gives how many. May be run again.

    Whoever follows changes learns of it by the record's own removal (`patients.erasing`).
    """
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        removed, _ = ChartPart.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).delete()
    return removed
