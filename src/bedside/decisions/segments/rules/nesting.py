"""Rules within rules, and fields of the practice's own: what the JSON only names, looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.decisions.segments.rules.fields import CUSTOM, Field, Kind
from bedside.decisions.segments.rules.nodes import All, AnyOf, BadRule, Condition, Not, Within, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from bedside.decisions.segments.rules.nodes import Rule

    FindSegment = Callable[[UUID], "tuple[str, Rule] | None"]

SEGMENTS_DEEP_MAX = 5
PARTS_MAX = 1_000


def resolved(
    rule: Rule, *, find: FindSegment, fields: Mapping[str, Field], inside: tuple[UUID, ...] = ()
) -> Rule:
    """The rule with the name and rule of each segment within it, and what is known of the practice's own fields.

    `find` gives name and rule of a segment, of a removed one too, and None for an unknown one. `fields` are by key.
    A segment whose rule is there already, as in the frozen rule of a campaign, keeps it. `inside`: what the rule
    itself is the rule of. Raises BadRule for a segment that contains itself, is unknown, or lies too deep, and for a
    field that does not exist.
    """
    found = _resolved(rule, find=find, fields=fields, inside=inside)
    if sum(1 for _ in walk(found)) > PARTS_MAX:
        raise BadRule("The segments within this one are too large together; use fewer.")
    return found


def as_saved(rule: Rule) -> Rule:
    """Without what was looked up of other segments, so that their later changes count."""
    match rule:
        case All(parts):
            return All(tuple(as_saved(part) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(as_saved(part) for part in parts))
        case Not(part):
            return Not(as_saved(part))
        case Within():
            return Within(segment_id=rule.segment_id)
        case _:
            return rule


def segments_in(rule: Rule) -> frozenset[UUID]:
    """The segments that a rule names, however deep."""
    return frozenset(part.segment_id for part in walk(rule) if isinstance(part, Within))


def _resolved(
    rule: Rule, *, find: FindSegment, fields: Mapping[str, Field], inside: tuple[UUID, ...]
) -> Rule:
    def inner(part: Rule) -> Rule:
        return _resolved(part, find=find, fields=fields, inside=inside)

    match rule:
        case All(parts):
            return All(tuple(inner(part) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(inner(part) for part in parts))
        case Not(part):
            return Not(inner(part))
        case Within():
            return _within(rule, find=find, fields=fields, inside=inside)
        case Condition(of=Field() as field):
            return replace(rule, of=_known(field, rule, fields))
        case _:
            return rule


def _within(
    within: Within, *, find: FindSegment, fields: Mapping[str, Field], inside: tuple[UUID, ...]
) -> Within:
    if within.segment_id in inside:
        raise BadRule("A segment cannot contain itself, nor one that contains it.")
    if len(inside) >= SEGMENTS_DEEP_MAX:
        raise BadRule(f"Segments may lie at most {SEGMENTS_DEEP_MAX} deep within each other.")
    found = find(within.segment_id) if within.rule is None else (within.name, within.rule)
    if found is None:
        raise BadRule("One of the segments within this one does not exist.")
    name, rule = found
    below = (*inside, within.segment_id)
    return replace(within, name=name, rule=_resolved(rule, find=find, fields=fields, inside=below))


def _known(asked: Field, condition: Condition, fields: Mapping[str, Field]) -> Field:
    """The field as the practice has it. One with another kind of value was made anew under an old name."""
    field = fields.get(asked.name.removeprefix(CUSTOM))
    if field is None:
        raise BadRule("One of the fields asked about does not exist; choose another.")
    if field.kind is not asked.kind:
        raise BadRule(f"{field.label} holds another kind of value now; choose it anew.")
    chosen = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if field.kind is Kind.CHOICE and not set(chosen) <= set(field.choices):
        raise BadRule(f"{field.label}: choose one of {', '.join(field.choices)}.")
    return field
