"""The tree of hashes as it is stored: complete tiles in a table, the right edge made from them and from rows."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from django.db import connection

from bedside.kit.ledger import TILE_WIDTH, BadTile, leaf_hash
from bedside.safeguards.audit.bodies import BadRow, unpack
from bedside.safeguards.audit.order import RowOfLeaves, decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from bedside.kit.ledger import ReadTile, Tile

HASH_BYTES: Final = 32
_ROWS_PER_QUESTION: Final = 4096
_TILE = "SELECT hashes FROM audit_tile WHERE practice_id = %s AND level = %s AND number = %s"
_ROOTS = "SELECT root FROM audit_tile WHERE practice_id = %s AND level = %s AND number >= %s ORDER BY number LIMIT %s"
_INSERT = """
    INSERT INTO audit_tile (practice_id, level, number, hashes, root)
    SELECT %s, fresh.* FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[], %s::bytea[]) AS fresh
"""
_LAST = """
    SELECT start, entries FROM audit_checkpoint
    WHERE practice_id = %s AND size > %s AND size <= %s ORDER BY size
"""
_BODIES = "SELECT id, count, body FROM audit_entry WHERE practice_id = %s AND id = ANY(%s)"


class DamagedRow(Exception):
    """A row that a checkpoint lists is gone, or no longer what was listed: `finding` is a code of `verifying`."""

    def __init__(self, entry_id: int, finding: str) -> None:
        super().__init__(f"entry {entry_id}: {finding}")
        self.entry_id = entry_id
        self.finding = finding


def bodies_of(practice_id: UUID, rows: Iterable[RowOfLeaves]) -> Iterator[tuple[RowOfLeaves, list[bytes]]]:
    """The canonical bodies of rows, in the order asked for. Raises DamagedRow."""
    waiting = iter(rows)
    while part := list(islice(waiting, _ROWS_PER_QUESTION)):
        with connection.cursor() as cursor:
            cursor.execute(_BODIES, [practice_id, [row.id for row in part]])
            found = {number: (count, bytes(body)) for number, count, body in cursor.fetchall()}
        for row in part:
            yield row, opened(row, found.get(row.id))


def opened(row: RowOfLeaves, stored: tuple[int, bytes] | None) -> list[bytes]:
    """The bodies in a row as it is stored (count, body), if it is there and is what was listed. Raises DamagedRow."""
    if stored is None:
        raise DamagedRow(row.id, "entry_missing")
    if stored[0] != row.count:
        raise DamagedRow(row.id, "entry_changed")
    try:
        return unpack(stored[1], count=row.count)
    except BadRow as error:
        raise DamagedRow(row.id, "entry_changed") from error


def stored_tiles(
    practice_id: UUID, size: int, *, edge: Mapping[int, Sequence[bytes]] | None = None
) -> ReadTile:
    """Reads the tiles of the tree of `size` leaves. `edge`: the incomplete tile of each level, if known."""
    made: dict[int, Sequence[bytes]] = dict(edge or {})

    def read(level: int, number: int, width: int) -> Sequence[bytes]:
        if number < (size >> 8 * (level + 1)):
            return _stored(practice_id, level, number)
        if level not in made:
            made[level] = (
                _edge_roots(practice_id, level, number, size) if level else _edge_leaves(practice_id, size)
            )
        return made[level][:width]

    return read


def edge_of(practice_id: UUID, size: int) -> dict[int, list[bytes]]:
    """The hashes of the incomplete tile of each level of the tree of `size` leaves."""
    edge: dict[int, list[bytes]] = {}
    level = 0
    while size >> 8 * level:
        if (size >> 8 * level) % TILE_WIDTH:
            number = size >> 8 * (level + 1)
            edge[level] = (
                _edge_roots(practice_id, level, number, size) if level else _edge_leaves(practice_id, size)
            )
        level += 1
    return edge


def store(practice_id: UUID, tiles: Sequence[tuple[Tile, bytes]]) -> None:
    """Keeps complete tiles with their roots. They are never written again."""
    if not tiles:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                practice_id,
                [tile.level for tile, _ in tiles],
                [tile.number for tile, _ in tiles],
                [b"".join(tile.hashes) for tile, _ in tiles],
                [root for _, root in tiles],
            ],
        )


def split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _stored(practice_id: UUID, level: int, number: int) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_TILE, [practice_id, level, number])
        row = cursor.fetchone()
    if row is None:
        raise BadTile(f"tile {number} of level {level} is gone")
    return split(bytes(row[0]))


def _edge_roots(practice_id: UUID, level: int, number: int, size: int) -> list[bytes]:
    """The incomplete tile of a level above the leaves: the roots of the complete tiles one level below."""
    wanted = (size >> 8 * level) - number * TILE_WIDTH
    with connection.cursor() as cursor:
        cursor.execute(_ROOTS, [practice_id, level - 1, number * TILE_WIDTH, wanted])
        return [bytes(root) for (root,) in cursor.fetchall()]


def _edge_leaves(practice_id: UUID, size: int) -> list[bytes]:
    """The leaf hashes since the last complete tile, from the rows that the last checkpoints list."""
    first = size - size % TILE_WIDTH
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [practice_id, first, size])
        lists = cursor.fetchall()
    hashes: list[bytes] = []
    for start, raw in lists:
        rows, skipped = _from_leaf(decode(bytes(raw)), first - start)
        fresh = [leaf_hash(body) for _, bodies in bodies_of(practice_id, rows) for body in bodies]
        hashes += fresh[skipped:]
    return hashes


def _from_leaf(rows: list[RowOfLeaves], wanted: int) -> tuple[list[RowOfLeaves], int]:
    """The rows from the one that holds the leaf `wanted` on, and how many of its leaves come before."""
    passed = 0
    for place, row in enumerate(rows):
        if passed + row.count > wanted:
            return rows[place:], max(wanted - passed, 0)
        passed += row.count
    return [], 0
