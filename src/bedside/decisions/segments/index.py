"""The sealed columns: built from the records, always as fresh as the last committed change.

A question opens the columns it needs, once per process, and lays over them who changed since. Much of that is stored
as a delta, so that no other process has to read those records again; many deltas are compacted (`compacting`). All of
it can be thrown away at any time: the records are the truth.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, LiteralString, TypeVar

import polars as pl
from django.db import connection

from bedside.decisions.segments import freshness as changes
from bedside.decisions.segments import storing
from bedside.decisions.segments.compacting import compact
from bedside.decisions.segments.encoding import (
    Words,
    chart_columns,
    id_columns,
    record_columns,
)
from bedside.decisions.segments.models import IndexState
from bedside.decisions.segments.own_fields import own_fields
from bedside.decisions.segments.pieces import changed_piece, stored_pieces
from bedside.decisions.segments.snapshot import Held, Snapshot
from bedside.decisions.segments.storing import FORMAT, Superseded
from bedside.ground.errors import Fault
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Purpose, Scope, in_scope, reading, system_scope
from bedside.records.charts import queries as charts
from bedside.records.patients import queries as patients
from bedside.records.patients.erasing import gone_since
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.segments.encoding import Columns
    from bedside.decisions.segments.freshness import Freshness
    from bedside.decisions.segments.rules import Field
    from bedside.decisions.segments.snapshot import Piece
    from bedside.records.charts.names import Names

Answer = TypeVar("Answer")

SHARD_ROWS = 65_536
READ_AT_ONCE = 2_000
TRIES_MAX = 5
STORE_ROWS = 1_000  # so many changed people are stored as a delta by whoever reads them first
HELD_PIECES_MAX = 20  # in memory, then they are read again as one
REBUILD_ROWS = 200_000  # so many changes are faster read as a whole
DELTAS_MAX = 8
COMPACT_SHARE = 8  # deltas of more than one in so many rows are compacted
_PRACTICES_MAX = 50
# Written out, since it is asked for every count and Django takes longer to write it than PostgreSQL to answer.
_STATE: LiteralString = "SELECT * FROM segments_index WHERE practice_id = %s AND format = %s"

_snapshots: dict[UUID, Snapshot] = {}
_lock = threading.Lock()


def asked(scope: Scope, ask: Callable[[Snapshot], Answer], *, at: datetime) -> Answer:
    """What `ask` says of all patients of the practice as of the last commit.

    It may be called again, if columns were replaced while it read them: all it sees is of one generation. Builds the
    columns first if there are none. Raises Fault if they are replaced again and again.
    """
    with reading(scope):
        missed: int | None = None
        for _ in range(TRIES_MAX):
            # Each statement sees what is committed by then, so columns may go between this line and their reading.
            state, fresh = _ready(scope, missed=missed, at=at)
            try:
                return ask(_snapshot(scope, state, fresh))
            except Superseded:
                missed = state.generation
                _forget(scope.practice_id)
    raise Fault(
        "segments_busy", "The lists of patients are being built anew; try again in a moment.", retry_after_s=5
    )


def finds(scope: Scope, patient_id: UUID) -> bool:
    """True if the columns, as a question would see them now, still hold this person. Builds nothing."""
    with reading(scope):
        for _ in range(TRIES_MAX):
            state = _state(scope)
            if state is None or patient_id in {one for _, one in gone_since(scope, state.base_change)}:
                return False
            try:
                found = _snapshot(scope, state, _fresh(scope, state))
                slots = found.slots_of(pl.DataFrame(id_columns([patient_id])))["slot"]
                return bool(found.present().gather(slots).any())
            except Superseded:
                _forget(scope.practice_id)
    return False


def rebuild(scope: Scope, *, at: datetime) -> int:
    """Builds every column from the records and swaps them in. Gives the number of patients."""
    with in_scope(scope):
        settled = changes.settled(scope)  # before the lock: who waits for writers must not hold up builders
        _one_builder_at_a_time(scope)
        words = Words()
        generation = _number()
        own = own_fields(scope)
        manifest = storing.write_piece(
            scope, generation, 0, shards=_shards(scope, words, own=own), words=words.fresh
        )
        swap_in(scope, generation, rows=manifest.rows, settled=settled, at=at)
    _forget(scope.practice_id)
    return manifest.rows


def refresh(scope: Scope, *, at: datetime) -> int:
    """Brings the stored columns up to date, with as little work as that takes. Gives the number of patients.

    Whoever was erased is in them no more afterwards.
    """
    with in_scope(scope):
        _one_builder_at_a_time(scope)
        state = _state(scope)
        settled = changes.settled(scope)
        if state is None or _fresh(scope, state).changed > REBUILD_ROWS:
            return rebuild(scope, at=at)
        try:
            _store_delta(scope, state, settled=settled)
            gone = gone_since(scope, state.base_change)
            if gone or len(state.deltas) > DELTAS_MAX or state.delta_rows * COMPACT_SHARE > state.rows:
                _compact(scope, state, settled=settled, at=at)
        except Superseded:  # lost, since nobody else builds now
            return rebuild(scope, at=at)
    _forget(scope.practice_id)
    return state.rows


def forget_columns() -> None:
    """Drops what is open in memory, for tests and after a practice's keys change."""
    with _lock:
        _snapshots.clear()
    storing.opened.forget()


