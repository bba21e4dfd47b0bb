"""Spans of days as the office says them: "next quarter", "the last 30 days". Days are the practice's own."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from enum import StrEnum

_MONTHS_OF_QUARTER = 3
_MONTHS_OF_YEAR = 12
_DAYS_OF_LEAP_YEAR = 366


class Period(StrEnum):
    """A calendar period beside or around today."""

    TODAY = "today"
    LAST_MONTH = "last_month"
    THIS_MONTH = "this_month"
    NEXT_MONTH = "next_month"
    LAST_QUARTER = "last_quarter"
    THIS_QUARTER = "this_quarter"
    NEXT_QUARTER = "next_quarter"
    LAST_YEAR = "last_year"
    THIS_YEAR = "this_year"
    NEXT_YEAR = "next_year"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


_STEPS = {"last": -1, "this": 0, "next": 1}
_LENGTHS = {"month": 1, "quarter": _MONTHS_OF_QUARTER, "year": _MONTHS_OF_YEAR}


def days_of(period: Period, *, today: date) -> tuple[date, date]:
    """First and last day. A quarter begins with January, April, July or October.

    >>> days_of(Period.NEXT_QUARTER, today=date(2026, 11, 20))
    (datetime.date(2027, 1, 1), datetime.date(2027, 3, 31))
    """
    if period is Period.TODAY:
        return today, today
    step, _, unit = period.value.partition("_")
    length = _LENGTHS[unit]
    month = today.year * _MONTHS_OF_YEAR + today.month - 1
    first = month - month % length + _STEPS[step] * length
    return _first_of(first), _first_of(first + length) - timedelta(days=1)


def last_days(days: int, *, today: date) -> tuple[date, date]:
    """Today and so many days before it."""
    return (today - timedelta(days=days) if (today - date.min).days > days else date.min), today


def next_days(days: int, *, today: date) -> tuple[date, date]:
    """Today and so many days after it."""
    return today, (today + timedelta(days=days) if (date.max - today).days > days else date.max)


def birthday_marks(first: date, last: date) -> frozenset[int]:
    """Month times 100 plus day of whoever has a birthday from `first` to `last`, both included.

    >>> sorted(birthday_marks(date(2027, 2, 28), date(2027, 3, 1)))
    [228, 229, 301]
    """
    if (last - first).days >= _DAYS_OF_LEAP_YEAR:
        last = first + timedelta(days=_DAYS_OF_LEAP_YEAR)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    marks = {day.month * 100 + day.day for day in days}
    if any((day.month, day.day) == (3, 1) and not isleap(day.year) for day in days):
        marks.add(229)
    return frozenset(marks)


def _first_of(month: int) -> date:
    """Of a month counted from the year 0, kept within what a date can be."""
    year, rest = divmod(month, _MONTHS_OF_YEAR)
    if year < 1:
        return date.min
    return date(year, rest + 1, 1) if year <= date.max.year else date.max
