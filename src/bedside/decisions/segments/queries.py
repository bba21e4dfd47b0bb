"""Questions: which segments there are, whom a rule means, and who answers to a name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import orjson

from bedside.decisions.segments.models import SegmentRow
from bedside.decisions.segments.own_fields import own_fields
from bedside.decisions.segments.rules import (
    All,
    BadRule,
    Rule,
    asks_special,
    from_json,
    sentence_of,
    uses_health,
)
from bedside.decisions.segments.rules import resolved as look_up
from bedside.decisions.segments.rules.fields import CUSTOM
from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    import polars as pl

    from bedside.decisions.segments.rules import Field
    from bedside.decisions.segments.snapshot import Snapshot

Answer = TypeVar("Answer")
EVERYBODY = All(())


class Order(StrEnum):
    """How a list of patients is sorted."""

    NAME = "name"
    LAST_VISIT = "last_visit"  # newest first, never last
    NEXT_APPOINTMENT = "next_appointment"  # soonest first, none last


_ORDERS = {
    Order.NAME: "order",
    Order.LAST_VISIT: "last_visit",
    Order.NEXT_APPOINTMENT: "next_appointment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A saved segment. `rule` with all that it names looked up; `sentence` says it in plain English.

    If something it names is not there any more, the rule is as saved and the sentence says what is wrong.
    """

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


def resolved(
    scope: Scope, rule: Rule, *, segment_id: UUID | None = None, own: Mapping[str, Field] | None = None
) -> Rule:
    """The rule with what it names looked up: segments within it, and fields of the practice's own.

    `segment_id`: the segment that the rule is of, or is to become. `own`: the practice's own fields by column, if they
    are at hand. Raises BadRule for a segment that contains itself.
    """
    with reading(scope):
        known = own_fields(scope) if own is None else own
        return look_up(
            rule,
            find=lambda inner: _name_and_rule(scope, inner),
            fields={field.name.removeprefix(CUSTOM): field for field in known.values()},
            inside=(segment_id,) if segment_id else (),
        )


def may_see_whom(scope: Scope, rule: Rule) -> bool:
    """Whether the actor may see who a rule means, and so exact counts of them.

    Whoever is not shown what is specially protected on a patient's page must not ask it of a segment either. `rule`
    with all that it names looked up.
    """
    return scope.may(Right.SEE_PATIENTS) and (scope.may(Right.SEE_SPECIAL) or not asks_special(rule))


def count(scope: Scope, rule: Rule, *, today: date, at: datetime) -> int:
    """How many patients a rule means, on `today` in the practice's zone."""
    return _asked(scope, rule, lambda _, meant: int(meant.sum()), today=today, at=at)


def matching_ids(scope: Scope, rule: Rule, *, today: date, at: datetime) -> list[UUID]:
    """The patients a rule means, in a fixed order."""

    def ask(snapshot: Snapshot, meant: pl.Series) -> list[UUID]:
        return _ids(snapshot.ids(meant.arg_true()).sort("id_hi", "id_lo"))

    return _asked(scope, rule, ask, today=today, at=at)


def search_patients(
    scope: Scope, *, text: str, rule: Rule, order: Order, offset: int, limit: int, today: date, at: datetime
) -> PatientPage:
    """Patients whose name, record number, address or phone begins words with each word of `text`, and meet `rule`."""

    def ask(snapshot: Snapshot, meant: pl.Series) -> PatientPage:
        from bedside.decisions.segments.searching import named, ordered

        found = named(snapshot, meant, text)
        newest_first = order is Order.LAST_VISIT
        page = ordered(
            snapshot, found, column=_ORDERS[order], newest_first=newest_first, offset=offset, limit=limit
        )
        return PatientPage(ids=_ids(page), total=found.height)

    return _asked(scope, rule, ask, today=today, at=at)


def finds(scope: Scope, patient_id: UUID) -> bool:
    """True if searches and segments, as they would be answered now, still hold this person. Builds nothing."""
    from bedside.decisions.segments import index

    return index.finds(scope, patient_id)


def values_in_use(scope: Scope, field: str, *, limit: int, at: datetime) -> list[str]:
    """The commonest values of a list or text field, for suggestions in the builder (folded spelling)."""
    from bedside.decisions.segments.index import asked
    from bedside.decisions.segments.searching import commonest

    return asked(scope, lambda snapshot: commonest(snapshot, field, limit=limit), at=at)


def _asked(
    scope: Scope, rule: Rule, ask: Callable[[Snapshot, pl.Series], Answer], *, today: date, at: datetime
) -> Answer:
    """What `ask` says of a snapshot and of whom the rule means in it."""
    # polars is large: whoever only sends mail must not have to load it.
    from bedside.decisions.segments.answering import mask
    from bedside.decisions.segments.index import asked

    def answer(snapshot: Snapshot) -> Answer:
        whole = resolved(scope, rule, own=snapshot.own)
        return ask(snapshot, mask(snapshot, whole, today=today))

    return asked(scope, answer, at=at)


def _ids(frame: pl.DataFrame) -> list[UUID]:
    halves = zip(frame["id_hi"].to_list(), frame["id_lo"].to_list(), strict=True)
    return [UUID(int=high << 64 | low) for high, low in halves]


def _name_and_rule(scope: Scope, segment_id: UUID) -> tuple[str, Rule] | None:
    """Of a removed one too, as it was saved; None for one that never was."""
    row = SegmentRow.objects.filter(practice_id=scope.practice_id, id=segment_id).first()
    return None if row is None else _opened(scope, row)


def _opened(scope: Scope, row: SegmentRow) -> tuple[str, Rule]:
    opened: dict[str, Any] = orjson.loads(
        practice_keys(scope).open(
            bytes(row.sealed), table="segments_segment", row=str(row.id), column="sealed", version=row.version
        )
    )
    return opened["name"], from_json(opened["rule"])


def _read(scope: Scope, row: SegmentRow) -> Segment:
    name, saved = _opened(scope, row)
    rule, problem = saved, ""
    try:
        rule = resolved(scope, saved, segment_id=row.id)
    except BadRule as error:  # such as by a field that was removed since; whoever asks it is told the same
        problem = error.sentence
    return Segment(
        id=row.id,
        name=name,
        rule=rule,
        sentence=problem or sentence_of(rule),
        uses_health=uses_health(rule),
        version=row.version,
        created_by=row.created_by,
        updated_at=row.updated_at,
        removed_at=row.removed_at,
    )
