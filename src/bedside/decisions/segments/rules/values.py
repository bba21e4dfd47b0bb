"""The values of conditions: read from JSON, checked against field and operator."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from bedside.decisions.segments.rules.fields import COUNTING_DAYS, Field, Kind, Operator
from bedside.decisions.segments.rules.nodes import BadRule
from bedside.decisions.segments.rules.periods import Period

if TYPE_CHECKING:
    from bedside.decisions.segments.rules.nodes import Number, Value

VALUES_MAX = 200
TEXT_LENGTH_MAX = 200
DAYS_MAX = 36_500
AGE_MAX = 150
NUMBER_MAX = 1_000_000_000
_NOTHING = frozenset({Operator.KNOWN, Operator.UNKNOWN})
_SEVERAL = frozenset({Operator.IS_ANY_OF, Operator.HAS_ANY_OF})
_ENDS = 2


def value_of(field: Field, operator: Operator, value: object) -> Value:
    """The value as the operator takes it. Raises BadRule."""
    if operator in _NOTHING:
        if value not in {None, ""} if not isinstance(value, list | dict) else value:
            raise BadRule(f"{field.label}: known and unknown take no value.")
        return None
    if operator in COUNTING_DAYS:
        return whole_number(value, high=DAYS_MAX, name=field.label, unit="days")
    if operator is Operator.IN_PERIOD:
        return period_of(value, name=field.label)
    if operator is Operator.TURNS:
        return _turns(field, value)
    if operator is Operator.BETWEEN:
        return _between(field, value)
    if operator in _SEVERAL and field.kind is Kind.CHOICE:
        return tuple(_choice(field, one) for one in _several(field, value))
    return _plain(field, operator, value)


def _plain(field: Field, operator: Operator, value: object) -> Value:
    if field.kind is Kind.NUMBER:
        return _number(field, value)
    if field.kind is Kind.DATE:
        return date_of(value, name=field.label)
    if field.kind in {Kind.CHOICE, Kind.YES_NO}:
        return _choice(field, value)
    if operator in _SEVERAL:
        return tuple(text_of(one, name=field.label) for one in _several(field, value))
    return text_of(value, name=field.label)


def value_to_json(value: Value) -> Any:
    if isinstance(value, tuple):
        return [value_to_json(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Period) else value


def whole_number(value: object, *, high: int, name: str, unit: str, low: int = 0) -> int:
    """A number, or its digits as typed."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:9])
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRule(f"{name}: give a whole number of {unit} from {low} to {high}.")
    return value


def date_of(value: object, *, name: str) -> date:
    if isinstance(value, str) and len(value) == len("2026-01-31"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise BadRule(f"{name}: give a date such as 2026-01-31.")


def period_of(value: object, *, name: str) -> Period:
    for period in Period:
        if value == period.value:
            return period
    raise BadRule(f"{name}: the periods are: {', '.join(Period)}.")


def text_of(value: object, *, name: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > TEXT_LENGTH_MAX or "\x00" in text:
        raise BadRule(f"{name}: give a value of at most {TEXT_LENGTH_MAX} letters.")
    return text


def _number(field: Field, value: object) -> Number:
    if not field.is_decimal:
        return whole_number(value, high=AGE_MAX, name=field.label, unit="years")
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_MAX:
        raise BadRule(f"{field.label}: give a number.")
    return int(value) if math.floor(value) == value else value


def _between(field: Field, value: object) -> Value:
    if not isinstance(value, list | tuple) or len(value) != _ENDS:
        raise BadRule(f"{field.label}: give the first and the last value.")
    first, last = (_plain(field, Operator.BETWEEN, end) for end in value)
    if first > last:  # type: ignore[operator]  # both numbers or both dates, by the field's kind
        raise BadRule(f"{field.label}: the first value is greater than the last.")
    return first, last  # type: ignore[return-value]


def _turns(field: Field, value: object) -> Value:
    if not isinstance(value, list | tuple) or len(value) != _ENDS:
        raise BadRule(f"{field.label}: give the age and a period, such as 50 and next_quarter.")
    age = whole_number(value[0], high=AGE_MAX, name=field.label, unit="years", low=1)
    return age, period_of(value[1], name=field.label)


def _choice(field: Field, value: object) -> str:
    if not field.choices:  # of a field of one's own; looked at when its definition is there
        return text_of(value, name=field.label)
    if value not in field.choices:
        raise BadRule(f"{field.label}: choose one of {', '.join(field.choices)}.")
    return str(value)


def _several(field: Field, value: object) -> list[object]:
    if not isinstance(value, list) or not 0 < len(value) <= VALUES_MAX:
        raise BadRule(f"{field.label}: give from 1 to {VALUES_MAX} values.")
    return value
