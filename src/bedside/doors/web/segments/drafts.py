"""A rule in the making: what stands in the builder's controls, finished or not.

The whole draft travels in the form. Each change posts it, and the server gives back the builder made anew, so it
works the same with and without script. Places are named by a path: `r` is the outermost group, `r-0` its first
part, `r-0-2` the third part of that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bedside.decisions.segments.rules import FIELDS, All, AnyOf, Kind, Not, Operator, from_json, to_json
from bedside.decisions.segments.rules.language import CONDITIONS_MAX, DEPTH_MAX, VALUES_MAX, BadRule

if TYPE_CHECKING:
    from django.http import QueryDict

    from bedside.decisions.segments.rules import Field, Rule

ROOT = "r"
FIRST_FIELD = "last_visit"
_SEVERAL = frozenset({Operator.IS_ANY_OF, Operator.HAS_ANY_OF})
_NOTHING = frozenset({Operator.KNOWN, Operator.UNKNOWN})
_DAYS = frozenset({Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS})


class How(StrEnum):
    """How a group joins its parts."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Control(StrEnum):
    """What a condition's value is typed into."""

    NOTHING = "nothing"
    NUMBER = "number"
    DAYS = "days"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCondition:
    """`values` are as typed, never empty; `problem` is one sentence for beside the control."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ("",)
    problem: str = ""

    @property
    def control(self) -> Control:
        return control_of(FIELDS[self.field], self.operator)

    @property
    def is_finished(self) -> bool:
        return self.control is Control.NOTHING or any(value.strip() for value in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGroup:
    how: How = How.ALL
    parts: tuple[Draft, ...] = ()


Draft = DraftCondition | DraftGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A draft with its problems marked, and the rule of those conditions that are in order.

    `problem` is about the rule as a whole. `unfinished` and `wrong` count the conditions left out.
    """

    draft: DraftGroup
    rule: Rule
    unfinished: int
    wrong: int
    problem: str

    @property
    def is_whole(self) -> bool:
        return not (self.unfinished or self.wrong or self.problem)


# --- between drafts and rules


def draft_of(document: Any) -> DraftGroup:
    """A rule's JSON as a draft. Values may still be empty, as in a starting point. Raises BadRule."""
    part = _draft(document, depth=1)
    return part if isinstance(part, DraftGroup) else DraftGroup(parts=(part,))


def draft_of_rule(rule: Rule) -> DraftGroup:
    return draft_of(to_json(rule))


def judge(draft: DraftGroup, *, insist: bool) -> Judged:
    """With `insist`, as before saving, a condition without a value is a problem; else it is left out in silence."""
    marked = _mark(draft, insist=insist)
    assert isinstance(marked, DraftGroup)  # noqa: S101  a group stays one
    conditions = [condition for _, condition in conditions_of(marked)]
    unfinished = sum(not condition.is_finished for condition in conditions)
    wrong = sum(bool(condition.problem) and condition.is_finished for condition in conditions)
    rule, problem = _rule(marked) or All(()), ""
    try:
        from_json(to_json(rule))
    except BadRule as error:
        rule, problem = All(()), error.sentence
    return Judged(draft=marked, rule=rule, unfinished=unfinished, wrong=wrong, problem=problem)


def conditions_of(draft: Draft, *, path: str = ROOT) -> list[tuple[str, DraftCondition]]:
    """(path, condition) of every condition, as they stand on the page."""
    if isinstance(draft, DraftCondition):
        return [(path, draft)]
    return [
        found
        for number, part in enumerate(draft.parts)
        for found in conditions_of(part, path=f"{path}-{number}")
    ]


def _draft(document: Any, *, depth: int) -> Draft:
    """Only the shape is looked at here; values are judged where they can be marked."""
    if depth > DEPTH_MAX or not isinstance(document, dict):
        raise BadRule("A rule is a condition, or a group with all, any or not.")
    if len(document) == 1 and isinstance(parts := document.get("all", document.get("any")), list):
        how = How.ALL if "all" in document else How.ANY
        return DraftGroup(
            how=how, parts=tuple(_draft(part, depth=depth + 1) for part in parts[:CONDITIONS_MAX])
        )
    if set(document) == {"not"}:
        inner = _draft(document["not"], depth=depth + 1)
        if isinstance(inner, DraftGroup) and inner.how is How.ANY:
            return replace(inner, how=How.NONE)
        return DraftGroup(how=How.NONE, parts=(inner,))
    return _draft_condition(document)


def _draft_condition(document: dict[str, Any]) -> DraftCondition:
    value = document.get("value", "")
    values = value if isinstance(value, list) else [value]
    if not str(values[0] if values else ""):
        # A starting point leaves the value open; its field and operator must still be real ones.
        field = FIELDS[document["field"]]
        return DraftCondition(field=field.name, operator=Operator(document["is"]))
    from_json(document)
    return DraftCondition(
        field=document["field"],
        operator=Operator(document["is"]),
        values=tuple(str(value) for value in values),
    )


def _mark(draft: Draft, *, insist: bool) -> Draft:
    if isinstance(draft, DraftGroup):
        return replace(draft, parts=tuple(_mark(part, insist=insist) for part in draft.parts))
    if not draft.is_finished:
        return replace(draft, problem="Fill this in, or remove the condition." if insist else "")
    try:
        from_json(_document(draft))
    except BadRule as error:
        return replace(draft, problem=error.sentence)
    return replace(draft, problem="")


def _rule(draft: Draft) -> Rule | None:
    """None for what is left out: unfinished or wrong conditions, and groups with nothing else in them."""
    if isinstance(draft, DraftCondition):
        return None if draft.problem or not draft.is_finished else from_json(_document(draft))
    parts = tuple(rule for part in draft.parts if (rule := _rule(part)) is not None)
    if not parts:
        return None
    if draft.how is How.ALL:
        return All(parts)
    if draft.how is How.ANY:
        return AnyOf(parts)
    return Not(parts[0] if len(parts) == 1 else AnyOf(parts))


