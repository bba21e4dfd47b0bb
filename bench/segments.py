"""Segments over a practice of a million: asked cold, warm and while somebody types, and after ten thousand changes.

The base is filled from invented columns, shard by shard, as a rebuild would store them; ten thousand of these people
have real records, which are then really changed. Cold: nothing is open in this process. Warm: columns are open, and
what was asked before is forgotten. While typing: one number of a rule of six conditions changes from count to count.
Bytes are those of the table with its indexes and everything PostgreSQL adds, with ten chart entries a patient.
"""

from __future__ import annotations

import random
import statistics
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bench._installation import AT, TODAY, installation, patients, practice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from bedside.decisions.segments.encoding import Columns, Words
    from bedside.decisions.segments.rules import Rule
    from bedside.ground.scope import Scope

NAME = "segments"
ABOUT = "counting patients of a million, cold, warm, while typing, and after 10,000 changes; index bytes a patient"

PEOPLE, PEOPLE_QUICK = 1_000_000, 100_000
CHANGED, CHANGED_QUICK = 10_000, 1_000
_ROUNDS = 7
_OWN = (
    ("Shoe size", "number"), ("Renewal", "date"), ("Driver", "yes_no"), ("Plan", "choice"), ("Nickname", "text"),
    ("Hobbies", "list"),
    ("Points", "number"), ("Member since", "date"), ("Referred by", "text"), ("Consented", "yes_no"),
)  # fmt: skip
_CONDITIONS = ["hypertension", "type 2 diabetes", "asthma"] + [f"diagnosis {number}" for number in range(400)]
_ENTRIES = {
    "visit": 4, "appointment": 1, "condition": 2, "medication": 1, "immunization": 1, "procedure": 1,
}  # fmt: skip
MIXED = {
    "all": [
        {"field": "age", "is": "at_least", "value": 50},
        {"field": "sex", "is": "is", "value": "female"},
        {"field": "conditions", "is": "has_any_of", "value": ["asthma", "hypertension"]},
        {"field": "last_visit", "is": "not_within_days", "value": 180},
        {"field": "email", "is": "is", "value": "yes"},
        {"field": "postal_code", "is": "starts_with", "value": "66"},
    ]
}
CHARTED = {
    "all": [
        {"chart": "visit", "is": "has_not", "when": {"last_days": 180}},
        {"chart": "appointment", "is": "has_not", "when": {"next_days": 365}},
        {"chart": "condition", "is": "has", "of": ["set:diabetes"]},
    ]
}