# --- what is there


def _state(scope: Scope) -> IndexState | None:
    """None if there are no columns, or only such as another version of Bedside made."""
    return next(iter(IndexState.objects.raw(_STATE, [scope.practice_id, FORMAT])), None)


def _ready(scope: Scope, *, missed: int | None, at: datetime) -> tuple[IndexState, Freshness]:
    """The newest state to read by, and what changed since. `missed`: a generation some column of which was not found.

    If that is still the newest, its columns were lost and not replaced: they are built anew, never read as empty.
    """
    state = _state(scope)
    if state is not None and state.generation != missed:
        fresh = _fresh(scope, state)
        if fresh.changed < STORE_ROWS:
            return state, fresh
        if fresh.changed <= REBUILD_ROWS:
            _store_if_free(scope, state)
            return state, _fresh(scope, state)
    rebuild(scope, at=at)
    state = _state(scope)
    assert state is not None  # noqa: S101  just built
    return state, _fresh(scope, state)


def _fresh(scope: Scope, state: IndexState) -> Freshness:
    return changes.freshness(scope, settled=state.settled_change, base=state.base_change)


def _snapshot(scope: Scope, state: IndexState, fresh: Freshness) -> Snapshot:
    """The columns of this state with all later changes laid over. Raises Superseded."""
    known = _snapshots.get(scope.practice_id)
    for _ in range(TRIES_MAX):
        if known is not None and known.key == _key(state, fresh):
            return known
        known = _laid_over(scope, state, known, fresh=fresh)
        with _lock:
            if len(_snapshots) >= _PRACTICES_MAX:
                _snapshots.clear()
            _snapshots[scope.practice_id] = known
        # If somebody committed while records were read, some may be newer than others.
        fresh = _fresh(scope, state)
    assert known is not None  # noqa: S101  the loop ran
    return known


def _key(state: IndexState, fresh: Freshness) -> tuple[int, tuple[int, ...], Freshness]:
    return state.generation, tuple(state.deltas), fresh


def _laid_over(scope: Scope, state: IndexState, known: Snapshot | None, *, fresh: Freshness) -> Snapshot:
    """A snapshot as fresh as that; pieces in memory of an earlier one are used again if nothing but they came to it."""
    key = _key(state, fresh)
    own, names = _named(scope, known, fresh)
    stored = stored_pieces(_own_scope(scope), state)
    held: list[Piece] = []
    seen: dict[tuple[str, UUID], int] = {}
    if known is not None and known.key[:2] == key[:2] and known.own == own:
        held, seen = [piece for piece in known.pieces if isinstance(piece, Held)], dict(known.seen)
    if len(held) >= HELD_PIECES_MAX:
        held, seen = [], {}
    found = Snapshot(key=key, pieces=[*stored, *held], gone=(), own=own, names=names)
    numbers = changes.changed(scope, after=state.settled_change)
    newer = {which: number for which, number in numbers.items() if seen.get(which) != number}
    if newer:
        changed = changed_piece(scope, found, newer, zone=profile(scope).zone)
        # Another one: what this one has read of its words and places is without the new piece.
        found = Snapshot(key=key, pieces=[*found.pieces, changed], gone=(), own=own, names=names)
    found.seen = numbers
    found.gone = _gone(scope, found, state)
    return found


def _named(scope: Scope, known: Snapshot | None, fresh: Freshness) -> tuple[Mapping[str, Field], Names]:
    """The practice's own fields and its names of codes, opened again only where they changed."""
    if known is None:
        return own_fields(scope), charts.names(scope)
    before: Freshness = known.key[2]
    return (
        known.own if before.own_fields == fresh.own_fields else own_fields(scope),
        known.names if before.names == fresh.names else charts.names(scope),
    )


