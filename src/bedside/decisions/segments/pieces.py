"""Pieces of a snapshot: those stored, and one made of the records that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bedside.decisions.segments import storing
from bedside.decisions.segments.encoding import Words, chart_columns, id_columns, record_columns
from bedside.decisions.segments.freshness import RECORD, with_charts
from bedside.decisions.segments.snapshot import Held, Snapshot, Stored
from bedside.records.charts import queries as charts
from bedside.records.patients import queries as patients

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from bedside.decisions.segments.freshness import Which
    from bedside.decisions.segments.models import IndexState
    from bedside.decisions.segments.snapshot import Piece
    from bedside.ground.scope import Scope
    from bedside.records.charts.rules import Entry
    from bedside.records.patients.rules import Patient


def stored_pieces(scope: Scope, state: IndexState) -> list[Piece]:
    """The base and its deltas, nothing of them opened yet but what they consist of. Raises storing.Superseded."""
    return [
        Stored(
            scope=scope,
            generation=state.generation,
            delta=delta,
            manifest=storing.read_manifest(scope, state.generation, delta),
        )
        for delta in (0, *state.deltas)
    ]


def changed_piece(scope: Scope, before: Snapshot, changed: Iterable[Which], *, zone: ZoneInfo) -> Held:
    """The records and charts of these people as they are now, numbered on from a snapshot. Raises as `stored_pieces`.

    Whoever has no record any more is left out: that somebody was erased is told otherwise.
    """
    records, charted = _apart(changed)
    people = patients.by_ids(scope, records)
    held: dict[UUID, tuple[Entry, ...]] = dict.fromkeys(charted, ())
    # A chart that was moved to another record as a whole leaves nothing behind that would say so.
    held |= dict.fromkeys(set(records) - with_charts(scope, records), ())
    return encoded_piece(before, people, held | charts.charts(scope, charted), zone=zone)


def encoded_piece(
    before: Snapshot, people: Sequence[Patient], held: Mapping[UUID, tuple[Entry, ...]], *, zone: ZoneInfo
) -> Held:
    """People and charts as columns that win over those of a snapshot, without charts of people without a record."""
    people = sorted(people, key=lambda patient: patient.id.int)
    ids, holders = pl.DataFrame(id_columns([one.id for one in people])), [*held]
    of_holders = pl.DataFrame(id_columns(holders))
    known = before.slots_of(pl.concat([ids, of_holders]))
    slots, height = _numbered(ids, known, height=before.height)
    known = pl.concat([known, ids.with_columns(slot=slots)]).unique()
    found = of_holders.with_row_index("place").join(known, on=[*ids.columns], how="inner").sort("slot")
    # Somebody new without a chart has none to be taken away.
    rows = [
        (slot, held[holders[place]])
        for slot, place in found.select("slot", "place").iter_rows()
        if held[holders[place]] or slot < before.height
    ]
    words = _words(before)
    columns = record_columns(people, words, own=before.own, zone=zone)
    columns["slot"] = slots
    columns["chart.slot"] = pl.Series([slot for slot, _ in rows], dtype=pl.UInt32)
    columns |= chart_columns([(row, entries) for row, (_, entries) in enumerate(rows)], words)
    return Held(rows=len(people), chart_rows=len(rows), slots=height, held=columns, added=words.fresh())


def _apart(changed: Iterable[Which]) -> tuple[list[UUID], list[UUID]]:
    records: list[UUID] = []
    charted: list[UUID] = []
    for part, patient_id in changed:
        (records if part == RECORD else charted).append(patient_id)
    return records, charted


def _numbered(ids: pl.DataFrame, known: pl.DataFrame, *, height: int) -> tuple[pl.Series, int]:
    """The slot of each in this order, new ones for whoever has none, and how many slots there are then."""
    slots = ids.join(known, on=[*ids.columns], how="left", maintain_order="left")["slot"]
    is_new = slots.is_null()
    new = is_new.cum_sum().cast(pl.Int64) + (height - 1)
    return slots.zip_with(~is_new, new.cast(pl.UInt32)).alias("slot"), height + int(is_new.sum())


def _words(before: Snapshot) -> Words:
    names = dict.fromkeys(name for piece in before.pieces for name in piece.dictionaries())
    return Words({name: before.words(name).to_list() for name in names})
