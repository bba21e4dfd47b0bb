"""What of charts is sealed under which key, and sealing it anew under a person's new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.sealing import Place
from bedside.records.charts.models import ChartPart
from bedside.records.charts.rules import Kind
from bedside.records.charts.sealed import part_row
from bedside.safeguards.vault.columns import Under, bound_by, declare_column, reseals_person

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

_LESSONS_AT_ONCE = 5  # of some megabytes at most

declare_column("charts_part", "sealed", under=Under.PERSON)
declare_column(
    "charts_names", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", place=lambda lesson: (lesson, "sealed", 1), at_once=_LESSONS_AT_ONCE),
)  # fmt: skip


def reseal(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """Each part of the chart: same content, same version, new key."""
    mine = ChartPart.objects.filter(practice_id=scope.practice_id, patient_id=person_id)
    rows = list(mine.select_for_update())
    for row in rows:
        place = Place(
            practice=str(scope.practice_id), table="charts_part", row=part_row(person_id, Kind(row.kind)),
            column="sealed", version=row.version,
        )  # fmt: skip
        mine.filter(kind=row.kind).update(
            sealed=new.seal(old.open(bytes(row.sealed), place=place), place=place)
        )
    return len(rows)


reseals_person("charts_part", reseal)
