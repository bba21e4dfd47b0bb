"""Snapshots without a database, for tests of what is asked of them."""

from __future__ import annotations

from dataclasses import replace

from bedside.decisions.segments import encoding, pieces
from bedside.decisions.segments.snapshot import Held, Snapshot
from tests.decisions.segments.reference import ZONE
from tests.decisions.segments.strategies import OWN


def snapshot_of(people, charts=None, *, later=(), gone=()):
    """Of `people` and their charts by id; `later` are (people, charts) that win over them, in this order."""
    base = pieces.encoded_piece(
        Snapshot(key=(), pieces=[_nobody()], gone=(), own=OWN), people, charts or {}, zone=ZONE
    )
    found = Snapshot(key=(0,), pieces=[_as_base(base)], gone=(), own=OWN)
    for number, (some, their_charts) in enumerate(later):
        found.pieces = [*found.pieces, pieces.encoded_piece(found, some, their_charts, zone=ZONE)]
        found = replace(found, key=(number + 1,), meant={}, _words={}, _places={})
    slots = found.slots_of(encoding.pl.DataFrame(encoding.id_columns(gone)))["slot"].to_list()
    return replace(found, gone=slots)


def _nobody():
    columns = encoding.record_columns([], encoding.Words(), own=OWN, zone=ZONE)
    return Held(rows=0, chart_rows=0, slots=0, held=columns, added={})


def _as_base(piece):
    """Its rows are the slots; charts have a row for everybody, as in a stored base."""
    slots = piece.held["chart.slot"]
    columns = {
        name: slots.gather(column) if _is_chart_row(name) else column
        for name, column in piece.held.items()
        if name not in {"slot", "chart.slot"}
    }
    return Held(rows=piece.rows, chart_rows=piece.rows, slots=piece.slots, held=columns, added=piece.added)


def _is_chart_row(name):
    table, _, part = name.rpartition(".")
    return part == "row" and table in encoding.CHART_TABLES