def run(*, quick: bool) -> dict[str, object]:
    """Milliseconds as medians of rounds; seconds until 10,000 changed people are counted, once."""
    people, changed = (PEOPLE_QUICK, CHANGED_QUICK) if quick else (PEOPLE, CHANGED)
    with installation():
        from bedside.decisions.segments.rules import from_json

        scope = practice()
        known = patients(scope, changed)
        _own_fields(scope)
        _fill(scope, people, known)
        mixed, charted = from_json(MIXED), from_json(CHARTED)
        found: dict[str, object] = {"people": people, "columns": 30, "matched": _count(scope, mixed)}
        found |= {"matched_by_chart": _count(scope, charted), "bytes_per_patient": _bytes(scope) // people}
        found |= _bytes_by_part(scope, people)
        found |= _timed(scope, mixed, "") | _timed(scope, charted, "chart_")
        found["count_ms"] = _median(_typing(scope))
        found["ids_ms"] = _median([lambda: _ids(scope, mixed)] * _ROUNDS)
        found["delta_rows"] = changed
        found |= _delta(scope, known)
        found |= _settling(scope)
        return found


def _timed(scope: Scope, rule: Rule, name: str) -> dict[str, object]:
    from bedside.decisions.segments import index

    def cold() -> None:
        index.forget_columns()
        start = time.perf_counter()
        _count(scope, rule)
        took.append(time.perf_counter() - start)

    took: list[float] = []
    for _ in range(_ROUNDS):
        cold()
    return {
        f"{name}cold_ms": round(statistics.median(took) * 1000, 1),
        f"{name}warm_ms": _median([lambda: _forgetful(scope, rule)] * _ROUNDS),
    }


def _forgetful(scope: Scope, rule: Rule) -> int:
    from bedside.decisions.segments import index

    for snapshot in index._snapshots.values():  # noqa: SLF001
        snapshot.meant.clear()
    return _count(scope, rule)


def _typing(scope: Scope) -> list[Callable[[], object]]:
    from bedside.decisions.segments.rules import from_json

    def asked(age: int) -> Rule:
        changed: dict[str, Any] = {"all": [{**MIXED["all"][0], "value": age}, *MIXED["all"][1:]]}
        return from_json(changed)

    _forgetful(scope, asked(40))
    return [lambda age=age: _count(scope, asked(age)) for age in range(41, 41 + 3 * _ROUNDS)]  # type: ignore[misc]


def _median(acts: Sequence[Callable[[], object]]) -> float:
    took = []
    for act in acts:
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    return round(statistics.median(took) * 1000, 1)


def _count(scope: Scope, rule: Rule) -> int:
    from bedside.decisions.segments.queries import count

    return count(scope, rule, today=TODAY, at=AT)


def _ids(scope: Scope, rule: Rule) -> object:
    from bedside.decisions.segments.queries import matching_ids

    return matching_ids(scope, rule, today=TODAY, at=AT)


def _delta(scope: Scope, known: Sequence[UUID]) -> dict[str, object]:
    """Everybody known moves to a town of their own; then each gets a visit. Seconds until a count says so."""
    from bedside.decisions.segments.rules import from_json

    town = from_json({"field": "city", "is": "is", "value": "Movedhere"})
    seen = from_json({"chart": "visit", "is": "has", "place": ["Movedhere"]})
    _move(scope, known)
    start = time.perf_counter()
    assert _count(scope, town) == len(known)
    moved_s = time.perf_counter() - start
    _visit(scope, known)
    start = time.perf_counter()
    assert _count(scope, seen) == len(known)
    return {
        "delta_s": round(moved_s, 3),
        "chart_delta_s": round(time.perf_counter() - start, 3),
        "after_delta_ms": _median([lambda: _forgetful(scope, town)] * _ROUNDS),
    }


def _settling(scope: Scope) -> dict[str, object]:
    from bedside.decisions.segments import index

    index.forget_columns()
    start = time.perf_counter()
    index.refresh(scope, at=AT)
    refresh_s = time.perf_counter() - start
    start = time.perf_counter()
    compacted = _compacted(scope)
    return {
        "refresh_s": round(refresh_s, 3), "compact_s": round(time.perf_counter() - start, 2), "rows": compacted,
    }  # fmt: skip


def _compacted(scope: Scope) -> int:
    from bedside.decisions.segments import index
    from bedside.ground.scope import in_scope

    with in_scope(scope):
        state = index._state(scope)  # noqa: SLF001
        assert state is not None
        index._compact(scope, state, settled=state.settled_change, at=AT)  # noqa: SLF001
        return int(index._state(scope).rows)  # type: ignore[union-attr]  # noqa: SLF001


def _move(scope: Scope, known: Sequence[UUID]) -> None:
    from dataclasses import replace

    from bedside.records.patients import queries
    from bedside.records.patients.actions import save_many

    for start in range(0, len(known), 1000):
        people = queries.by_ids(scope, known[start : start + 1000])
        moved = [replace(person, city="Movedhere") for person in people]
        save_many(scope, new=[], changed=moved, source="bench", at=AT)


def _visit(scope: Scope, known: Sequence[UUID]) -> None:
    from bedside.records.charts.actions import save_entries
    from bedside.records.charts.rules import Entry, Kind, Status

    entry = Entry(kind=Kind.VISIT, source="", source_id="1", status=Status.DONE, day=TODAY, place="Movedhere")
    for start in range(0, len(known), 1000):
        save_entries(scope, dict.fromkeys(known[start : start + 1000], (entry,)), at=AT)


def _bytes(scope: Scope) -> int:
    return _asked(scope, "SELECT pg_total_relation_size('segments_shard')")


def _bytes_by_part(scope: Scope, people: int) -> dict[str, object]:
    charts = _asked(
        scope,
        "SELECT coalesce(sum(octet_length(sealed)), 0) FROM segments_shard"
        " WHERE split_part(\"column\", '.', 1) = ANY(ARRAY['visit', 'appointment', 'condition', 'medication',"
        " 'immunization', 'procedure'])",
    )
    names = _asked(
        scope,
        "SELECT sum(octet_length(sealed)) FROM segments_shard"
        " WHERE \"column\" IN ('order', 'search', 'id_hi', 'id_lo')",
    )
    return {"of_charts": charts // people, "of_names_and_ids": names // people}


def _asked(scope: Scope, statement: str) -> int:
    from django.db import connection

    from bedside.ground.scope import in_scope

    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


# --- invented columns


def _own_fields(scope: Scope) -> None:
    from bedside.records.patients.fields import OwnKind, PracticeField
    from bedside.records.patients.own_fields import add_field

    for label, kind in _OWN:
        choices = ("bronze", "silver", "gold") if kind == "choice" else ()
        add_field(scope, PracticeField(key="", label=label, kind=OwnKind(kind), choices=choices), at=AT)


def _fill(scope: Scope, people: int, known: Sequence[UUID]) -> None:
    """A base of so many, the known ones first in it as a rebuild would have them."""
    from bedside.decisions.segments import freshness, index, storing
    from bedside.decisions.segments.encoding import Words
    from bedside.ground.scope import in_scope

    words = Words()
    with in_scope(scope):
        generation = index._number()  # noqa: SLF001
        manifest = storing.write_piece(
            scope, generation, 0, shards=_shards(scope, people, known, words), words=words.fresh
        )
        index.swap_in(scope, generation, rows=manifest.rows, settled=freshness.settled(scope), at=AT)


def _shards(
    scope: Scope, people: int, known: Sequence[UUID], words: Words
) -> Iterator[tuple[Columns, int, int]]:
    from bedside.decisions.segments.index import SHARD_ROWS
    from bedside.decisions.segments.own_fields import own_fields

    own = own_fields(scope)
    draw = random.Random(5)  # noqa: S311  invented people
    for start in range(0, people, SHARD_ROWS):
        many = min(SHARD_ROWS, people - start)
        ids = _drawn_ids(draw, many, known=known if start == 0 else ())
        yield _columns(draw, start, ids, words, own), many, many


def _drawn_ids(draw: random.Random, many: int, *, known: Sequence[UUID]) -> list[int]:
    """As an import of some twenty people a millisecond gives them, after those of the known."""
    first = max((one.int for one in known), default=_drawn_ids.last) >> 80  # type: ignore[attr-defined]
    fresh = sorted(
        (first + 1 + number // 20) << 80
        | 7 << 76
        | draw.getrandbits(12) << 64
        | 2 << 62
        | draw.getrandbits(62)
        for number in range(many - len(known))
    )
    _drawn_ids.last = fresh[-1]  # type: ignore[attr-defined]
    return [*sorted(one.int for one in known), *fresh]


_drawn_ids.last = 0  # type: ignore[attr-defined]


def _columns(draw: random.Random, start: int, ids: Sequence[int], words: Words, own: Any) -> Columns:
    import polars as pl

    many = len(ids)
    firsts = draw.choices(["alice", "bruno", "carmen", "dmitri", "elena", "farid", "grace", "hugo"], k=many)
    lasts = [f"hartwell{number}" for number in draw.choices(range(5_000), k=many)]
    columns: Columns = {
        "id_hi": pl.Series([one >> 64 for one in ids], dtype=pl.UInt64),
        "id_lo": pl.Series([one & (2**64 - 1) for one in ids], dtype=pl.UInt64),
        "order": pl.Series([f"{last} {first}" for last, first in zip(lasts, firsts, strict=True)]),
        "search": pl.Series(
            [
                f"ms-{start + number} {first}.{last}@example.org 555-01{extension % 100:02d} x{extension}"
                for number, (first, last, extension) in enumerate(
                    zip(firsts, lasts, draw.choices(range(10_000), k=many), strict=True)
                )
            ]
        ),
        "birth_date": _days(draw, date(1930, 1, 1), 33_000, many),
        "last_visit": _days(draw, date(2023, 1, 1), 1_400, many, known=0.9),
        "next_appointment": _days(draw, date(2026, 11, 21), 200, many, known=0.2),
        "added": _days(draw, date(2026, 1, 1), 3, many),
    }
    for name, values in (
        ("sex", 2), ("city", 300), ("state", 3), ("postal_code", 900), ("provider", 60), ("language", 4),
        ("relationship", 2),
    ):  # fmt: skip
        columns[name] = _codes(draw, words, name, _values(name, values), many)
    for name, share in (("email", 0.8), ("phone", 0.9), ("deceased", 0.02)):
        columns[name] = pl.Series([one < share for one in _chances(draw, many)])
    for name, values in (("conditions", _CONDITIONS), ("medications", _values("medicine", 300)),
                         ("interests", _values("interest", 12)), ("tags", _values("tag", 20))):  # fmt: skip
        columns |= _long(draw, words, name, values, many)
    for field in own.values():
        columns |= _own(draw, words, field, many)
    for kind, each in _ENTRIES.items():
        columns |= _entries(draw, words, kind, many * each, many)
    return columns


def _values(name: str, many: int) -> list[str]:
    return {
        "sex": ["female", "male"], "relationship": ["patient", "prospect"],
        "postal_code": [f"{65_900 + number}" for number in range(many)],
    }.get(name, [f"{name} {number}" for number in range(many)])  # fmt: skip


def _codes(
    draw: random.Random, words: Words, name: str, values: Sequence[str], many: int, *, known: float = 1.0
) -> Any:
    import polars as pl

    numbers = words.numbers_of(name)
    codes = [numbers.setdefault(value, len(numbers)) for value in values]
    weights = [1 / (place + 3) for place in range(len(codes))]
    drawn = draw.choices(codes, weights, k=many)
    column = pl.Series(drawn, dtype=pl.UInt32)
    if known == 1.0:
        return column
    return pl.DataFrame([column.alias("a"), pl.Series("b", _chances(draw, many))]).select(
        pl.when(pl.col("b") < known).then(pl.col("a"))
    ).to_series()  # fmt: skip


def _chances(draw: random.Random, many: int) -> list[float]:
    return [draw.random() for _ in range(many)]


def _days(draw: random.Random, first: date, span: int, many: int, *, known: float = 1.0) -> Any:
    import polars as pl

    offset = (first - date(1970, 1, 1)).days
    # More of them lately, as visits are.
    drawn = [offset + span - 1 - int(span * one * one) for one in _chances(draw, many)]
    held = [day if one < known else None for day, one in zip(drawn, _chances(draw, many), strict=True)]
    return pl.Series(held, dtype=pl.Int32).cast(pl.Date)


def _long(draw: random.Random, words: Words, name: str, values: Sequence[str], many: int) -> Columns:
    import polars as pl

    each = draw.choices([0, 1, 2, 3], [4, 3, 2, 1], k=many)
    rows = [row for row, count in enumerate(each) for _ in range(count)]
    return {
        f"{name}.row": pl.Series(rows, dtype=pl.UInt32),
        f"{name}.code": _codes(draw, words, name, values, len(rows)),
    }


def _own(draw: random.Random, words: Words, field: Any, many: int) -> Columns:
    import polars as pl

    from bedside.decisions.segments.rules import Kind

    match field.kind:
        case Kind.NUMBER:
            return {field.column: pl.Series([float(one) for one in draw.choices(range(30, 50), k=many)])}
        case Kind.DATE:
            return {field.column: _days(draw, date(2020, 1, 1), 2_500, many, known=0.5)}
        case Kind.YES_NO:
            return {field.column: pl.Series([one < 0.5 for one in _chances(draw, many)])}
        case Kind.LIST:
            return _long(draw, words, field.column, _values("hobby", 30), many)
        case _:
            values = field.choices or _values("word", 200)
            return {field.column: _codes(draw, words, field.column, values, many, known=0.7)}


def _entries(draw: random.Random, words: Words, kind: str, entries: int, many: int) -> Columns:
    import polars as pl

    from bedside.decisions.segments.encoding import MEANINGS, STATUSES, written_meaning
    from bedside.kit.terminology import System
    from bedside.records.charts.rules import Status

    of = {"appointment": Status.PLANNED, "condition": Status.ACTIVE, "medication": Status.ACTIVE}
    codes = [
        written_meaning([(System.ICD10CM, f"E11.{number}" if number < 10 else f"J{number}.9")])
        for number in range(400)
    ]
    first = TODAY + timedelta(days=1) if kind == "appointment" else date(2021, 1, 1)
    return {
        f"{kind}.row": pl.Series(sorted(draw.choices(range(many), k=entries)), dtype=pl.UInt32),
        f"{kind}.code": _codes(draw, words, MEANINGS, codes, entries) if kind != "appointment"
        else pl.repeat(None, entries, dtype=pl.UInt32, eager=True),
        f"{kind}.day": _days(draw, first, 300 if kind == "appointment" else 2_100, entries),
        f"{kind}.until": pl.repeat(None, entries, dtype=pl.Date, eager=True),
        f"{kind}.status": pl.repeat(STATUSES.index(of.get(kind, Status.DONE)), entries, dtype=pl.UInt8, eager=True),
        f"{kind}.provider": _codes(draw, words, "providers", _values("provider", 60), entries),
        f"{kind}.place": _codes(draw, words, "places", _values("place", 12), entries),
    }  # fmt: skip
