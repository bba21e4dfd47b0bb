"""Which rows became which leaves, as each checkpoint writes it down; and from where on rows have to be looked at.

Rows may be committed in another order than their ids were given. So the order of leaves is not that of ids over the
whole ledger: each checkpoint lists the rows it took, and a row that comes late simply stands in a later list.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A statement takes its id a moment before its transaction gets its number; nothing that works takes a minute for it.
SETTLING: Final = timedelta(minutes=1)
_MORE: Final = 0x80


class BadOrder(Exception):
    """A list of rows that cannot be read: something changed it."""


@dataclass(frozen=True, slots=True)
class RowOfLeaves:
    """A row of the ledger, and how many leaves it makes."""

    id: int
    count: int


def encode(rows: Iterable[RowOfLeaves]) -> bytes:
    """Rows in ascending order of id, about one byte for each single entry.

    >>> encode([RowOfLeaves(300, 1), RowOfLeaves(301, 1000)]).hex()
    'd80403e807'
    """
    out, last = bytearray(), 0
    for row in rows:
        if row.id <= last or row.count < 1:
            raise BadOrder("rows are listed once each, in ascending order, with at least one leaf")
        many = row.count > 1
        _put(out, (row.id - last) << 1 | many)
        if many:
            _put(out, row.count)
        last = row.id
    return bytes(out)


def decode(raw: bytes) -> list[RowOfLeaves]:
    """The rows of `encode`. Raises BadOrder for anything that it did not write."""
    rows, last, at = [], 0, 0
    while at < len(raw):
        step, at = _take(raw, at)
        count = 1
        if step & 1:
            count, at = _take(raw, at)
        last += step >> 1
        rows.append(RowOfLeaves(last, count))
    if encode(rows) != raw:
        raise BadOrder("a list of rows is not written as Bedside writes it")
    return rows


def _put(out: bytearray, number: int) -> None:
    while number >= _MORE:
        out.append(number & 0x7F | _MORE)
        number >>= 7
    out.append(number)


def _take(raw: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(raw) or shift > 63:  # noqa: PLR2004  no id has more bits
            raise BadOrder("a list of rows is cut off")
        byte = raw[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < _MORE:
            return number, at


@dataclass(slots=True)
class ListedIds:
    """Every id that the checkpoints list, in eight bytes each: they nearly come in ascending order."""

    rising: array[int] = field(default_factory=lambda: array("q"))
    others: set[int] = field(default_factory=set)
    twice: int | None = None

    def add(self, rows: Iterable[RowOfLeaves]) -> None:
        for row in rows:
            if not self.rising or row.id > self.rising[-1]:
                self.rising.append(row.id)
            elif row.id in self:
                self.twice = row.id
            else:
                self.others.add(row.id)

    def __contains__(self, number: int) -> bool:
        place = bisect_left(self.rising, number)
        return number in self.others or (place < len(self.rising) and self.rising[place] == number)

    def lacking(self, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if number not in self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The highest id that could be seen, and the lowest number that no transaction had yet (`pg_snapshot_xmax`)."""

    highest_id: int
    next_xid: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Every row up to `settled_id` is sealed; beyond it one has to look. `seen` is how the mark will move on."""

    settled_id: int
    seen: Observation | None


def moved(mark: Mark, *, now: Observation, oldest_xid: int, all_sealed_to: int) -> Mark:
    """The mark after a look at all rows beyond it that left none unsealed up to `all_sealed_to`.

    Takes an observation made no later than that look, and the oldest transaction still running then. Ids up to the
    one seen earlier were given to transactions that had begun by then; once those are all over, whatever they
    wrote was in this look. Numbers of another cluster, after a restore, are told by being ahead of ours: the
    observation is then made anew, which costs looking and misses nothing.
    """
    seen = mark.seen
    if seen is None or seen.next_xid > now.next_xid:
        return Mark(settled_id=mark.settled_id, seen=now)
    # A clock that was set back is as good a sign of time gone by as one that went on.
    if oldest_xid < seen.next_xid or abs(now.at - seen.at) < SETTLING:
        return mark
    settled = max(mark.settled_id, min(seen.highest_id, now.highest_id, all_sealed_to))
    return Mark(settled_id=settled, seen=now)


def first_part(rows: Sequence[RowOfLeaves], *, leaves_max: int) -> Sequence[RowOfLeaves]:
    """As many rows from the front as have no more leaves than that together, at least one."""
    total = 0
    for place, row in enumerate(rows):
        total += row.count
        if total > leaves_max and place:
            return rows[:place]
    return rows
