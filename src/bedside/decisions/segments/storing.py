"""Sealed shards of columns, and what is open of them in this process.

A piece is what was built together: the base (delta 0), or one delta. Its manifest says which columns it has and how
long each shard of them is; whatever does not agree with it was replaced meanwhile, and is never read as less.
"""

from __future__ import annotations

import io
import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, LiteralString

import orjson
import polars as pl

from bedside.decisions.segments.models import Shard
from bedside.decisions.segments.rules.fields import OWN_COLUMN
from bedside.ground.rows import fetch_binary
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from bedside.decisions.segments.encoding import Columns
    from bedside.ground.scope import Scope

FORMAT: Final = 2
OPEN_BYTES_MAX = 400_000_000
MANIFEST: Final = "manifest"
WORDS: Final = "words:"  # before the name of a dictionary
_SLOTS = frozenset({"slot", "chart.slot"})  # compared with those of other pieces, so of one width
_SHARDS_AT_ONCE = 200
DECODERS: Final = min(4, os.cpu_count() or 1)
_SHARDS: LiteralString = """
    SELECT "column", number, sealed FROM segments_shard
    WHERE practice_id = %s AND generation = %s AND delta = %s AND "column" = ANY(%s) ORDER BY "column", number
"""
_Place = tuple["UUID", int, int, str]


class Superseded(Exception):
    """What was looked for is not all there: another process put newer columns in its place meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Rows of records and of charts in a piece, and the length of each shard of each of its columns.

    `words` are the dictionaries it adds to. `slots`: how many patients are numbered with this piece.
    """

    rows: int
    chart_rows: int
    slots: int
    heights: Mapping[str, Sequence[int]] = field(default_factory=dict)
    offsets: Sequence[int] = ()


class Opened:
    """Columns open in memory, those used last kept within OPEN_BYTES_MAX."""

    def __init__(self) -> None:
        self._held: OrderedDict[_Place, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, place: _Place) -> Any:
        with self._lock:
            if place not in self._held:
                return None
            self._held.move_to_end(place)
            return self._held[place][0]

    def put(self, place: _Place, value: Any, *, size: int) -> None:
        with self._lock:
            self._bytes += size - self._held.pop(place, (None, 0))[1]
            self._held[place] = (value, size)
            while self._bytes > OPEN_BYTES_MAX and len(self._held) > 1:
                self._bytes -= self._held.popitem(last=False)[1][1]

    def forget(self, practice_id: UUID | None = None, *, but: int | None = None) -> None:
        """Everything, or of one practice all but one generation."""
        with self._lock:
            for place in [*self._held]:
                if practice_id is None or (place[0] == practice_id and place[1] != but):
                    self._bytes -= self._held.pop(place)[1]


opened = Opened()
_decoders = ThreadPoolExecutor(max_workers=DECODERS, thread_name_prefix="segments")


def write_piece(
    scope: Scope,
    generation: int,
    delta: int,
    *,
    shards: Iterable[tuple[Columns, int, int]],
    words: Callable[[], Mapping[str, Sequence[str]]],
    slots: int = 0,
) -> Manifest:
    """Stores a piece: shards as (columns, rows of records, rows of charts), then its words, then the manifest.

    `words` is asked after the last shard, which may still have added some. `slots` 0 means as many as rows. Nothing
    of it is kept open: the transaction may yet be rolled back.
    """
    heights: dict[str, list[int]] = {}
    offsets, rows, chart_rows = [], 0, 0
    number = -1
    for number, (columns, many, charted) in enumerate(shards):
        offsets.append(rows)
        rows, chart_rows = rows + many, chart_rows + charted
        for name, column in columns.items():
            before = heights.setdefault(name, [0] * number)
            before += [0] * (number - len(before)) + [len(column)]
        stored = ((name, number, _to_bytes(name, column)) for name, column in columns.items() if len(column))
        _store(scope, generation, delta, stored)
    for name, lengths in heights.items():
        heights[name] = lengths + [0] * (number + 1 - len(lengths))
    dictionaries = {
        WORDS + name: pl.Series(added, dtype=pl.String) for name, added in words().items() if added
    }
    _store(
        scope,
        generation,
        delta,
        ((name, 0, _to_bytes(name, column)) for name, column in dictionaries.items()),
    )
    heights |= {name: [len(column)] for name, column in dictionaries.items()}
    manifest = Manifest(
        rows=rows, chart_rows=chart_rows, slots=slots or rows, heights=heights, offsets=offsets
    )
    _store(scope, generation, delta, [(MANIFEST, 0, _written(manifest))])
    return manifest


def remove_others(scope: Scope, generation: int) -> None:
    """All shards of the practice but those of one generation."""
    Shard.objects.filter(practice_id=scope.practice_id).exclude(generation=generation).delete()
    opened.forget(scope.practice_id, but=generation)


def read_manifest(scope: Scope, generation: int, delta: int) -> Manifest:
    """Raises Superseded if there is none."""
    place = (scope.practice_id, generation, delta, MANIFEST)
    known = opened.get(place)
    if isinstance(known, Manifest):
        return known
    found = [*_read(scope, generation, delta, [MANIFEST])]
    if len(found) != 1:
        raise Superseded
    manifest = Manifest(**orjson.loads(found[0][2]))
    opened.put(place, manifest, size=sum(len(name) for name in manifest.heights))
    return manifest


