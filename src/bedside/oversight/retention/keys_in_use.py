"""What of the tables of holds and erasures is sealed under which key, and sealing it anew under a person's new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import reading
from bedside.kit.sealing import Place
from bedside.oversight.retention.models import HoldRow
from bedside.safeguards.vault.columns import Under, declare_column, reseals_person
from bedside.safeguards.vault.destroying import object_to_closing

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

declare_column("retention_hold", "reason_sealed", under=Under.PERSON)
declare_column("retention_erasure", "certificate", under=Under.NOTHING)


def reseal(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """Why the person was held, each time."""
    mine = HoldRow.objects.filter(practice_id=scope.practice_id, patient_id=person_id)
    rows = list(mine.select_for_update())
    for row in rows:
        place = Place(
            practice=str(scope.practice_id),
            table="retention_hold",
            row=str(row.id),
            column="reason",
            version=1,
        )
        plain = old.open(bytes(row.reason_sealed), place=place)
        mine.filter(id=row.id).update(reason_sealed=new.seal(plain, place=place))
    return len(rows)


def held_people(scope: Scope) -> str | None:
    """Why the practice may not be closed: destroying all its keys would erase whoever the law wants kept."""
    with reading(scope):
        if not HoldRow.objects.filter(practice_id=scope.practice_id, lifted_at=None).exists():
            return None
    return "People are under a legal hold, so the keys must stay; lift the holds first if they are over."


reseals_person("retention_hold", reseal)
object_to_closing(held_people)
