"""Whom a question about charts means: entries by their state, codes, days, clinicians and places."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from bedside.decisions.segments.comparing import each_once, is_among, narrow, with_code
from bedside.decisions.segments.encoding import LISTED, STATUSES
from bedside.decisions.segments.rules.charting import COUNTED, LASTING
from bedside.decisions.segments.rules.coding import means
from bedside.decisions.segments.rules.folding import fold
from bedside.decisions.segments.snapshot import repeated, scattered
from bedside.kit.terminology import System
from bedside.records.charts.rules import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.decisions.segments.rules import Charted, Codes
    from bedside.decisions.segments.rules.nodes import When
    from bedside.decisions.segments.snapshot import Snapshot


def of_charts(snapshot: Snapshot, asked: Charted, today: date) -> pl.Series:
    """By slot: who has as many entries as asked for which all of it holds on `today`."""
    hits = [*_charted(snapshot, asked, today), *_listed(snapshot, asked)]
    found = repeated(value=False, many=snapshot.height)
    if asked.at_least == 1:
        for slots in hits:
            found = scattered(found, each_once(slots), value=True)
        return found
    if not hits:
        return found
    counted = pl.concat(hits).value_counts()
    return scattered(found, counted.filter(pl.col("count") >= asked.at_least)["slot"], value=True)


def _charted(snapshot: Snapshot, asked: Charted, today: date) -> list[pl.Series]:
    """The slot of each entry that is meant."""
    numbers = _numbers_meant(snapshot, asked)
    return snapshot.entries(asked.kind, parts_of(asked), lambda frame: _tests(frame, asked, numbers, today))


def parts_of(asked: Charted) -> list[str]:
    """What of the entries is looked at. What happens on one day has no end that counts."""
    needed = {
        "code": bool(asked.of),
        "day": asked.when is not None,
        "until": asked.ended is not None or (asked.when is not None and asked.kind in LASTING),
        "provider": bool(asked.providers),
        "place": bool(asked.places),
    }
    return ["status", *(part for part, is_needed in needed.items() if is_needed)]


def _numbers_meant(snapshot: Snapshot, asked: Charted) -> dict[str, pl.Series]:
    """By part of the entries: the numbers one of which it must be."""
    statuses = asked.statuses or COUNTED[asked.kind]
    meant = {"status": pl.Series([STATUSES.index(status) for status in statuses], dtype=pl.UInt32)}
    if asked.of:
        meant["code"] = pl.Series(_meant_codes(snapshot, asked.of), dtype=pl.UInt32)
    for name, words, texts in (("provider", "providers", asked.providers), ("place", "places", asked.places)):
        if texts:
            meant[name] = snapshot.numbers_meant(words, [fold(text) for text in texts])
    return meant


def _tests(
    frame: pl.DataFrame, asked: Charted, numbers: Mapping[str, pl.Series], today: date
) -> list[pl.Expr]:
    tests = [is_among(pl.col(name), narrow(meant, frame.schema[name])) for name, meant in numbers.items()]
    if asked.when is not None:
        tests.append(_during(asked.kind, asked.when, today))
    if asked.ended is not None:
        first, last = asked.ended.days(today=today)
        tests.append(pl.col("until").is_between(first, last))
    return [test.fill_null(value=False) for test in tests]


def _during(kind: Kind, when: When, today: date) -> pl.Expr:
    """What happens on one day must fall into the span; what lasts must overlap it.

    An end that is not known is open while something is active, and else the day on which it began.
    """
    first, last = when.days(today=today)
    day = pl.col("day")
    if kind not in LASTING:
        return day.is_between(first, last).fill_null(value=False)
    active = pl.col("status") == STATUSES.index(Status.ACTIVE)
    end = pl.coalesce(pl.col("until"), pl.when(active).then(pl.lit(date.max)).otherwise(day))
    begin = pl.coalesce(day, pl.when(active).then(pl.lit(date.min)).otherwise(pl.col("until")))
    return ((begin <= last) & (end >= first)).fill_null(value=False)


def _meant_codes(snapshot: Snapshot, of: Codes) -> list[int]:
    """The numbers of those meanings one of whose codes is meant. A person's name for a code may tell what it is."""
    return [
        number
        for number, codes in enumerate(snapshot.meanings())
        if any(means(of, system, code, name=snapshot.name_of(system, code)) for system, code in codes)
    ]


def _listed(snapshot: Snapshot, asked: Charted) -> list[pl.Series]:
    """As `_charted`, for words of a spreadsheet: without a date, a provider or a place, and active."""
    table = LISTED.get(asked.kind)
    is_other = asked.providers or asked.places or asked.ended is not None
    if table is None or is_other or (asked.statuses and Status.ACTIVE not in asked.statuses):
        return []
    if not asked.of:
        return snapshot.entries(table, ["code"], with_code(None))
    words = snapshot.words(table).to_list()
    meant = pl.Series(
        [number for number, word in enumerate(words) if means(asked.of, System.TEXT, word)], dtype=pl.UInt32
    )
    return snapshot.entries(table, ["code"], with_code(meant))