def _gone(scope: Scope, found: Snapshot, state: IndexState) -> list[int]:
    ids = [one for _, one in gone_since(scope, state.base_change)]
    return found.slots_of(pl.DataFrame(id_columns(ids)))["slot"].to_list() if ids else []


def _own_scope(scope: Scope) -> Scope:
    """Columns are opened for whoever asks next as well, so not in the name of whoever came first."""
    return system_scope(scope.practice_id, name="segments", purpose=Purpose.OPERATIONS, rights=frozenset())


def _forget(practice_id: UUID) -> None:
    with _lock:
        _snapshots.pop(practice_id, None)


# --- building


def _one_builder_at_a_time(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [str(scope.practice_id)])


def _is_only_builder(scope: Scope) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 8))", [str(scope.practice_id)])
        return bool(cursor.fetchone()[0])


def _number() -> int:
    """For a generation or a delta, as `models.IndexState` has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('segments_piece_no')")
        return int(cursor.fetchone()[0])


def _shards(scope: Scope, words: Words, *, own: Mapping[str, Field]) -> Iterator[tuple[Columns, int, int]]:
    """Columns of at most SHARD_ROWS people at a time, in bounded memory."""
    zone = profile(scope).zone
    gathered: list[Columns] = []
    after, rows, first = None, 0, True
    while batch := patients.page(scope, after=after, limit=min(READ_AT_ONCE, SHARD_ROWS - rows)):
        after = batch[-1].id
        held = charts.charts(scope, [one.id for one in batch])
        of = [(row, held[one.id]) for row, one in enumerate(batch) if one.id in held]
        gathered.append(
            moved({**record_columns(batch, words, own=own, zone=zone), **chart_columns(of, words)}, by=rows)
        )
        rows += len(batch)
        if rows >= SHARD_ROWS:
            yield joined(gathered), rows, rows
            gathered, rows, first = [], 0, False
    if rows or first:
        gathered = gathered or [record_columns([], words, own=own, zone=zone)]
        yield joined(gathered), rows, rows


def moved(columns: Columns, *, by: int) -> Columns:
    """The rows that long tables name, counted from further on."""
    return {name: column + by if name.endswith(".row") else column for name, column in columns.items()}


def joined(parts: list[Columns]) -> Columns:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: pl.concat([part[name] for part in parts if name in part]) for name in names}


def swap_in(scope: Scope, generation: int, *, rows: int, settled: int, at: datetime) -> None:
    """Makes this generation the one that is read, and removes the others."""
    fresh = {
        "generation": generation, "settled_change": settled, "base_change": settled, "rows": rows, "built_at": at,
        "deltas": [], "delta_rows": 0, "format": FORMAT,
    }  # fmt: skip
    IndexState.objects.update_or_create(practice_id=scope.practice_id, defaults=fresh)
    storing.remove_others(scope, generation)


def _store_if_free(scope: Scope, state: IndexState) -> None:
    """Stores what changed as a delta, unless somebody writes or builds: then it stays in memory for now."""
    settled = changes.settled_if_nobody_writes(scope)
    if settled is None or not _is_only_builder(scope):
        return
    state.refresh_from_db()
    _store_delta(scope, state, settled=settled)
    if len(state.deltas) > DELTAS_MAX:
        enqueue("segments.refresh", practice_id=scope.practice_id)


def _store_delta(scope: Scope, state: IndexState, *, settled: int) -> None:
    """Raises Superseded if a column that it builds on is lost. The caller is the only builder."""
    numbers = changes.changed(scope, after=state.settled_change, until=settled)
    if not numbers:
        return
    found = Snapshot(key=(), pieces=stored_pieces(_own_scope(scope), state), gone=(), own=own_fields(scope))
    piece = changed_piece(scope, found, numbers, zone=profile(scope).zone)
    number = _number()
    storing.write_piece(
        scope, state.generation, number,
        shards=[(piece.held, piece.rows, piece.chart_rows)], words=lambda: piece.added, slots=piece.slots,
    )  # fmt: skip
    state.deltas = [*state.deltas, number]
    state.delta_rows += piece.rows + piece.chart_rows
    state.settled_change = settled
    state.save()


def _compact(scope: Scope, state: IndexState, *, settled: int, at: datetime) -> None:
    pieces = stored_pieces(_own_scope(scope), state)
    found = Snapshot(key=(), pieces=pieces, gone=(), own=own_fields(scope))
    found.gone = _gone(scope, found, state)
    generation, settled = _number(), max(settled, state.settled_change)
    manifest = compact(scope, found, generation=generation, shard_rows=SHARD_ROWS)
    swap_in(scope, generation, rows=manifest.rows, settled=settled, at=at)
    state.refresh_from_db()
