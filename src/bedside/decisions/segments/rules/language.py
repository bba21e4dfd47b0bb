"""Rules as data: parse at the door into what cannot be wrong, write back as the same JSON.

JSON form: `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}`, or
`{"field": "age", "is": "at_least", "value": 50}`. A condition's value is a number, a text, a list of texts, an ISO
date, or absent for `known` and `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bedside.decisions.segments.rules.fields import FIELDS, Field, Kind, Operator
from bedside.ground.errors import Refusal

CONDITIONS_MAX = 50
DEPTH_MAX = 6
VALUES_MAX = 200
TEXT_LENGTH_MAX = 200
DAYS_MAX = 36_500
AGE_MAX = 150

Value = int | str | tuple[str, ...] | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One question about one field. `value` is checked against the operator."""

    field: str
    operator: Operator
    value: Value = None


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


Rule = Condition | All | AnyOf | Not


class BadRule(Refusal):
    def __init__(self, sentence: str) -> None:
        super().__init__("bad_rule", sentence)


def from_json(document: object) -> Rule:
    """Raises BadRule with one sentence for anything that is not of this language."""
    rule = _parse(document, depth=1)
    if _size(rule) > CONDITIONS_MAX:
        raise BadRule(f"A segment may have at most {CONDITIONS_MAX} conditions; split it in two.")
    return rule


def to_json(rule: Rule) -> dict[str, Any]:
    match rule:
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Condition():
            return _condition_to_json(rule)


def _condition_to_json(condition: Condition) -> dict[str, Any]:
    document: dict[str, Any] = {"field": condition.field, "is": condition.operator.value}
    if isinstance(condition.value, date):
        document["value"] = condition.value.isoformat()
    elif isinstance(condition.value, tuple):
        document["value"] = list(condition.value)
    elif condition.value is not None:
        document["value"] = condition.value
    return document


def _size(rule: Rule) -> int:
    match rule:
        case All(parts) | AnyOf(parts):
            return sum(_size(part) for part in parts)
        case Not(part):
            return _size(part)
        case Condition():
            return 1


def _parse(document: object, *, depth: int) -> Rule:
    if depth > DEPTH_MAX:
        raise BadRule(f"Groups may lie at most {DEPTH_MAX} deep; make the segment simpler.")
    if not isinstance(document, dict):
        raise BadRule("A rule is a condition, or a group with all, any or not.")
    keys = set(document)
    if keys in ({"all"}, {"any"}):
        name = next(iter(keys))
        parts = _parts(document[name], depth=depth)
        return All(parts) if name == "all" else AnyOf(parts)
    if keys == {"not"}:
        return Not(_parse(document["not"], depth=depth + 1))
    if keys <= {"field", "is", "value"} and {"field", "is"} <= keys:
        return _condition(document)
    raise BadRule("A rule is a condition with field, is and value, or a group with all, any or not.")


def _parts(document: object, *, depth: int) -> tuple[Rule, ...]:
    if not isinstance(document, list) or len(document) > CONDITIONS_MAX:
        raise BadRule(f"A group is a list of at most {CONDITIONS_MAX} rules.")
    return tuple(_parse(part, depth=depth + 1) for part in document)


def _condition(document: dict[str, Any]) -> Condition:
    field = FIELDS.get(document["field"]) if isinstance(document["field"], str) else None
    if field is None:
        raise BadRule(f"There is no such field; the fields are: {', '.join(FIELDS)}.")
    if document["is"] not in [operator.value for operator in field.operators]:  # it may be of any type
        raise BadRule(f"{field.label} can be asked: {', '.join(field.operators)}.")
    operator = Operator(document["is"])
    return Condition(
        field=field.name, operator=operator, value=_value(field, operator, document.get("value"))
    )


def _value(field: Field, operator: Operator, value: object) -> Value:
    if operator in {Operator.KNOWN, Operator.UNKNOWN}:
        if value not in {None, ""} if not isinstance(value, list) else value:
            raise BadRule(f"{field.label}: known and unknown take no value.")
        return None
    if operator in {Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS}:
        return _number(field, value, high=DAYS_MAX, unit="days")
    if field.kind is Kind.NUMBER:
        return _number(field, value, high=AGE_MAX, unit="years")
    if field.kind is Kind.DATE:
        return _date(field, value)
    if field.kind in {Kind.CHOICE, Kind.YES_NO}:
        return _choice(field, value)
    if operator in {Operator.IS_ANY_OF, Operator.HAS_ANY_OF}:
        return _texts(field, value)
    return _text(field, value)


def _number(field: Field, value: object, *, high: int, unit: str) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:9])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
        raise BadRule(f"{field.label}: give a whole number of {unit} from 0 to {high}.")
    return value


def _date(field: Field, value: object) -> date:
    try:
        return (
            date.fromisoformat(value)
            if isinstance(value, str) and len(value) == len("2026-01-31")
            else _no_date()
        )
    except ValueError:
        raise BadRule(f"{field.label}: give a date such as 2026-01-31.") from None


def _no_date() -> date:
    raise ValueError


def _choice(field: Field, value: object) -> str:
    if value not in field.choices:
        raise BadRule(f"{field.label}: choose one of {', '.join(field.choices)}.")
    return str(value)


def _text(field: Field, value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > TEXT_LENGTH_MAX or "\x00" in text:
        raise BadRule(f"{field.label}: give a value of at most {TEXT_LENGTH_MAX} letters.")
    return text


def _texts(field: Field, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= VALUES_MAX:
        raise BadRule(f"{field.label}: give from 1 to {VALUES_MAX} values.")
    return tuple(_text(field, part) for part in value)
