"""The addresses of a file before anybody is taken from it: do they look made up (CSP-13)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, reading
from bedside.records.intake.batches import batches
from bedside.records.intake.deciding import address_key
from bedside.records.intake.queries import find
from bedside.records.intake.rules.bursts import Burst, Pattern

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.records.intake.batches import Plan
    from bedside.records.intake.models import Import


def pattern_of(scope: Scope, plan: Plan) -> Pattern | None:
    """What looks made up in the whole file, in constant memory.

    A row with the practice's own number and a birth date is about a patient, whatever the address looks like; who
    guesses addresses has neither.
    """
    burst = Burst()
    for batch in batches(scope, plan, after_line=0):
        for _, row, _ in batch.rows:
            if not (row.mrn and row.birth_date) and (key := address_key(row.email or "")):
                burst.take(key)
    return burst.found


def find_in_scope(scope: Scope, import_id: UUID) -> Import:
    with reading(scope):
        return find(scope, import_id)
