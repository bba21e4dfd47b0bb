"""Questions: which segments there are, whom a rule means, and who answers to a name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from bedside.decisions.segments.models import SegmentRow
from bedside.decisions.segments.rules import All, Rule, from_json, sentence_of, uses_health
from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import date, datetime

    import polars as pl

SEARCH_WORDS_MAX = 8
EVERYBODY = All(())


class Order(StrEnum):
    """How a list of patients is sorted."""

    NAME = "name"
    LAST_VISIT = "last_visit"  # newest first, never last
    NEXT_APPOINTMENT = "next_appointment"  # soonest first, none last


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A saved segment. `sentence` says the rule in plain English."""

    id: UUID
    name: str
    rule: Rule
    sentence: str
    uses_health: bool
    version: int
    created_by: str
    updated_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPage:
    """One page of a list: the ids to open, and how many there are in all."""

    ids: list[UUID]
    total: int


def segments(scope: Scope, *, removed: bool = False) -> list[Segment]:
    """Saved segments by name; with `removed`, those in the bin instead."""
    with reading(scope):
        rows = SegmentRow.objects.filter(practice_id=scope.practice_id, removed_at__isnull=not removed)
        return sorted((_read(scope, row) for row in rows), key=lambda segment: segment.name.casefold())


def segment(scope: Scope, segment_id: UUID) -> Segment:
    """Raises NotFound. A removed segment is still found, since campaigns refer to it."""
    with reading(scope):
        row = SegmentRow.objects.filter(practice_id=scope.practice_id, id=segment_id).first()
        if row is None:
            raise NotFound("There is no such segment.")
        return _read(scope, row)


def count(scope: Scope, rule: Rule, *, today: date, at: datetime) -> int:
    """How many patients a rule means, on `today` in the practice's zone."""
    return _matching(scope, rule, today=today, at=at, extra=set()).height


def matching_ids(scope: Scope, rule: Rule, *, today: date, at: datetime) -> list[UUID]:
    """The patients a rule means, in a fixed order."""
    found = _matching(scope, rule, today=today, at=at, extra=set())
    return [UUID(bytes=value) for value in sorted(found["id"].to_list())]


def search_patients(
    scope: Scope, *, text: str, rule: Rule, order: Order, offset: int, limit: int, today: date, at: datetime
) -> PatientPage:
    """Patients whose name, record number, address or phone begins words with each word of `text`, and meet `rule`."""
    column = {
        Order.NAME: "order",
        Order.LAST_VISIT: "last_visit",
        Order.NEXT_APPOINTMENT: "next_appointment",
    }[order]
    found = _matching(scope, rule, today=today, at=at, extra={"search", "order", column})
    found = _named(found, text)
    newest_first = order is Order.LAST_VISIT
    # Lazily, so that only the rows up to this page are sorted: five times faster on the first pages.
    ordered = found.lazy().sort(
        [column, "order", "id"], descending=[newest_first, False, False], nulls_last=True
    )
    ids = ordered.slice(offset, limit).select("id").collect()["id"]
    return PatientPage(ids=[UUID(bytes=value) for value in ids.to_list()], total=found.height)


def finds(scope: Scope, patient_id: UUID) -> bool:
    """True if searches and segments, as they would be answered now, still hold this person. Builds nothing."""
    from bedside.decisions.segments import index

    return index.finds(scope, patient_id)


def values_in_use(scope: Scope, field: str, *, limit: int, at: datetime) -> list[str]:
    """The commonest values of a list or text field, for suggestions in the builder (folded spelling)."""
    import polars as pl

    from bedside.decisions.segments.columns import SCHEMA
    from bedside.decisions.segments.index import frame

    values = frame(scope, {field}, at=at)[field].drop_nulls()
    if SCHEMA[field] == pl.List(pl.String):
        values = values.explode().drop_nulls()
    counted = values.value_counts(sort=True).head(limit)
    return [str(value) for value in counted[field].to_list()]


def _matching(scope: Scope, rule: Rule, *, today: date, at: datetime, extra: set[str]) -> pl.DataFrame:
    # polars is large: whoever only sends mail must not have to load it.
    from bedside.decisions.segments.columns import columns_of, expression_of
    from bedside.decisions.segments.index import frame

    everyone = frame(scope, columns_of(rule) | extra, at=at)
    return everyone.filter(expression_of(rule, today=today))


def _named(found: pl.DataFrame, text: str) -> pl.DataFrame:
    import polars as pl

    from bedside.decisions.segments.columns import fold

    for word in fold(text).split()[:SEARCH_WORDS_MAX]:
        search = pl.lit(" ") + pl.col("search")
        found = found.filter(search.str.contains(f" {word}", literal=True))
    return found


def _read(scope: Scope, row: SegmentRow) -> Segment:
    keys = practice_keys(scope)
    opened: dict[str, Any] = orjson.loads(
        keys.open(
            bytes(row.sealed), table="segments_segment", row=str(row.id), column="sealed", version=row.version
        )
    )
    rule = from_json(opened["rule"])
    return Segment(
        id=row.id,
        name=opened["name"],
        rule=rule,
        sentence=sentence_of(rule),
        uses_health=uses_health(rule),
        version=row.version,
        created_by=row.created_by,
        updated_at=row.updated_at,
        removed_at=row.removed_at,
    )
