"""The whole ledger once more, leaf by leaf: what verification compares with what was signed and stored."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from bedside.kit.ledger import TILE_WIDTH, Frontier, ReadTile, leaf_hash, root_of
from bedside.safeguards.audit.mentions import numbers_in, weight
from bedside.safeguards.audit.tree import HASH_BYTES, DamagedRow, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from bedside.safeguards.audit.order import RowOfLeaves

_ROWS_PER_QUESTION: Final = 2048
_TILE_HEIGHT: Final = 8
# A body that is longer than any is not fetched: thousands of such would fill the memory.
_ROWS = """
    SELECT id, count, CASE WHEN octet_length(body) <= 1048576 THEN body END,
           practice_id, at, kind, actor_kind, actor_id, purpose, subject
    FROM audit_entry WHERE practice_id = %s AND id = ANY(%s)
"""
_TILES = """
    SELECT number, hashes, root FROM audit_tile
    WHERE practice_id = %s AND level = %s AND number >= %s AND number < %s
"""


class Unsound(Exception):
    """Something is not as it was signed: which check, at which leaf, and the row where one is to be named."""

    def __init__(self, finding: str, *, index: int | None, entry_id: int | None = None) -> None:
        super().__init__(f"{finding} at leaf {index}")
        self.finding = finding
        self.index = index
        self.entry_id = entry_id


@dataclass(slots=True)
class Walk:
    """A walk over all leaves from `frontier` on. `tile`: the leaf hashes since the last complete tile."""

    practice_id: UUID
    frontier: Frontier = field(default_factory=Frontier)
    tile: list[bytes] = field(default_factory=list)
    roots: list[list[bytes]] = field(default_factory=list)
    mentioned: int = 0
    mentioned_sum: int = 0
    salt: bytes = b""
    # The first tile whose stored hashes are not those of the rows: (index of the first such leaf, tile's level).
    suspect: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        return self.frontier.size

    def add(self, rows: Sequence[RowOfLeaves]) -> None:
        """Appends the leaves of rows in this order. Raises Unsound for a row that is gone or mislabelled."""
        for start in range(0, len(rows), _ROWS_PER_QUESTION):
            part = rows[start : start + _ROWS_PER_QUESTION]
            stored = _stored_rows(self.practice_id, part)
            for row in part:
                self._add_row(row, stored.get(row.id))

    def suspect_in_edge(self) -> int | None:
        """Where the leaves since the last complete tile differ from that tile as it was completed later, if it was."""
        with connection.cursor() as cursor:
            number = self.size // TILE_WIDTH
            cursor.execute(_TILES, [self.practice_id, 0, number, number + 1])
            found = cursor.fetchone()
        if found is None:
            return None
        return _difference(self.tile, bytes(found[1]), number)

    def _add_row(self, row: RowOfLeaves, stored: tuple[Any, ...] | None) -> None:
        try:
            bodies = opened(row, _count_and_body(stored))
        except DamagedRow as error:
            raise Unsound(error.finding, index=self.size, entry_id=row.id) from error
        if stored is None or not is_labelled_as(bodies[0], stored[2:], many=row.count > 1):
            raise Unsound("entry_mislabelled", index=self.size, entry_id=row.id)
        numbers = numbers_in(row, bodies)
        self.mentioned += len(numbers)
        self.mentioned_sum += sum(weight(number, row.id, salt=self.salt) for number in numbers)
        for body in bodies:
            self._append(leaf_hash(body))

    def _append(self, leaf: bytes) -> None:
        self.frontier.append(leaf)
        self.tile.append(leaf)
        if len(self.tile) == TILE_WIDTH:
            self._close(0, self.size // TILE_WIDTH - 1, self.tile)
            self.tile = []

    def _close(self, level: int, number: int, hashes: list[bytes]) -> None:
        """A tile is complete: compares it with the stored one and hands its root one level up."""
        root = root_of(hashes)
        if self.suspect is None:
            different = _first_difference(self.practice_id, level, number, hashes, root)
            if different is not None:
                self.suspect = ((number * TILE_WIDTH + different) << _TILE_HEIGHT * level, level)
        while len(self.roots) <= level:
            self.roots.append([])
        above = self.roots[level]
        above.append(root)
        if len(above) == TILE_WIDTH:
            self.roots[level] = []
            self._close(level + 1, number // TILE_WIDTH, above)


def walk_from(practice_id: UUID, size: int, read: ReadTile) -> Walk:
    """A walk that begins after `size` leaves, from the stored tiles. Compare its root before trusting it."""
    walk = Walk(practice_id=practice_id)
    walk.tile = list(read(0, size // TILE_WIDTH, size % TILE_WIDTH)) if size % TILE_WIDTH else []
    level = 1
    while size >> _TILE_HEIGHT * level:
        number, kept = divmod(size >> _TILE_HEIGHT * level, TILE_WIDTH)
        walk.roots.append(list(read(level, number, kept)) if kept else [])
        level += 1
    walk.frontier = Frontier(size=size, edges=[*_edges(size, read)])
    return walk


def _edges(size: int, read: ReadTile) -> Iterator[bytes]:
    """The roots of the whole subtrees at the right edge by height; a height the size does not have is never read."""
    for height in range(size.bit_length()):
        if not size >> height & 1:
            yield b""
            continue
        level, rest = divmod(height, _TILE_HEIGHT)
        low = size >> height + 1 << height + 1
        number, at = divmod(low >> level * _TILE_HEIGHT, TILE_WIDTH)
        width = 1 << rest
        yield root_of(list(read(level, number, at + width))[at : at + width])


def is_labelled_as(body: bytes, columns: Sequence[Any], *, many: bool) -> bool:
    """Whether the columns that people search by say what the body says, which alone is hashed."""
    practice_id, at, kind, actor_kind, actor_id, purpose, subject = columns
    said = json.loads(body)
    about = said.get("about", "" if many else said.get("subject"))
    return bool(
        (str(practice_id), kind, actor_kind, actor_id, purpose, subject)
        == (*map(said.get, ("practice", "kind", "actor_kind", "actor", "purpose")), about)
        and isinstance(said.get("subject"), str)
        and isinstance(said.get("details"), dict)
        and _moment(said.get("at")) == at
    )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def genuine(
    practice_id: UUID, rows: Iterable[RowOfLeaves]
) -> Iterator[tuple[RowOfLeaves, list[bytes] | None]]:
    """The canonical bodies of rows that are to be sealed; None for a row that Bedside did not write.

    Such a row (unreadable, or its columns say something else than its body) is left out of the tree: sealed, it
    would be a finding at every verification and keep all others from being told apart from it.
    """
    waiting = iter(rows)
    while part := list(islice(waiting, _ROWS_PER_QUESTION)):
        stored = _stored_rows(practice_id, part)
        for row in part:
            yield row, _bodies_if_genuine(row, stored.get(row.id))


def _bodies_if_genuine(row: RowOfLeaves, stored: tuple[Any, ...] | None) -> list[bytes] | None:
    try:
        bodies = opened(row, _count_and_body(stored))
    except DamagedRow:
        return None
    return bodies if stored and is_labelled_as(bodies[0], stored[2:], many=row.count > 1) else None


def _count_and_body(stored: tuple[Any, ...] | None) -> tuple[int, bytes] | None:
    return None if stored is None else (stored[0], b"" if stored[1] is None else bytes(stored[1]))


def _stored_rows(practice_id: UUID, rows: Sequence[RowOfLeaves]) -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [practice_id, [row.id for row in rows]])
        return {number: tuple(rest) for number, *rest in cursor.fetchall()}


def _first_difference(
    practice_id: UUID, level: int, number: int, hashes: list[bytes], root: bytes
) -> int | None:
    """Where the stored tile differs from the one made from the rows; its first place when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_TILES, [practice_id, level, number, number + 1])
        found = cursor.fetchone()
    if found is None:
        return 0
    stored = bytes(found[1])
    if stored == b"".join(hashes):
        return None if bytes(found[2]) == root else 0
    place = _difference(hashes, stored, 0)
    return 0 if place is None else place


def _difference(hashes: Sequence[bytes], stored: bytes, number: int) -> int | None:
    """Index of the first hash that differs from the same one of the stored tile `number`."""
    for at, each in enumerate(hashes):
        if stored[at * HASH_BYTES : (at + 1) * HASH_BYTES] != each:
            return number * TILE_WIDTH + at
    return None
