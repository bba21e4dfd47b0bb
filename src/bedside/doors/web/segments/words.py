"""The builder in words: each place of a draft as its template shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.decisions.segments.rules import FIELDS, Kind, Operator
from bedside.decisions.segments.rules.language import AGE_MAX, DAYS_MAX, DEPTH_MAX, TEXT_LENGTH_MAX
from bedside.doors.web.segments.drafts import ROOT, Control, DraftCondition, DraftGroup, How

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedside.decisions.segments.rules import Field

FIELD_GROUPS = (
    ("Visits", ("last_visit", "next_appointment", "provider")),
    ("Person", ("age", "sex", "language", "deceased")),
    ("Health", ("conditions", "medications")),
    ("Interests and labels", ("interests", "tags")),
    ("Reach", ("email", "city", "state", "postal_code")),
)
SUGGESTED = frozenset(name for name, field in FIELDS.items() if field.kind in {Kind.TEXT, Kind.LIST})
HOW_WORDS = [
    (How.ALL, "all of these hold"),
    (How.ANY, "at least one of these holds"),
    (How.NONE, "none of these holds"),
]
_COMMON = {
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
    Operator.KNOWN: "is known",
    Operator.UNKNOWN: "is not known",
}
_PAST = {Operator.WITHIN_DAYS: "was in the last", Operator.NOT_WITHIN_DAYS: "was not in the last"}
_FUTURE = {Operator.WITHIN_DAYS: "is in the next", Operator.NOT_WITHIN_DAYS: "is not in the next"}
_PLURAL = {Operator.KNOWN: "are known", Operator.UNKNOWN: "are not known"}
_CHOICES = {
    ("email", "yes"): "is on record",
    ("email", "no"): "is missing",
    ("deceased", "yes"): "yes",
    ("deceased", "no"): "no",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One condition's controls. `number` is the condition's position for people, such as "2" or "2.1"."""

    path: str
    number: str
    field: Field
    operator: Operator
    operators: Sequence[tuple[str, str]]
    control: Control
    values: tuple[str, ...]
    choices: Sequence[tuple[str, str]]
    problem: str
    suggested: bool
    high: int
    shape: str = "condition"

    @property
    def was(self) -> str:
        return f"{self.field.name} {self.control.value}"

    @property
    def after(self) -> str:
        """Words behind the control."""
        if self.control is not Control.DAYS:
            return "years" if self.control is Control.NUMBER else ""
        if self.operator is Operator.WITHIN_DAYS:
            return "days"
        return "days, or never" if self.field.past else "days, or not booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBox:
    """One group's controls and parts. `closed` says that no group may lie deeper."""

    path: str
    number: str
    how: How
    parts: Sequence[ConditionRow | GroupBox]
    closed: bool
    shape: str = "group"

    @property
    def is_root(self) -> bool:
        return self.path == ROOT

    @property
    def word_between(self) -> str:
        return "and" if self.how is How.ALL else "or"


def group_box(
    draft: DraftGroup,
    *,
    suggestions: Mapping[str, object],
    path: str = ROOT,
    depth: int = 1,
    number: str = "",
) -> GroupBox:
    """`suggestions` are by field; a control offers them where there are some."""
    parts: list[ConditionRow | GroupBox] = []
    for place, part in enumerate(draft.parts):
        inner, counted = f"{path}-{place}", f"{number}{place + 1}"
        if isinstance(part, DraftGroup):
            parts.append(
                group_box(part, suggestions=suggestions, path=inner, depth=depth + 1, number=f"{counted}.")
            )
        else:
            parts.append(_row(part, path=inner, number=counted, suggested=part.field in suggestions))
    return GroupBox(
        path=path,
        number=number.removesuffix("."),
        how=draft.how,
        parts=parts,
        closed=depth >= DEPTH_MAX - 1,
    )


def operator_words(field: Field, operator: Operator) -> str:
    words = dict(_COMMON)
    if field.kind is Kind.DATE:
        words |= _PAST if field.past else _FUTURE
    if field.kind is Kind.LIST:
        words |= _PLURAL
    return words[operator]


def field_options() -> list[tuple[str, list[tuple[str, str]]]]:
    return [(title, [(name, FIELDS[name].label) for name in names]) for title, names in FIELD_GROUPS]


def _row(condition: DraftCondition, *, path: str, number: str, suggested: bool) -> ConditionRow:
    field = FIELDS[condition.field]
    return ConditionRow(
        path=path,
        number=number,
        field=field,
        operator=condition.operator,
        operators=[(operator.value, operator_words(field, operator)) for operator in field.operators],
        control=condition.control,
        values=condition.values if condition.control is Control.TEXTS else condition.values[:1],
        choices=[
            (choice, _CHOICES.get((field.name, choice), choice.capitalize())) for choice in field.choices
        ],
        problem=condition.problem,
        suggested=suggested,
        high={Control.DAYS: DAYS_MAX, Control.NUMBER: AGE_MAX}.get(condition.control, TEXT_LENGTH_MAX),
    )
