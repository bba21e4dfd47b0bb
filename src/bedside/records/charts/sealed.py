"""Parts of charts to bytes and back: one JSON list each, under the person's own key.

First the sources, then one list for each entry that says its source by place: the id of a system that sent a hundred
entries stands there once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from bedside.kit.terminology import System
from bedside.records.charts.rules import Entry, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.kit.sealing import Places, Sealers
    from bedside.safeguards.vault.keys import PracticeKeys

_TABLE, _COLUMN = "charts_part", "sealed"
# Where each value of an entry lies, for ever; another is put at the end, and none is moved or taken out:
# source (its place among the sources), source_id, status, updated_at (microseconds), codes (system, code, system, …),
# day, until, starts_at (microseconds), provider, place.
_UNKNOWN: list[Any] = [0, "", "", None, [], None, None, None, "", ""]
_SYSTEMS = {system.value: system for system in System}
_STATUSES = {status.value: status for status in Status}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_day = date.fromisoformat
_MET_MAX = 50_000
_met: dict[tuple[str, ...], tuple[tuple[System, str], ...]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """A part as stored."""

    patient_id: UUID
    kind: Kind
    sealed: bytes
    version: int


def seal_parts(
    plains: Sequence[bytes],
    *,
    of: Sequence[tuple[UUID, Kind]],
    versions: Sequence[int],
    keys: PracticeKeys,
    sealers: Sealers,
) -> list[bytes]:
    """Sealed in this order; `of` says whose part and which, under the sealers' keys in the same order."""
    return sealers.seal_each(plains, places=_places(keys, of, versions))


def open_parts(parts: Sequence[SealedPart], *, keys: PracticeKeys, sealers: Sealers) -> list[bytes]:
    """The parts as written, in this order, with the sealers' keys in the same order.

    Raises Unsealable with the position of the first that was changed, swapped or rolled back.
    """
    of = [(part.patient_id, part.kind) for part in parts]
    places = _places(keys, of, [part.version for part in parts])
    return sealers.open_each([part.sealed for part in parts], places=places)


def part_row(patient_id: UUID, kind: Kind) -> str:
    """What a part is sealed for as its row."""
    return f"{patient_id}:{kind.value}"


def _places(keys: PracticeKeys, of: Sequence[tuple[UUID, Kind]], versions: Sequence[int]) -> Places:
    rows = [part_row(patient_id, kind) for patient_id, kind in of]
    return keys.places(table=_TABLE, column=_COLUMN, rows=rows, versions=versions)


def written_part(entries: Sequence[Entry]) -> bytes:
    """The entries of one kind; of each, what is not known at the end is left out."""
    sources: dict[str, int] = {}
    written = [_written(entry, source=sources.setdefault(entry.source, len(sources))) for entry in entries]
    return orjson.dumps([[*sources], *written])


def _written(entry: Entry, *, source: int) -> list[Any]:
    values: list[Any] = [
        source,
        entry.source_id,
        entry.status,
        _microseconds(entry.updated_at),
        [part for code in entry.codes for part in code],
        entry.day,
        entry.until,
        _microseconds(entry.starts_at),
        entry.provider,
        entry.place,
    ]
    while not values[-1] and values[-1] == _UNKNOWN[len(values) - 1]:
        values.pop()
    return values


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


class _Draft:
    """An entry while it is built: the same slots, not yet frozen; see `patients.sealed`."""

    __slots__ = Entry.__slots__


def read_part(kind: Kind, plain: bytes) -> tuple[Entry, ...]:
    """The entries of a part. Raises ValueError for a value that no entry has."""
    sources, *written = orjson.loads(plain)
    return tuple([_read(kind, sources, values) for values in written])


def _read(kind: Kind, sources: list[str], values: list[Any]) -> Entry:
    if len(values) > len(_UNKNOWN):
        raise ValueError("an entry with an unknown value; a newer Bedside wrote it")
    draft: Any = _Draft()
    (
        source, draft.source_id, status, updated_at, codes, day, until, starts_at, draft.provider, draft.place,
    ) = values + _UNKNOWN[len(values) :]  # fmt: skip
    draft.kind = kind
    draft.source = sources[source]
    draft.status = _STATUSES[status]
    draft.updated_at = None if updated_at is None else _EPOCH + timedelta(0, 0, updated_at)
    written = tuple(codes)
    draft.codes = _met.get(written) or _codes(written)
    draft.day = day and _day(day)
    draft.until = until and _day(until)
    draft.starts_at = None if starts_at is None else _EPOCH + timedelta(0, 0, starts_at)
    draft.__class__ = Entry
    entry: Entry = draft
    return entry


def _codes(written: tuple[str, ...]) -> tuple[tuple[System, str], ...]:
    """The same few codes come in most charts: each is built once, which is quicker and takes no memory again."""
    codes = tuple(zip(map(_SYSTEMS.__getitem__, written[::2]), written[1::2], strict=True))
    if len(_met) < _MET_MAX:
        _met[written] = codes
    return codes
