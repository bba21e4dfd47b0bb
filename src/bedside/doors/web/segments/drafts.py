"""A rule in the making: what stands in the builder's controls, finished or not.

The whole draft travels in the form. Each change posts it, and the server gives back the builder made anew, so it
works the same with and without script. Places are named by a path: `r` is the outermost group, `r-0` its first
part, `r-0-2` the third part of that. Values are as typed; nothing here is checked yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.decisions.segments.rules import Kind, Operator
from bedside.decisions.segments.rules.fields import COUNTING_DAYS
from bedside.decisions.segments.rules.periods import Period

if TYPE_CHECKING:
    from bedside.records.charts.rules import Kind as ChartKind

ROOT: Final = "r"
CHART: Final = "chart."
SAMPLE: Final = "sample"
SEGMENT: Final = "segment"
_SEVERAL = frozenset({Operator.IS_ANY_OF, Operator.HAS_ANY_OF})
_NOTHING = frozenset({Operator.KNOWN, Operator.UNKNOWN})


class How(StrEnum):
    """How a group joins its parts."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Control(StrEnum):
    """What a condition's value is typed into."""

    NOTHING = "nothing"
    NUMBER = "number"
    NUMBERS = "numbers"  # from and to
    DAYS = "days"  # a number and a unit
    DATE = "date"
    DATES = "dates"
    PERIOD = "period"
    TURNS = "turns"  # an age and a period
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    TEXTS = "texts"


class Amount(StrEnum):
    """How many entries of a chart are asked for."""

    SOME = "some"
    NONE = "none"
    AT_LEAST = "at_least"
    FEWER = "fewer"

    @property
    def is_counted(self) -> bool:
        return self in {Amount.AT_LEAST, Amount.FEWER}


class Span(StrEnum):
    """When something was, apart from the calendar's periods."""

    ANY = ""
    LAST = "last"
    NEXT = "next"
    FROM_TO = "from_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWhen:
    """`how` is of Span or Period. `values`: number and unit for LAST and NEXT, two dates for FROM_TO, else none."""

    how: str = Span.ANY.value
    values: tuple[str, ...] = ()

    @property
    def is_finished(self) -> bool:
        if self.how == Span.FROM_TO:
            return any(value.strip() for value in self.values)
        return not self.values or bool(self.values[0].strip())


ANY_TIME: Final = DraftWhen()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCondition:
    """About a field. `values` are never empty; `problem` is one sentence for beside the control, here and below."""

    field: str
    kind: Kind
    operator: Operator
    values: tuple[str, ...] = ("",)
    problem: str = ""

    @property
    def about(self) -> str:
        return self.field

    @property
    def control(self) -> Control:
        return control_of(self.kind, self.operator)

    @property
    def is_finished(self) -> bool:
        match self.control:
            case Control.NOTHING:
                return True
            case Control.NUMBERS | Control.DATES:
                return all(value.strip() for value in self.values)
            case Control.DAYS | Control.TURNS:
                return bool(self.values[0].strip())
            case _:
                return any(value.strip() for value in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChart:
    """About entries of a chart. `codes` are as the language writes them, `find` what stands in the search for more."""

    kind: ChartKind
    amount: Amount = Amount.SOME
    number: str = ""
    codes: tuple[str, ...] = ()
    find: str = ""
    when: DraftWhen = ANY_TIME
    ended: DraftWhen = ANY_TIME
    statuses: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    problem: str = ""

    @property
    def about(self) -> str:
        return CHART + self.kind.value

    @property
    def is_finished(self) -> bool:
        counted = not self.amount.is_counted or bool(self.number.strip())
        return counted and self.when.is_finished and self.ended.is_finished


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSample:
    """A random part, or with `is_in` false everybody but that part."""

    is_in: bool = True
    percent: str = ""
    seed: str = ""
    problem: str = ""
    about: str = field(default=SAMPLE, init=False)

    @property
    def is_finished(self) -> bool:
        return bool(self.percent.strip() and self.seed.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSegment:
    """Whoever is in another segment, or with `is_in` false whoever is not. `segment_id` is empty until chosen."""

    is_in: bool = True
    segment_id: str = ""
    problem: str = ""
    about: str = field(default=SEGMENT, init=False)

    @property
    def is_finished(self) -> bool:
        return bool(self.segment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGroup:
    how: How = How.ALL
    parts: tuple[Draft, ...] = ()


Leaf = DraftCondition | DraftChart | DraftSample | DraftSegment
Draft = Leaf | DraftGroup


def control_of(kind: Kind, operator: Operator) -> Control:
    """What the value of an operator on a kind of field is typed into."""
    if operator in _NOTHING:
        return Control.NOTHING
    if operator in COUNTING_DAYS:
        return Control.DAYS
    if operator is Operator.IN_PERIOD:
        return Control.PERIOD
    if operator is Operator.TURNS:
        return Control.TURNS
    if operator is Operator.BETWEEN:
        return Control.NUMBERS if kind is Kind.NUMBER else Control.DATES
    if operator in _SEVERAL:
        return Control.CHOICES if kind is Kind.CHOICE else Control.TEXTS
    return {
        Kind.NUMBER: Control.NUMBER,
        Kind.DATE: Control.DATE,
        Kind.CHOICE: Control.CHOICE,
        Kind.YES_NO: Control.CHOICE,
        Kind.TEXT: Control.TEXT,
        Kind.LIST: Control.TEXT,
        Kind.BIRTHDAY: Control.PERIOD,
    }[kind]


def blank_values(control: Control) -> tuple[str, ...]:
    """What stands in a control before anything is typed."""
    match control:
        case Control.DAYS:
            return "", "months"
        case Control.TURNS:
            return "", Period.NEXT_QUARTER.value
        case Control.PERIOD:
            return (Period.NEXT_QUARTER.value,)
        case Control.NUMBERS | Control.DATES:
            return "", ""
        case _:
            return ("",)


def leaves_of(draft: Draft, *, path: str = ROOT) -> list[tuple[str, Leaf]]:
    """(path, part) of everything but groups, as they stand on the page."""
    if not isinstance(draft, DraftGroup):
        return [(path, draft)]
    return [
        found for number, part in enumerate(draft.parts) for found in leaves_of(part, path=f"{path}-{number}")
    ]
