"""What is in the ledger and under no checkpoint yet: the tail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from bedside.safeguards.audit.marking import Settled, is_marked
from bedside.safeguards.audit.order import Mark, Observation, RowOfLeaves, decode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

EMPTY_MARK: Final = Mark(settled_id=0, seen=None)
_NO_END: Final = 2**62

# How far back a place to begin from is looked for, when the newest checkpoint's is not Bedside's.
_EARLIER_MAX: Final = 512
_NEWEST = """
    SELECT size, root, settled_id, seen_id, seen_xid, seen_at, mark, id, at, note FROM audit_checkpoint
    WHERE practice_id = %s ORDER BY size DESC LIMIT 1
"""
_EARLIER = """
    SELECT size, root, settled_id, seen_id, seen_xid, seen_at, mark FROM audit_checkpoint
    WHERE practice_id = %s AND size < %s ORDER BY size DESC LIMIT %s
"""
# One statement, so that the highest id and the running transactions are of the same moment. Ids that were never
# given out are not Bedside's: one of them would have every later row passed over.
_OBSERVE = """
    SELECT coalesce((SELECT e.id FROM audit_entry e WHERE e.practice_id = %s
                     AND e.id <= (SELECT last_value FROM audit_entry_id_seq) ORDER BY e.id DESC LIMIT 1), 0),
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
_BEYOND = """
    SELECT id, count FROM audit_entry WHERE practice_id = %s AND id > %s
    AND id <= (SELECT last_value FROM audit_entry_id_seq) ORDER BY id LIMIT %s
"""
_LISTS = "SELECT entries FROM audit_checkpoint WHERE practice_id = %s AND last_id > %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest checkpoint. `is_marked`: what it says of itself bears Bedside's mark."""

    id: int
    size: int
    root: bytes
    at: datetime
    note: str
    mark: Mark
    is_marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look at the head of the ledger: the observation, and the oldest transaction that was still running."""

    now: Observation
    oldest_xid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Rows beyond the mark that no checkpoint lists, ascending. `reached`: how far the look went, None for the end."""

    rows: list[RowOfLeaves]
    sealed: set[int]
    reached: int | None

    def all_sealed_to(self, *, taken: int) -> int:
        """Once the first `taken` rows are sealed, no row from the mark up to this id is unsealed."""
        if taken < len(self.rows):
            return self.rows[taken].id - 1
        return _NO_END if self.reached is None else self.reached


def newest(practice_id: UUID) -> Newest | None:
    """The newest checkpoint of the practice whose transaction is open, None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [practice_id])
        row = cursor.fetchone()
    if row is None:
        return None
    *settled, number, at, note = row
    mark = _marked(practice_id, settled)
    return Newest(
        id=number, size=row[0], root=bytes(row[1]), at=at, note=note, is_marked=mark is not None,
        mark=mark or _earlier(practice_id, row[0]),
    )  # fmt: skip


def _earlier(practice_id: UUID, size: int) -> Mark:
    """What an earlier checkpoint says under its mark: that holds for good, and only costs more looking."""
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [practice_id, size, _EARLIER_MAX])
        marks = (_marked(practice_id, row) for row in cursor.fetchall())
        return next((mark for mark in marks if mark is not None), EMPTY_MARK)


def _marked(practice_id: UUID, columns: Sequence[Any]) -> Mark | None:
    """None unless Bedside said so."""
    size, root, settled_id, seen_id, seen_xid, seen_at, mark = columns
    said = Settled(
        practice_id=practice_id, size=size, root=bytes(root),
        settled_id=settled_id, seen_id=seen_id, seen_xid=seen_xid, seen_at=seen_at,
    )  # fmt: skip
    if not is_marked(said, bytes(mark)):
        return None
    seen = Observation(highest_id=seen_id, next_xid=seen_xid, at=seen_at)
    return Mark(settled_id=settled_id, seen=seen)


def observe(practice_id: UUID, *, at: datetime) -> Seen:
    with connection.cursor() as cursor:
        cursor.execute(_OBSERVE, [practice_id])
        highest_id, oldest_xid, next_xid = cursor.fetchone()
    return Seen(now=Observation(highest_id=highest_id, next_xid=next_xid, at=at), oldest_xid=oldest_xid)


def sealed_beyond(practice_id: UUID, settled_id: int) -> set[int]:
    """Ids beyond the mark that some checkpoint lists."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTS, [practice_id, settled_id])
        lists = cursor.fetchall()
    return {row.id for (raw,) in lists for row in decode(bytes(raw)) if row.id > settled_id}


def tail(practice_id: UUID, settled_id: int, *, sealed: set[int] | None = None, rows_max: int) -> Tail:
    """The unsealed rows beyond the mark, at most `rows_max`. `sealed` as `sealed_beyond` gives it, if known."""
    known = sealed_beyond(practice_id, settled_id) if sealed is None else sealed
    most = rows_max + len(known)
    with connection.cursor() as cursor:
        cursor.execute(_BEYOND, [practice_id, settled_id, most])
        found = cursor.fetchall()
    rows = [RowOfLeaves(number, count) for number, count in found if number not in known]
    return Tail(rows=rows, sealed=known, reached=found[-1][0] if len(found) == most else None)


def unsealed(practice_id: UUID, *, rows_max: int) -> list[RowOfLeaves]:
    """The unsealed rows, oldest first, at most `rows_max`, for whoever asks without sealing."""
    head = newest(practice_id)
    return tail(practice_id, head.mark.settled_id if head else 0, rows_max=rows_max).rows
