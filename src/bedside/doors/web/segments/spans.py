"""Spans of time as people say them: the language counts in days."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_DAYS_OF_YEAR: Final = 365
_MONTHS_OF_YEAR: Final = 12
_TOLD_IN_MONTHS_FROM: Final = 3  # a shorter span is said in days


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


def days_of(number: str, unit: str) -> int | str:
    """So many days; what is no number stays as typed, for the language to refuse.

    >>> days_of("6", "months"), days_of("2", "weeks"), days_of("some", "days")
    (182, 14, 'some')
    """
    typed = number.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < len("100000")):
        return typed
    count = int(typed)
    match unit:
        case Unit.WEEKS:
            return count * 7
        case Unit.MONTHS:
            return count * _DAYS_OF_YEAR // _MONTHS_OF_YEAR
        case Unit.YEARS:
            return count * _DAYS_OF_YEAR
        case _:
            return count


def told(days: int) -> tuple[str, str]:
    """Number and unit of a span, in the largest unit that says exactly this.

    >>> told(182), told(30), told(730)
    (('6', 'months'), ('30', 'days'), ('2', 'years'))
    """
    if days and days % _DAYS_OF_YEAR == 0:
        return str(days // _DAYS_OF_YEAR), Unit.YEARS.value
    months = -(-days * _MONTHS_OF_YEAR // _DAYS_OF_YEAR)
    if months >= _TOLD_IN_MONTHS_FROM and days_of(str(months), Unit.MONTHS) == days:
        return str(months), Unit.MONTHS.value
    return str(days), Unit.DAYS.value
