"""Evidence of acts sealed anew, when the person whose acts they are gets a new key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.sealing import Place, Unsealable
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.queries import evidence_row
from bedside.records.consent.rules import DOCUMENTED
from bedside.safeguards.vault.columns import reseals_person

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer


def reseal(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """All that is no document, which is under the practice's key. What does not open was tampered with and stays."""
    mine = ConsentEvent.objects.filter(practice_id=scope.practice_id, patient_id=person_id)
    documents = [kind.value for kind in DOCUMENTED]
    count = 0
    for row in mine.exclude(evidence=None).exclude(kind__in=documents):
        place = Place(
            practice=str(scope.practice_id),
            table="consent_event",
            row=evidence_row(row.patient_id, row.kind, row.at),
            column="evidence",
            version=1,
        )
        try:
            plain = old.open(bytes(row.evidence or b""), place=place)
        except Unsealable:
            continue
        count += mine.filter(id=row.id).update(evidence=new.seal(plain, place=place))
    return count


reseals_person("consent_event", reseal)
