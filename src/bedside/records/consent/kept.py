"""All acts about one person as they are stored, for the file that proves them: none left out, however many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, reading
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.queries import view_of
from bedside.safeguards.vault.queries import person_keys, persons_with_keys

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.records.consent.queries import ConsentEventView


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAct:
    """One act with its number. `has_evidence`: some was kept, also where it does not open any more."""

    number: int
    channel: str
    has_evidence: bool
    view: ConsentEventView


def kept_acts(scope: Scope, patient_id: UUID) -> list[KeptAct]:
    """In the order in which they were recorded."""
    with reading(scope):
        rows = ConsentEvent.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).order_by(
            "id"
        )
        own = person_keys(scope, [patient_id]).get(patient_id)
        return [
            KeptAct(
                number=row.id,
                channel=row.channel,
                has_evidence=row.evidence is not None,
                view=view_of(scope, row, own),
            )
            for row in rows.iterator()
        ]


def people_with_acts(scope: Scope) -> list[UUID]:
    """Everybody with an act who is not erased: an erased person has no key of their own any more."""
    with reading(scope):
        rows = ConsentEvent.objects.filter(practice_id=scope.practice_id)
        found = list(rows.order_by("patient_id").values_list("patient_id", flat=True).distinct())
        alive = persons_with_keys(scope, found)
    return [one for one in found if one in alive]
