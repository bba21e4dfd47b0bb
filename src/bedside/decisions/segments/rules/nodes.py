"""What rules are made of. A rule is one of these; those of several parts hold others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.segments.rules.fields import FIELDS, Field, Operator
from bedside.decisions.segments.rules.periods import Period, days_of, last_days, next_days
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from bedside.kit.terminology import System
    from bedside.records.charts.rules import Kind as ChartKind
    from bedside.records.charts.rules import Status

Number = int | float
Value = (
    Number
    | str
    | tuple[str, ...]
    | tuple[Number, Number]
    | tuple[date, date]
    | tuple[int, Period]
    | date
    | None
)


class BadRule(Refusal):
    def __init__(self, sentence: str) -> None:
        super().__init__("bad_rule", sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One question about one field. `value` is checked against the operator.

    `of` is the field where it is one of the practice's own, which the closed list does not know.
    """

    field: str
    operator: Operator
    value: Value = None
    of: Field | None = None

    @property
    def asks(self) -> Field:
        return self.of or FIELDS[self.field]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Days, counted from today or fixed: exactly one of them is given. An end that is None is open."""

    last_days: int | None = None
    next_days: int | None = None
    period: Period | None = None
    first: date | None = None
    last: date | None = None

    def days(self, *, today: date) -> tuple[date, date]:
        if self.last_days is not None:
            return last_days(self.last_days, today=today)
        if self.next_days is not None:
            return next_days(self.next_days, today=today)
        if self.period is not None:
            return days_of(self.period, today=today)
        return self.first or date.min, self.last or date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Which codes are meant: value sets by key, codes by system, and beginnings of codes by system."""

    sets: tuple[str, ...] = ()
    codes: tuple[tuple[System, str], ...] = ()
    beginnings: tuple[tuple[System, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sets or self.codes or self.beginnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """People with at least `at_least` entries of one kind in their chart for which all of the rest holds.

    Empty codes, statuses, providers and places mean any. `when` is when it was: a condition, medicine, coverage or
    programme lasts from its day until its end; `ended` is when such a thing ended.
    """

    kind: ChartKind
    of: Codes = Codes()
    when: When | None = None
    ended: When | None = None
    statuses: tuple[Status, ...] = ()
    providers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    at_least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A share of everybody, drawn by `seed`: the same people each time, whatever else is asked."""

    percent: int
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Everybody of another segment. Its name and rule are there once it has been looked up (`nesting.resolved`)."""

    segment_id: UUID
    name: str = ""
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Everybody for whom each part holds; without parts, everybody."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Everybody for whom at least one part holds; without parts, nobody."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Rule


Rule = Condition | Charted | Sample | Within | All | AnyOf | Not


def walk(rule: Rule) -> Iterator[Rule]:
    """The rule itself, then all it is made of in their order; of segments within it too, where they were looked up."""
    yield rule
    match rule:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from walk(part)
        case Not(part):
            yield from walk(part)
        case Within(rule=inner) if inner is not None:
            yield from walk(inner)
        case _:
            return
