"""Rules as data: parse at the door into what cannot be wrong, write back as the same JSON.

JSON form, each of them a rule:
- `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}`
- `{"field": "age", "is": "at_least", "value": 50}`; a field of the practice's own says its kind, too:
  `{"field": "custom.shoe_size", "kind": "number", "is": "between", "value": [40, 42]}`
- `{"chart": "visit", "is": "has_not", "when": {"last_days": 180}}`; see `charting`
- `{"sample": {"percent": 10, "seed": "spring"}}`
- `{"segment": "<id>"}`, with `name` and `rule` as of the moment when it was looked up, if it was
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.decisions.segments.rules.charting import charted_from_json, charted_to_json
from bedside.decisions.segments.rules.fields import CUSTOM, FIELDS, Field, Kind, custom_field
from bedside.decisions.segments.rules.nodes import (
    All,
    AnyOf,
    BadRule,
    Charted,
    Condition,
    Not,
    Rule,
    Sample,
    Value,
    Within,
)
from bedside.decisions.segments.rules.values import (
    AGE_MAX,
    DAYS_MAX,
    TEXT_LENGTH_MAX,
    VALUES_MAX,
    text_of,
    value_of,
    value_to_json,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "AGE_MAX", "CONDITIONS_MAX", "DAYS_MAX", "DEPTH_MAX", "TEXT_LENGTH_MAX", "VALUES_MAX", "All", "AnyOf", "BadRule",
    "Charted", "Condition", "Not", "Rule", "Sample", "Value", "Within", "from_json", "size_of", "to_json",
]  # fmt: skip

CONDITIONS_MAX = 50
DEPTH_MAX = 6
KEY_LENGTH_MAX = 60
NAME_LENGTH_MAX = 200
_SHAPES = "A rule is a condition, or a group with all, any or not."
_FORMS = "A rule is a condition with field, is and value, or a group with all, any or not."


def from_json(document: object) -> Rule:
    """Raises BadRule with one sentence for anything that is not of this language."""
    rule = _parse(document, depth=1)
    if size_of(rule) > CONDITIONS_MAX:
        raise BadRule(f"A segment may have at most {CONDITIONS_MAX} conditions; split it in two.")
    return rule


def to_json(rule: Rule) -> dict[str, Any]:
    match rule:
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(Charted() as charted):
            return charted_to_json(charted, has=False)
        case Not(part):
            return {"not": to_json(part)}
        case Charted():
            return charted_to_json(rule, has=True)
        case Sample():
            return {"sample": {"percent": rule.percent, "seed": rule.seed}}
        case Within():
            return _within_to_json(rule)
        case Condition():
            return _condition_to_json(rule)


def size_of(rule: Rule) -> int:
    """How many questions it asks itself; those of a segment within it count as one."""
    match rule:
        case All(parts) | AnyOf(parts):
            return sum(size_of(part) for part in parts)
        case Not(part):
            return size_of(part)
        case _:
            return 1


def _condition_to_json(condition: Condition) -> dict[str, Any]:
    document: dict[str, Any] = {"field": condition.field, "is": condition.operator.value}
    if condition.of is not None:
        document["kind"] = condition.of.kind.value
    if condition.value is not None:
        document["value"] = value_to_json(condition.value)
    return document


def _within_to_json(within: Within) -> dict[str, Any]:
    document: dict[str, Any] = {"segment": str(within.segment_id)}
    if within.rule is not None:
        document |= {"name": within.name, "rule": to_json(within.rule)}
    return document


def _parse(document: object, *, depth: int) -> Rule:
    if depth > DEPTH_MAX:
        raise BadRule(f"Groups may lie at most {DEPTH_MAX} deep; make the segment simpler.")
    if not isinstance(document, dict):
        raise BadRule(_SHAPES)
    keys = set(document)
    if keys in ({"all"}, {"any"}):
        name = next(iter(keys))
        parts = _parts(document[name], depth=depth)
        return All(parts) if name == "all" else AnyOf(parts)
    if keys == {"not"}:
        return Not(_parse(document["not"], depth=depth + 1))
    for name, parse in _LEAVES.items():
        if name in keys:
            return parse(document)
    raise BadRule(_FORMS)


def _parts(document: object, *, depth: int) -> tuple[Rule, ...]:
    if not isinstance(document, list) or len(document) > CONDITIONS_MAX:
        raise BadRule(f"A group is a list of at most {CONDITIONS_MAX} rules.")
    return tuple(_parse(part, depth=depth + 1) for part in document)


def _condition(document: dict[str, Any]) -> Rule:
    if not {"field", "is"} <= set(document) <= {"field", "is", "value", "kind"}:
        raise BadRule(_FORMS)
    field = _field(document["field"], document.get("kind"))
    for operator in field.operators:
        if document["is"] == operator.value:
            value = value_of(field, operator, document.get("value"))
            return Condition(
                field=field.name, operator=operator, value=value, of=field if field.is_custom else None
            )
    raise BadRule(f"{field.label} can be asked: {', '.join(field.operators)}.")


def _field(name: object, kind: object) -> Field:
    if isinstance(name, str) and name.startswith(CUSTOM):
        return _own_field(name.removeprefix(CUSTOM), kind)
    field = FIELDS.get(name) if isinstance(name, str) else None
    if field is None:
        raise BadRule(f"There is no such field; the fields are: {', '.join(FIELDS)}.")
    if kind not in {None, field.kind.value} if isinstance(kind, str | None) else True:
        raise BadRule(f"{field.label} is not of that kind.")
    return field


def _own_field(key: str, kind: object) -> Field:
    kinds = [known.value for known in Kind if known is not Kind.BIRTHDAY]
    if kind not in kinds:
        raise BadRule(f"A field of your own needs its kind: {', '.join(kinds)}.")
    if not key or len(key) > KEY_LENGTH_MAX or not key.replace("_", "").replace("-", "").isalnum():
        raise BadRule("There is no field of your own by that name.")
    return custom_field(key, kind=Kind(kind))


def _sample(document: dict[str, Any]) -> Rule:
    drawn = document["sample"]
    if set(document) != {"sample"} or not isinstance(drawn, dict) or set(drawn) != {"percent", "seed"}:
        raise BadRule("A sample has a percent and a seed, and nothing else.")
    percent = whole_number(drawn["percent"], high=99, low=1, name="Sample", unit="percent")
    return Sample(percent=percent, seed=text_of(drawn["seed"], name="The seed of a sample"))


def _within(document: dict[str, Any]) -> Rule:
    if not set(document) <= {"segment", "name", "rule"}:
        raise BadRule("A segment within another is named by its id alone.")
    try:
        segment_id = UUID(document["segment"] if isinstance(document["segment"], str) else "")
    except ValueError:
        raise BadRule("A segment within another is named by its id.") from None
    if "rule" not in document:
        return Within(segment_id=segment_id)
    name = document.get("name", "")
    if not isinstance(name, str) or len(name) > NAME_LENGTH_MAX:
        raise BadRule("The name of a segment is a short text.")
    return Within(segment_id=segment_id, name=name, rule=from_json(document["rule"]))


_LEAVES: dict[str, Callable[[dict[str, Any]], Rule]] = {
    "field": _condition,
    "chart": charted_from_json,
    "sample": _sample,
    "segment": _within,
}
