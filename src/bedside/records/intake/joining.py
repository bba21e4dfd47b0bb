"""Making two people one, with what imports know of them: ids by which a source means them follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.charts.merging import JoinedPeople, merge_people
from bedside.records.intake.batches import one_batch_at_a_time
from bedside.records.intake.clinical.known import repoint
from bedside.records.patients.merging import survivor_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def join_people(scope: Scope, *, from_patient: UUID, to_patient: UUID, at: datetime) -> JoinedPeople:
    """As `charts.merging.merge_people`; every system that sends us the first one means the other from then on."""
    with in_scope(scope):
        # A batch that has looked a person up must not write what is left of their record.
        one_batch_at_a_time(scope)
        goes = survivor_of(scope, from_patient)
        result = merge_people(scope, from_patient=from_patient, to_patient=to_patient, at=at)
        if result.new:
            repoint(scope, from_patient=goes, to_patient=result.survivor_id)
    return result
