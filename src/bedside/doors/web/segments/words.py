"""The builder's words: groups of fields, how things compare, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.decisions.segments.rules import FIELDS, Kind, Operator
from bedside.decisions.segments.rules.charting import LASTING
from bedside.decisions.segments.rules.periods import Period
from bedside.decisions.segments.rules.reveals_words import class_name
from bedside.doors.web.segments.drafts import CHART, SAMPLE, SEGMENT, Amount, How, Span
from bedside.doors.web.segments.spans import Unit
from bedside.records.charts.rules import Kind as ChartKind
from bedside.records.charts.rules import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.decisions.segments.rules import Field
    from bedside.kit.terminology import Sensitivity

Options = list[tuple[str, str]]

CHART_WORDS: Final = {
    ChartKind.VISIT: "Visits",
    ChartKind.APPOINTMENT: "Appointments",
    ChartKind.CONDITION: "Conditions",
    ChartKind.MEDICATION: "Medicines",
    ChartKind.IMMUNIZATION: "Vaccinations",
    ChartKind.PROCEDURE: "Procedures and tests",
    ChartKind.COVERAGE: "Insurance",
    ChartKind.PROGRAMME: "Programmes",
}
LABELS: Final = {
    "conditions": "Conditions, as typed in a list",
    "medications": "Medicines, as typed in a list",
    SEGMENT: "Another segment",
    SAMPLE: "A random part",
}
FIELD_GROUPS: Final = (
    ("Who they are", ("age", "birthday", "sex", "language", "relationship", "added", "deceased")),
    ("Where to reach them", ("city", "state", "postal_code", "email", "phone")),
    ("Visits and appointments", ("last_visit", "next_appointment", "provider", "chart.visit", "chart.appointment")),
    ("Health", ("chart.condition", "chart.medication", "chart.immunization", "chart.procedure", "chart.programme",
                "chart.coverage", "conditions", "medications")),
    ("Interests and tags", ("interests", "tags")),
)  # fmt: skip
SUGGESTED: Final = frozenset(name for name, field in FIELDS.items() if field.kind in {Kind.TEXT, Kind.LIST})
HOW_WORDS: Final = [
    (How.ALL, "all of these hold"),
    (How.ANY, "at least one of these holds"),
    (How.NONE, "none of these holds"),
]
_COMMON: Final = {
    Operator.AT_LEAST: "is at least",
    Operator.AT_MOST: "is at most",
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.IS_ANY_OF: "is any of",
    Operator.STARTS_WITH: "begins with",
    Operator.HAS: "include",
    Operator.HAS_ANY_OF: "include any of",
    Operator.HAS_NOT: "do not include",
    Operator.BEFORE: "is before",
    Operator.AFTER: "is after",
    Operator.BETWEEN: "is between",
    Operator.LAST_DAYS: "was in the last",
    Operator.NEXT_DAYS: "is in the next",
    Operator.IN_PERIOD: "is",
    Operator.TURNS: "becomes",
    Operator.KNOWN: "is known",
    Operator.UNKNOWN: "is not known",
}
_PAST: Final = {Operator.WITHIN_DAYS: "was in the last", Operator.NOT_WITHIN_DAYS: "was more than"}
_FUTURE: Final = {Operator.WITHIN_DAYS: "is in the next", Operator.NOT_WITHIN_DAYS: "is more than"}
_PLURAL: Final = {Operator.KNOWN: "are known", Operator.UNKNOWN: "are not known"}
_CHOICES: Final = {
    ("email", "yes"): "is on record",
    ("email", "no"): "is missing",
    ("phone", "yes"): "is on record",
    ("phone", "no"): "is missing",
    ("relationship", "plan_member"): "Plan member",
}
_LASTING_AMOUNTS: Final = {Amount.SOME: "include", Amount.NONE: "do not include"}
_AMOUNTS: Final = {Amount.SOME: "at least one", Amount.NONE: "none"}
_COUNTED: Final = {Amount.AT_LEAST: "at least …", Amount.FEWER: "fewer than …"}
_SPANS: Final = {
    Span.ANY: "at any time",
    Span.LAST: "in the last …",
    Span.NEXT: "in the next …",
    Span.FROM_TO: "between two days",
}
STATUS_WORDS: Final = {
    Status.PLANNED: "planned",
    Status.ACTIVE: "active",
    Status.DONE: "done",
    Status.ENDED: "ended",
}


def operator_words(field: Field, operator: Operator) -> str:
    words = dict(_COMMON)
    if field.kind is Kind.DATE:
        words |= _PAST if field.past else _FUTURE
    if field.kind is Kind.LIST:
        words |= _PLURAL
    return words[operator]


def operator_options(field: Field, chosen: Operator) -> Options:
    """Without those that say the same as another, or what cannot be, unless such a one is chosen."""
    doubled = {Operator.LAST_DAYS if field.past else Operator.NEXT_DAYS} if field.kind is Kind.DATE else set()
    if field.name == "last_visit":
        doubled.add(Operator.NEXT_DAYS)
    if field.name in {"next_appointment", "added"}:
        doubled |= {Operator.LAST_DAYS, Operator.NEXT_DAYS}
    shown = [operator for operator in field.operators if operator is chosen or operator not in doubled]
    return [(operator.value, operator_words(field, operator)) for operator in shown]


def field_options(own: Mapping[str, Field], *, has_segments: bool, chosen: str) -> list[tuple[str, Options]]:
    """What a condition can be about, in groups. A chosen one that is not among them comes first."""
    groups = [(title, [(name, label_of(name, own)) for name in names]) for title, names in FIELD_GROUPS]
    if own:
        groups.append(("Your own fields", [(name, field.label) for name, field in own.items()]))
    if has_segments or chosen == SEGMENT:
        groups.append(("Other segments", [(SEGMENT, LABELS[SEGMENT])]))
    groups.append(("By chance", [(SAMPLE, LABELS[SAMPLE])]))
    if not any(chosen == name for _, options in groups for name, _ in options):
        groups.insert(0, ("No longer there", [(chosen, "A field that was removed")]))
    return groups


def label_of(about: str, own: Mapping[str, Field]) -> str:
    if about.startswith(CHART):
        return CHART_WORDS[ChartKind(about.removeprefix(CHART))]
    if about in LABELS:
        return LABELS[about]
    field = FIELDS.get(about) or own.get(about)
    return field.label if field else "A field that was removed"


def choice_options(field: Field) -> Options:
    return [(choice, _CHOICES.get((field.name, choice), choice.capitalize())) for choice in field.choices]


def amount_options(kind: ChartKind) -> Options:
    words = (_LASTING_AMOUNTS if kind in LASTING else _AMOUNTS) | _COUNTED
    return [(amount.value, said) for amount, said in words.items()]


def when_options() -> list[tuple[str, Options]]:
    """Groups of options; the first has no title."""
    return [
        ("", [(span.value, said) for span, said in _SPANS.items()]),
        ("Calendar", period_options()),
    ]


def period_options() -> Options:
    return [(period.value, period.words) for period in Period]


def period_choices() -> Options:
    """As `period_options`, after "is"."""
    return [
        (
            one.value,
            one.words if one is Period.TODAY or one.words.startswith("this") else f"in the {one.words}",
        )
        for one in Period
    ]


def unit_options() -> Options:
    return [(unit.value, unit.value) for unit in Unit]


def mark_of(sensitivity: Sensitivity) -> str:
    """The word beside a condition that tells something about health; empty for others."""
    if sensitivity.is_special:
        name = class_name(sensitivity)
        return name[:1].upper() + name[1:]
    return "Health" if sensitivity.is_health else ""
