"""The sealed columns: built from the records, always as fresh as the last committed change.

A query reads the columns it needs, opens them once per process, lays the records changed since over them and takes out
whoever was erased since. When those grow too many the columns are built anew. They can be thrown away at any time:
the records are the truth.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl
from django.db import connection

from bedside.decisions.segments.columns import SCHEMA, frame_of
from bedside.decisions.segments.models import IndexState, Shard
from bedside.ground.errors import Fault
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.patients import actions as patients_actions
from bedside.records.patients import queries as patients
from bedside.records.patients.erasing import gone_since
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

SHARD_ROWS = 65_536
DELTA_ROWS_MAX = 5_000
READ_AT_ONCE = 2_000
TRIES_MAX = 5
_FRAMES_MAX = 60  # opened columns kept in memory per process
_Freshness = tuple[int, int]

_columns: OrderedDict[tuple[UUID, int, str], pl.Series] = OrderedDict()
_deltas: dict[UUID, tuple[int, _Freshness, pl.DataFrame]] = {}
_lock = threading.Lock()


class _Superseded(Exception):
    """The columns of a generation were not all there: another process put newer ones in their place meanwhile."""


def frame(scope: Scope, columns: Iterable[str], *, at: datetime) -> pl.DataFrame:
    """All patients of the practice with `id` and these columns, as of the last commit.

    Builds the columns first if there are none yet or too much has changed. All columns are of one generation.
    """
    with reading(scope):
        missed: int | None = None
        for _ in range(TRIES_MAX):
            # Each statement sees what is committed by then, so columns may go between this line and their reading.
            state, freshness = _ready(scope, missed=missed, at=at)
            try:
                return _overlaid(scope, state, freshness, columns)
            except _Superseded:
                missed = state.generation
    raise _restless()


def finds(scope: Scope, patient_id: UUID) -> bool:
    """True if the columns, as a question would see them now, still hold this person. Builds nothing."""
    with reading(scope):
        for _ in range(TRIES_MAX):
            state = _state(scope)
            if state is None or patient_id in {one for _, one in gone_since(scope, state.settled_change)}:
                return False
            with suppress(_Superseded):
                return bool(_column(scope, state, "id").is_in([patient_id.bytes]).any())
    raise _restless()


def rebuild(scope: Scope, *, at: datetime) -> int:
    """Builds every column from the records and swaps them in. Gives the number of patients."""
    settled = patients_actions.settled_change(scope)
    with in_scope(scope):
        _one_builder_at_a_time(scope)
        state = _state(scope)
        generation = state.generation + 1 if state else 1
        rows = sum(_store(scope, generation, number, part) for number, part in enumerate(_parts(scope)))
        IndexState.objects.update_or_create(
            practice_id=scope.practice_id,
            defaults={"generation": generation, "settled_change": settled, "rows": rows, "built_at": at},
        )
        Shard.objects.filter(practice_id=scope.practice_id, generation__lt=generation).delete()
    return rows


def forget_columns() -> None:
    """Drops what is open in memory, for tests and after a practice's keys change."""
    with _lock:
        _columns.clear()
        _deltas.clear()


def _state(scope: Scope) -> IndexState | None:
    return IndexState.objects.filter(practice_id=scope.practice_id).first()


def _restless() -> Fault:
    return Fault(
        "segments_busy", "The lists of patients are being built anew; try again in a moment.", retry_after_s=5
    )


def _ready(scope: Scope, *, missed: int | None, at: datetime) -> tuple[IndexState, _Freshness]:
    """The newest state to read by. `missed`: a generation some column of which was not found.

    If that is still the newest, its columns were lost and not replaced: they are built anew, never read as empty.
    """
    state = _state(scope)
    if state is not None and state.generation != missed:
        freshness = _freshness(scope, state.settled_change)
        if freshness[0] <= DELTA_ROWS_MAX:
            return state, freshness
    rebuild(scope, at=at)
    state = _state(scope)
    assert state is not None  # noqa: S101  just built
    return state, _freshness(scope, state.settled_change)


