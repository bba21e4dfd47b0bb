"""Taking a person's pictures away for good; who may be erased is for `oversight.retention`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.media.actions import empty
from bedside.records.media.models import PictureRow
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def forget_person(scope: Scope, patient_id: UUID, *, at: datetime) -> int:
    """Deletes every picture that shows this person, in the caller's transaction; gives how many. May be run again.

    Mail that was sent shows an empty place where one was.
    """
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        rows = PictureRow.objects.filter(
            practice_id=scope.practice_id, patient_id=patient_id, removed_at__isnull=True
        )
        mine = list(rows.select_for_update())
        for row in mine:
            empty(scope, row, at=at)
    return len(mine)
