"""Pictures to sealed bytes and back: under the key of whom they show, or the practice's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from bedside.safeguards.vault.queries import person_keys, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Place, Sealer
    from bedside.records.media.models import PictureRow, RenditionRow
    from bedside.safeguards.vault.keys import PracticeKeys

PICTURES: Final = "media_picture"
RENDITIONS: Final = "media_rendition"
COLUMN: Final = "sealed"
UNDER_PRACTICE: Final = "practice"
UNDER_PERSON: Final = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said of a picture."""

    name: str
    description: str

    def to_bytes(self) -> bytes:
        return orjson.dumps([self.name, self.description])


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What opens the pictures of a practice and of these persons; whoever was erased has none."""

    practice: PracticeKeys
    persons: dict[UUID, Sealer]

    @classmethod
    def of(cls, scope: Scope, patient_ids: Iterable[UUID | None]) -> Keys:
        wanted = {one for one in patient_ids if one is not None}
        return cls(practice=practice_keys(scope), persons=person_keys(scope, wanted) if wanted else {})

    def opens(self, patient_id: UUID | None) -> bool:
        return patient_id is None or patient_id in self.persons

    def seal(self, plain: bytes, *, table: str, row: UUID, version: int, patient_id: UUID | None) -> bytes:
        """Raises KeyError for a person without a key."""
        if patient_id is None:
            return self.practice.seal(plain, table=table, row=str(row), column=COLUMN, version=version)
        return self.persons[patient_id].seal(plain, place=self._place(table, row, version))

    def open(self, sealed: bytes, *, table: str, row: UUID, version: int, patient_id: UUID | None) -> bytes:
        """Raises KeyError as `seal`; Unsealable for what was changed, moved or rolled back."""
        if patient_id is None:
            return self.practice.open(sealed, table=table, row=str(row), column=COLUMN, version=version)
        return self.persons[patient_id].open(sealed, place=self._place(table, row, version))

    def _place(self, table: str, row: UUID, version: int) -> Place:
        return self.practice.place(table=table, row=str(row), column=COLUMN, version=version)


def open_words(keys: Keys, row: PictureRow) -> Words:
    """Of a picture that was not taken out for good. Raises as `Keys.open`."""
    plain = keys.open(
        bytes(row.sealed or b""), table=PICTURES, row=row.id, version=row.version, patient_id=row.patient_id
    )
    name, description = orjson.loads(plain)
    return Words(name=name, description=description)


def open_rendition(keys: Keys, row: RenditionRow, *, patient_id: UUID | None) -> bytes:
    """Raises as `Keys.open`."""
    return keys.open(
        bytes(row.sealed), table=RENDITIONS, row=row.id, version=row.version, patient_id=patient_id
    )