def read_columns(
    scope: Scope, generation: int, delta: int, manifest: Manifest, names: Iterable[str]
) -> Columns:
    """Those of the columns that the piece has, whole. Raises Superseded."""
    wanted = {name for name in names if name in manifest.heights}
    found: Columns = {}
    for name in wanted:
        known = opened.get((scope.practice_id, generation, delta, name))
        if known is not None:
            found[name] = known
    missing = sorted(wanted - set(found))
    if not missing:
        return found
    shards = _read(scope, generation, delta, missing)
    for name, column in _decoded(shards, missing, manifest):
        opened.put((scope.practice_id, generation, delta, name), column, size=int(column.estimated_size()))
        found[name] = column
    return found


def _decoded(
    shards: Iterable[tuple[str, int, bytes]], names: Sequence[str], manifest: Manifest
) -> Iterator[tuple[str, pl.Series]]:
    """Whole columns, each decoded by another thread as soon as its shards are there. Raises Superseded.

    The shards come one column after the other. polars lets go of the interpreter while it decompresses.
    """
    futures = {}
    for name, those in groupby(shards, key=itemgetter(0)):
        futures[name] = _decoders.submit(
            _joined, name, [(number, plain) for _, number, plain in those], manifest
        )
    for name in names:
        yield name, futures[name].result() if name in futures else _joined(name, [], manifest)


def _joined(name: str, parts: Sequence[tuple[int, bytes]], manifest: Manifest) -> pl.Series:
    lengths = manifest.heights[name]
    columns = {number: _from_bytes(plain) for number, plain in parts}
    if [len(columns.get(number, ())) for number in range(len(lengths))] != list(lengths) or len(
        columns
    ) != sum(map(bool, lengths)):
        raise Superseded
    if name.endswith(".row"):
        columns = {
            number: column.cast(pl.UInt32).cum_sum() + manifest.offsets[number]
            for number, column in columns.items()
        }
    if not columns:
        return pl.Series(name, [], dtype=pl.String if name.startswith(WORDS) else pl.UInt32)
    whole = pl.concat(_alike([column for _, column in sorted(columns.items())])).rechunk().rename(name)
    return whole.cast(pl.UInt32) if name in _SLOTS else whole


_WIDTHS: dict[Any, int] = {pl.UInt8: 1, pl.UInt16: 2, pl.UInt32: 4}


def _width(dtype: pl.DataType) -> int:
    return _WIDTHS.get(dtype.base_type(), 0)


def _alike(columns: Sequence[pl.Series]) -> list[pl.Series]:
    """Numbers are stored as narrow as each shard allows, and opened as narrow as all of them do."""
    widest = max((column.dtype for column in columns), key=_width)
    return [column if column.dtype == widest else column.cast(widest) for column in columns]


def _to_bytes(name: str, column: pl.Series) -> bytes:
    if name.endswith(".row"):
        # From one row to the next it is a small step, and most are alike.
        column = column.cast(pl.Int64).diff().fill_null(column[0]).cast(pl.UInt32)
    if column.dtype == pl.UInt32:
        column = column.shrink_dtype() if column.null_count() < len(column) else column.cast(pl.UInt8)
    out = io.BytesIO()
    column.alias("").to_frame().write_ipc_stream(out, compression="zstd")
    return out.getvalue()


def _from_bytes(plain: bytes) -> pl.Series:
    return pl.read_ipc_stream(io.BytesIO(plain)).to_series()


def _written(manifest: Manifest) -> bytes:
    return orjson.dumps(
        {
            "rows": manifest.rows, "chart_rows": manifest.chart_rows, "slots": manifest.slots,
            "heights": manifest.heights, "offsets": manifest.offsets,
        }
    )  # fmt: skip


def _store(scope: Scope, generation: int, delta: int, plains: Iterable[tuple[str, int, bytes]]) -> None:
    keys = practice_keys(scope)
    together = list(plains)
    stored = {name: _stored_name(scope, name) for name, _, _ in together}
    Shard.objects.bulk_create(
        [
            Shard(
                practice_id=scope.practice_id,
                generation=generation,
                delta=delta,
                number=number,
                column=stored[name],
                sealed=keys.seal(
                    plain,
                    table="segments_shard",
                    row=f"{delta}.{number}",
                    column=stored[name],
                    version=generation,
                ),
            )
            for name, number, plain in together
        ],
        batch_size=_SHARDS_AT_ONCE,
    )


def _read(
    scope: Scope, generation: int, delta: int, names: Sequence[str]
) -> Iterator[tuple[str, int, bytes]]:
    """(name, number, content) of all shards of these columns that are there, in order of their numbers."""
    keys = practice_keys(scope)
    stored = {_stored_name(scope, name): name for name in names}
    for column, number, sealed in fetch_binary(_SHARDS, [scope.practice_id, generation, delta, list(stored)]):
        plain = keys.open(
            sealed, table="segments_shard", row=f"{delta}.{number}", column=column, version=generation
        )
        yield stored[column], number, plain


def _stored_name(scope: Scope, name: str) -> str:
    """As it stands beside the sealed column: what a practice calls its own fields may tell something."""
    if OWN_COLUMN not in name:
        return name
    return "own:" + practice_keys(scope).blind_index("segments column", name).hex()[:32]
