"""Where an entry stands in the tree, and every entry in the order of the tree: from what the checkpoints list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.marking import Settled
from bedside.safeguards.audit.order import RowOfLeaves, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

_CHECKPOINTS_PER_QUESTION: Final = 256
_LISTING = """
    SELECT last_id, size, start, entries FROM audit_checkpoint
    WHERE practice_id = %s AND last_id >= %s AND first_id <= %s AND (last_id, size) > (%s, %s)
    ORDER BY last_id, size LIMIT 4
"""
_AFTER = """
    SELECT start, size, at, root, key_version, note, entries, first_id, last_id,
           settled_id, seen_id, seen_xid, seen_at, mark FROM audit_checkpoint
    WHERE practice_id = %s AND size > %s AND size <= %s ORDER BY size LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A checkpoint as it is stored: it adds leaves `start` to `size`; `entries` is read by `order.decode`."""

    start: int
    size: int
    at: datetime
    root: bytes
    key_version: int
    note: str
    entries: bytes
    first_id: int
    last_id: int
    settled: Settled
    mark: bytes


def place_of(practice_id: UUID, entry_id: int) -> tuple[int, int] | None:
    """(index of the row's first leaf, its number of leaves), None while no checkpoint lists it. Raises BadOrder.

    Mostly the first list looked at holds it; a row that came late is in a later one with a wide span of ids.
    """
    after = (0, 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LISTING, [practice_id, entry_id, entry_id, *after])
            lists = cursor.fetchall()
        for last_id, size, start, raw in lists:
            found = _place_in(decode(bytes(raw)), entry_id)
            if found is not None:
                return start + found[0], found[1]
            after = (last_id, size)
        if not lists:
            return None


def checkpoints(scope: Scope, *, after: int, up_to: int) -> Iterator[Listed]:
    """Checkpoints of trees of more than `after` leaves, oldest first; no transaction stays open in between."""
    while True:
        with reading(scope), connection.cursor() as cursor:
            cursor.execute(_AFTER, [scope.practice_id, after, up_to, _CHECKPOINTS_PER_QUESTION])
            found = cursor.fetchall()
        yield from (_listed(scope.practice_id, row) for row in found)
        if len(found) < _CHECKPOINTS_PER_QUESTION:
            return
        after = found[-1][1]


def _listed(practice_id: UUID, row: Sequence[Any]) -> Listed:
    start, size, at, root, key_version, note, entries, first_id, last_id, *settled, mark = row
    settled_id, seen_id, seen_xid, seen_at = settled
    return Listed(
        start=start, size=size, at=at, root=bytes(root), key_version=key_version, note=note,
        entries=bytes(entries), first_id=first_id, last_id=last_id, mark=bytes(mark),
        settled=Settled(
            practice_id=practice_id, size=size, root=bytes(root),
            settled_id=settled_id, seen_id=seen_id, seen_xid=seen_xid, seen_at=seen_at,
        ),
    )  # fmt: skip


def _place_in(rows: list[RowOfLeaves], entry_id: int) -> tuple[int, int] | None:
    passed = 0
    for row in rows:
        if row.id == entry_id:
            return passed, row.count
        passed += row.count
    return None
