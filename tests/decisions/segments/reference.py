"""A slow and obvious reading of the segment language, against which the fast one is held."""

from __future__ import annotations

from datetime import date, timedelta

from bedside.decisions.segments.columns import fold
from bedside.decisions.segments.rules import All, AnyOf, Condition, Not, Operator


def matches(rule, patient, today: date) -> bool:
    if isinstance(rule, All):
        return all(matches(part, patient, today) for part in rule.parts)
    if isinstance(rule, AnyOf):
        return any(matches(part, patient, today) for part in rule.parts)
    if isinstance(rule, Not):
        return not matches(rule.part, patient, today)
    return _condition(rule, patient, today)


def _condition(condition: Condition, patient, today: date) -> bool:
    value = condition.value
    held = patient.age_on(today) if condition.field == "age" else getattr(patient, condition.field)
    if condition.field in {"email", "deceased"}:
        return bool(held) == (value == "yes")
    is_known = held is not None and held not in {"", ()}
    op = condition.operator
    if op is Operator.KNOWN:
        return is_known
    if op is Operator.UNKNOWN:
        return not is_known
    if isinstance(held, tuple):
        words = {fold(value)} if isinstance(value, str) else {fold(word) for word in value}
        found = bool(words & {fold(word) for word in held})
        return not found if op is Operator.HAS_NOT else found
    if op is Operator.IS_NOT:
        return fold(str(held)) != fold(value)
    if op is Operator.NOT_WITHIN_DAYS:
        return not _within(condition, held, today)
    if not is_known:
        return False
    return _known(condition, held, today)


def _known(condition, held, today) -> bool:
    value = condition.value
    match condition.operator:
        case Operator.AT_LEAST:
            return held >= value
        case Operator.AT_MOST:
            return held <= value
        case Operator.BEFORE:
            return held < value
        case Operator.AFTER:
            return held > value
        case Operator.WITHIN_DAYS:
            return _within(condition, held, today)
        case Operator.STARTS_WITH:
            return fold(held).startswith(fold(value))
        case Operator.IS_ANY_OF:
            return fold(held) in {fold(word) for word in value}
        case _:
            return fold(str(held)) == fold(value)


def _within(condition, held, today) -> bool:
    if held is None:
        return False
    days = timedelta(days=condition.value)
    if condition.field == "next_appointment":
        return today <= held <= today + days
    return today - days <= held <= today
