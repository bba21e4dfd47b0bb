"""A practice's keys, opened: what the rest of the product seals and opens with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.sealing import Place, Places, Sealer, Sealers, Unsealable, random_key
from bedside.kit.sealing.envelope import HEADER_BYTES, key_version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.safeguards.vault.keyring import Keyring


class PracticeKeys:
    """Seals, opens and indexes for one practice. Never leaves the process, never prints itself.

    `seal` and `open` are for the practice's own things (settings, shards, evidence); a patient's record is
    sealed under that person's key from `person`, so that destroying one key erases one person.
    """

    __slots__ = ("_index", "_ring", "practice_id")

    def __init__(self, practice_id: UUID, ring: Keyring) -> None:
        self.practice_id = practice_id
        self._ring = ring
        self._index = ring.index

    def place(self, *, table: str, row: str, column: str, version: int) -> Place:
        return Place(practice=str(self.practice_id), table=table, row=row, column=column, version=version)

    def seal(self, plain: bytes, *, table: str, row: str, column: str, version: int = 1) -> bytes:
        return self._ring.sealing().seal(
            plain, place=self.place(table=table, row=row, column=column, version=version)
        )

    def open(self, sealed: bytes, *, table: str, row: str, column: str, version: int = 1) -> bytes:
        """Raises Unsealable if the value was changed, moved, rolled back, or belongs to another practice."""
        sealer = self._ring.opening(key_version(sealed))
        return sealer.open(sealed, place=self.place(table=table, row=row, column=column, version=version))

    def blind_index(self, label: str, value: str) -> bytes:
        """32 bytes to look a high-entropy value up by: `address`, `phone`, `mrn`. Never a date, sex or place."""
        return self._index.of(label, value)

    def new_person(self, person_id: UUID) -> tuple[bytes, Sealer]:
        """A fresh person key: (wrapped for storage, sealer)."""
        key = random_key()
        return self._ring.sealing().seal(key, place=self._person_place(person_id)), Sealer(key)

    def person(self, person_id: UUID, wrapped: bytes) -> Sealer:
        """Raises Unsealable if the wrapped key is not this person's."""
        sealer = self._ring.opening(key_version(wrapped))
        return Sealer(sealer.open(wrapped, place=self._person_place(person_id)))

    def places(self, *, table: str, column: str, rows: Sequence[str], versions: Sequence[int]) -> Places:
        return Places(
            practice=str(self.practice_id), table=table, column=column, rows=rows, versions=versions
        )

    def new_persons(self, person_ids: Sequence[UUID]) -> tuple[list[bytes], Sealers]:
        """A fresh key for each person, in this order: (wrapped for storage, sealers)."""
        sealers = Sealers.fresh(len(person_ids))
        return self.wrapped(sealers, person_ids=[*map(str, person_ids)]), sealers

    def wrapped(self, sealers: Sealers, *, person_ids: Sequence[str]) -> list[bytes]:
        """These persons' keys, in this order, wrapped by the version that seals now."""
        return sealers.wrapped(self._ring.sealing(), places=self._person_places(person_ids))

    def persons(self, person_ids: Sequence[str], wrapped: Sequence[bytes]) -> Sealers:
        """As `person` for many, in this order; ids as text. Raises Unsealable with a position."""
        return Sealers(self._opened_many(wrapped, places=self._person_places(person_ids)))

    def _opened_many(self, sealed: Sequence[bytes], *, places: Places) -> list[bytes]:
        headers = {value[:HEADER_BYTES] for value in sealed}
        if len(headers) == 1:
            return self._opened_alike(sealed, range(len(sealed)), places)
        opened: dict[int, bytes] = {}  # while a rotation is under way: each version's values for themselves
        for header in headers:
            of_it = [position for position, value in enumerate(sealed) if value[:HEADER_BYTES] == header]
            part = [sealed[position] for position in of_it]
            opened.update(zip(of_it, self._opened_alike(part, of_it, places.only(of_it)), strict=True))
        return [opened[position] for position in range(len(sealed))]

    def _opened_alike(self, sealed: Sequence[bytes], positions: Sequence[int], places: Places) -> list[bytes]:
        try:
            return self._sealer_of(sealed[0]).open_many(sealed, places=places)
        except Unsealable as error:
            raise Unsealable(error.why, position=positions[error.position or 0]) from None

    def _sealer_of(self, sealed: bytes) -> Sealer:
        return self._ring.opening(key_version(sealed))

    @property
    def sealing_version(self) -> int:
        """The version that seals now."""
        return self._ring.sealing().version

    def reload(self) -> None:
        """Asks for the versions and their states anew, before the half minute is over."""
        self._ring.reload()

    def _person_places(self, person_ids: Sequence[str]) -> Places:
        versions = [1] * len(person_ids)
        return self.places(table="vault_personkey", column="wrapped", rows=person_ids, versions=versions)

    def _person_place(self, person_id: UUID) -> Place:
        return self.place(table="vault_personkey", row=str(person_id), column="wrapped", version=1)