def _document(condition: DraftCondition) -> dict[str, Any]:
    document: dict[str, Any] = {"field": condition.field, "is": condition.operator.value}
    typed = [value.strip() for value in condition.values if value.strip()]
    if condition.control is Control.TEXTS:
        document["value"] = typed
    elif condition.control is not Control.NOTHING:
        document["value"] = typed[0]
    return document


# --- between drafts and forms


def control_of(field: Field, operator: Operator) -> Control:
    if operator in _NOTHING:
        return Control.NOTHING
    if operator in _DAYS:
        return Control.DAYS
    if operator in _SEVERAL:
        return Control.TEXTS
    return {
        Kind.NUMBER: Control.NUMBER,
        Kind.DATE: Control.DATE,
        Kind.CHOICE: Control.CHOICE,
        Kind.YES_NO: Control.CHOICE,
        Kind.TEXT: Control.TEXT,
        Kind.LIST: Control.TEXT,
    }[field.kind]


def read_draft(posted: QueryDict) -> DraftGroup:
    """The draft in a posted form. Whatever is not of this form is left out."""
    return _read_group(posted, ROOT, depth=1)


def change(draft: DraftGroup, *, do: str) -> DraftGroup:
    """The draft after a button: `add:`, `group:`, `remove:` or `value:` and a path; else it stays as it is."""
    verb, _, path = do.partition(":")
    place = [int(step) for step in path.split("-")[1:] if step.isdecimal()]
    changed = _change(draft, verb, place, depth=1)
    return changed if isinstance(changed, DraftGroup) else DraftGroup()


def focus_after(draft: DraftGroup, *, do: str) -> str:
    """The id of the control that a person using the keyboard goes on with after a button; empty for none."""
    verb, _, path = do.partition(":")
    here = _at(draft, path)
    if verb == "add" and isinstance(here, DraftGroup):
        return f"{path}-{len(here.parts) - 1}-field"
    if verb == "group" and isinstance(here, DraftGroup):
        return f"{path}-{len(here.parts) - 1}-how"
    if verb == "value" and isinstance(here, DraftCondition):
        return f"{path}-value-{len(here.values)}"
    if verb == "remove":
        return f"{path.rpartition('-')[0]}-add"
    return ""


def _at(draft: Draft, path: str) -> Draft | None:
    for step in path.split("-")[1:]:
        if not isinstance(draft, DraftGroup) or not step.isdecimal() or int(step) >= len(draft.parts):
            return None
        draft = draft.parts[int(step)]
    return draft


def fresh_condition(field_name: str) -> DraftCondition:
    field = FIELDS[field_name]
    value = "yes" if field.kind is Kind.YES_NO else ""
    return DraftCondition(field=field_name, operator=field.operators[0], values=(value,))


def _read_group(posted: QueryDict, path: str, *, depth: int) -> DraftGroup:
    how = posted.get(f"{path}.how", "")
    parts: list[Draft] = []
    for number in range(CONDITIONS_MAX + 1):
        inner = f"{path}-{number}"
        shape = posted.get(f"{inner}.shape")
        if shape == "group" and depth < DEPTH_MAX:
            parts.append(_read_group(posted, inner, depth=depth + 1))
        elif shape == "condition":
            parts.append(_read_condition(posted, inner))
    return DraftGroup(how=How(how) if how in set(How) else How.ALL, parts=tuple(parts))


def _read_condition(posted: QueryDict, path: str) -> DraftCondition:
    """`PATH.was` says for which field and control the values were typed: after a change they no longer fit."""
    field = FIELDS.get(posted.get(f"{path}.field", ""), FIELDS[FIRST_FIELD])
    was_field, _, was_control = posted.get(f"{path}.was", "").partition(" ")
    operator = posted.get(f"{path}.is", "")
    if was_field not in {"", field.name} or operator not in set(field.operators):
        return fresh_condition(field.name)
    fresh = DraftCondition(field=field.name, operator=Operator(operator))
    values = tuple(posted.getlist(f"{path}.value")[:VALUES_MAX]) or ("",)
    if was_control in {"", fresh.control}:
        return replace(fresh, values=values)
    both_text = {was_control, fresh.control.value} == {"text", "texts"}
    return replace(fresh, values=values[:1]) if both_text else fresh


def _change(draft: Draft, verb: str, place: list[int], *, depth: int) -> Draft:
    if not place:
        return _change_here(draft, verb, depth=depth)
    if not isinstance(draft, DraftGroup) or place[0] >= len(draft.parts):
        return draft
    first, rest = place[0], place[1:]
    if verb == "remove" and not rest:
        return replace(draft, parts=draft.parts[:first] + draft.parts[first + 1 :])
    changed = _change(draft.parts[first], verb, rest, depth=depth + 1)
    return replace(draft, parts=(*draft.parts[:first], changed, *draft.parts[first + 1 :]))


def _change_here(draft: Draft, verb: str, *, depth: int) -> Draft:
    if isinstance(draft, DraftCondition):
        return replace(draft, values=(*draft.values, "")[:VALUES_MAX]) if verb == "value" else draft
    if verb == "add":
        return replace(draft, parts=(*draft.parts, fresh_condition(FIRST_FIELD)))
    if verb == "group" and depth < DEPTH_MAX - 1:
        how = How.ANY if draft.how is How.ALL else How.ALL
        return replace(
            draft, parts=(*draft.parts, DraftGroup(how=how, parts=(fresh_condition(FIRST_FIELD),)))
        )
    return draft
