"""What of pictures is sealed under which key, and sealing a person's anew under their new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.sealing import Place
from bedside.records.media.models import PictureRow, RenditionRow
from bedside.records.media.sealed import COLUMN, PICTURES, RENDITIONS, UNDER_PERSON, UNDER_PRACTICE
from bedside.safeguards.vault.columns import Under, bound_by, declare_column, reseals_person

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

declare_column(
    "media_picture", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "version", place=lambda own, version: (own, "sealed", version)),
    only=("sealed_under", (UNDER_PRACTICE,)),
)  # fmt: skip
# Some hundred kilobytes each: few at once.
declare_column(
    "media_rendition", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "version", place=lambda own, version: (own, "sealed", version), at_once=20),
    only=("sealed_under", (UNDER_PRACTICE,)),
)  # fmt: skip


def reseal_pictures(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """What is said of the person's pictures: same content, same version, new key."""
    rows = PictureRow.objects.filter(
        practice_id=scope.practice_id,
        patient_id=person_id,
        sealed_under=UNDER_PERSON,
        removed_at__isnull=True,
    )
    return _resealed(scope, PICTURES, list(rows.select_for_update()), old, new)


def reseal_renditions(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """The person's pictures themselves, likewise."""
    rows = RenditionRow.objects.filter(
        practice_id=scope.practice_id, picture__patient_id=person_id, sealed_under=UNDER_PERSON
    )
    return _resealed(scope, RENDITIONS, list(rows.select_for_update(of=("self",))), old, new)


def _resealed(
    scope: Scope, table: str, rows: list[PictureRow] | list[RenditionRow], old: Sealer, new: Sealer
) -> int:
    for row in rows:
        place = Place(
            practice=str(scope.practice_id), table=table, row=str(row.id), column=COLUMN, version=row.version
        )
        row.sealed = new.seal(old.open(bytes(row.sealed or b""), place=place), place=place)
        row.save(update_fields=["sealed"])
    return len(rows)


reseals_person("media_picture", reseal_pictures)
reseals_person("media_rendition", reseal_renditions)