def _overlaid(scope: Scope, state: IndexState, freshness: _Freshness, columns: Iterable[str]) -> pl.DataFrame:
    """The columns of this state with all later changes laid over. Raises _Superseded."""
    names = ["id", *sorted(set(columns) - {"id"})]
    base = pl.DataFrame([_column(scope, state, name) for name in names])
    delta = _delta(scope, state, freshness)
    gone = [patient_id.bytes for _, patient_id in gone_since(scope, state.settled_change)]
    outdated = [*delta["id"].to_list(), *gone]
    if not outdated:
        return base
    kept = base.filter(~pl.col("id").is_in(outdated))
    return pl.concat([kept, delta.filter(~pl.col("id").is_in(gone)).select(names)])


def _one_builder_at_a_time(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [str(scope.practice_id)])


def _parts(scope: Scope) -> Iterator[pl.DataFrame]:
    """Frames of at most SHARD_ROWS rows, in bounded memory."""
    gathered: list[pl.DataFrame] = []
    after = None
    while batch := patients.page(scope, after=after, limit=READ_AT_ONCE):
        after = batch[-1].id
        gathered.append(frame_of(batch))
        if sum(part.height for part in gathered) >= SHARD_ROWS:
            yield pl.concat(gathered)
            gathered = []
    yield pl.concat(gathered) if gathered else pl.DataFrame(schema=SCHEMA)


def _store(scope: Scope, generation: int, number: int, part: pl.DataFrame) -> int:
    keys = practice_keys(scope)
    Shard.objects.bulk_create(
        Shard(
            practice_id=scope.practice_id,
            generation=generation,
            number=number,
            column=name,
            sealed=keys.seal(
                _to_bytes(part.select(name)),
                table="segments_shard",
                row=str(number),
                column=name,
                version=generation,
            ),
        )
        for name in part.columns
    )
    return part.height


def _to_bytes(part: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    part.write_ipc_stream(out, compression="zstd")
    return out.getvalue()


def _column(scope: Scope, state: IndexState, name: str) -> pl.Series:
    """One column of that state, whole. Raises _Superseded."""
    place = (scope.practice_id, state.generation, name)
    with _lock:
        if place in _columns:
            _columns.move_to_end(place)
            return _columns[place]
    series = _open_column(scope, state.generation, name)
    if len(series) != state.rows:
        raise _Superseded
    with _lock:
        _columns[place] = series
        while len(_columns) > _FRAMES_MAX:
            _columns.popitem(last=False)
    return series


def _open_column(scope: Scope, generation: int, name: str) -> pl.Series:
    keys = practice_keys(scope)
    shards = Shard.objects.filter(practice_id=scope.practice_id, generation=generation, column=name).order_by(
        "number"
    )
    parts = [
        pl.read_ipc_stream(
            io.BytesIO(
                keys.open(
                    bytes(shard.sealed),
                    table="segments_shard",
                    row=str(shard.number),
                    column=name,
                    version=generation,
                )
            )
        )
        for shard in shards
    ]
    return pl.concat(parts)[name].rechunk() if parts else pl.Series(name, [], dtype=SCHEMA[name])


def _freshness(scope: Scope, settled_change: int) -> _Freshness:
    """(how many records changed since, sum of their change numbers): two equal answers mean equal records.

    The newest number alone would miss a writer that took a lower number and committed later.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(change_no), 0) FROM patients_patient"
            " WHERE practice_id = %s AND change_no > %s",
            [scope.practice_id, settled_change],
        )
        count, total = cursor.fetchone()
    return int(count), int(total)


def _delta(scope: Scope, state: IndexState, freshness: _Freshness) -> pl.DataFrame:
    if freshness[0] == 0:
        return pl.DataFrame(schema=SCHEMA)
    known = _deltas.get(scope.practice_id)
    if known is not None and known[:2] == (state.generation, freshness):
        return known[2]
    changed = patients.changed_since(scope, state.settled_change, limit=DELTA_ROWS_MAX + 1)
    delta = frame_of(patient for _, patient in changed)
    with _lock:
        _deltas[scope.practice_id] = (state.generation, freshness, delta)
    return delta
