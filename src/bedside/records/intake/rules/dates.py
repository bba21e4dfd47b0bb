"""Dates as people and spreadsheets write them. `today` is always passed in.

A date that could mean two days is left out with a remark rather than guessed, except that the order of
numbers is decided once for a whole file (`detect_date_order`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from bedside.records.intake.rules.nouns import DateOrder, Remark
from bedside.records.intake.rules.remarks import RemarkCode, file_remark

if TYPE_CHECKING:
    from collections.abc import Iterable

AGE_YEARS_MAX = 125
APPOINTMENT_YEARS_AHEAD_MAX = 10
SAMPLES_MAX = 10_000
_TEXT_CHARACTERS_MAX = 40
_YEAR_MIN, _YEAR_MAX = 1900, 2100
_MONTHS_IN_YEAR = 12
_SHORT_YEAR_DIGITS = 2
_ISO_CHARACTERS = 10
# One order must outnumber the other this much before the other is taken for typing mistakes.
_CLEAR_MAJORITY = 20

_NUMERIC = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", re.ASCII)
_TIME = re.compile(
    r"(?:T| +)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)? *(?:[ap]\.?m\.?)?(?:Z|[+-]\d\d:?\d\d)?$", re.IGNORECASE
)
_COMPACT = re.compile(r"\d{8}", re.ASCII)
_SERIAL = re.compile(r"([1-7]\d{4})(?:\.\d{1,10})?", re.ASCII)
_DAY_NAMED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]+(?:de )?([^\W\d_]{3,10})\.?,?[-/. ]+(?:de )?(\d{4}|\d{2})",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    r"([^\W\d_]{3,10})\.?[-/ ]+(\d{1,2})(?:st|nd|rd|th)?,?[-/ ]+(\d{4}|\d{2})", re.IGNORECASE
)
_ONLY_FILLER = re.compile(r"[0/\-._: ]*")
_EMPTY_WORDS = frozenset({
    "never", "none", "null", "nil", "unknown", "unk", "tbd", "n/a", "na", "no", "nunca", "#n/a", "?",
    "pending",
})  # fmt: skip
_FILLER_DATES = frozenset(
    {
        date(1900, 1, 1),
        date(1901, 1, 1),
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1753, 1, 1),
        date(1800, 1, 1),
        date(1, 1, 1),
        date(9999, 12, 31),
    }
)
# Day 0 of the spreadsheet's calendar; it counts a 29 February 1900 that never was, so it is not 31 December.
_SERIAL_ORIGIN = date(1899, 12, 30)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene",
            "feb",
            "mar",
            "apr abr",
            "may",
            "jun",
            "jul",
            "aug ago",
            "sep set",
            "oct",
            "nov",
            "dec dic",
        ),
        start=1,
    )
    for name in names.split()
}


class DateKind(StrEnum):
    """Which days make sense: `BIRTH` and `PAST` not after today, `UPCOMING` not before."""

    BIRTH = "birth"
    PAST = "past"
    UPCOMING = "upcoming"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateOrderFinding:
    """The order of numbers to use for a file, and what a person should confirm about it."""

    order: DateOrder
    remarks: tuple[Remark, ...] = ()


def detect_date_order(samples: Iterable[str]) -> DateOrderFinding:
    """Judge the order of day and month from cells of all date columns together.

    A first number above 12 can only be a day, a second one above 12 only the day of a month-first date. With
    neither, the American order is assumed, and said.
    """
    year_first = day_first = month_first = undecided = 0
    for _, text in zip(range(SAMPLES_MAX), samples, strict=False):
        found = _NUMERIC.fullmatch(_TIME.sub("", text.strip()[:_TEXT_CHARACTERS_MAX]))
        if found is None:
            continue
        if len(found[1]) > _SHORT_YEAR_DIGITS:
            year_first += 1
        elif int(found[1]) > _MONTHS_IN_YEAR:
            day_first += 1
        elif int(found[2]) > _MONTHS_IN_YEAR:
            month_first += 1
        else:
            undecided += 1
    return _judge(year_first=year_first, day_first=day_first, month_first=month_first, undecided=undecided)


def _judge(*, year_first: int, day_first: int, month_first: int, undecided: int) -> DateOrderFinding:
    if day_first and month_first:
        order = DateOrder.DAY_FIRST if day_first >= _CLEAR_MAJORITY * month_first else DateOrder.MONTH_FIRST
        return DateOrderFinding(order=order, remarks=(file_remark(RemarkCode.DATE_ORDER_MIXED),))
    if day_first:
        return DateOrderFinding(order=DateOrder.DAY_FIRST)
    if undecided and not month_first:
        return DateOrderFinding(
            order=DateOrder.MONTH_FIRST, remarks=(file_remark(RemarkCode.DATE_ORDER_ASSUMED),)
        )
    is_iso = year_first and not month_first
    return DateOrderFinding(order=DateOrder.YEAR_FIRST if is_iso else DateOrder.MONTH_FIRST)


def read_date(
    text: str, *, order: DateOrder, kind: DateKind, today: date
) -> tuple[date | None, RemarkCode | None]:
    """One tidy cell as a date. None without a remark means that the cell says "no date" ("never", zeros)."""
    if len(text) > _TEXT_CHARACTERS_MAX:
        return None, RemarkCode.NOT_A_DATE
    if _ONLY_FILLER.fullmatch(text) or text.casefold() in _EMPTY_WORDS:
        return None, None
    day, code = _parse(_TIME.sub("", text) if ":" in text else text, order=order, kind=kind, today=today)
    if day is None:
        return None, code or RemarkCode.NOT_A_DATE
    doubtful = implausible(day, kind=kind, today=today)
    return (None, doubtful) if doubtful else (day, code)


def _parse(
    text: str, *, order: DateOrder, kind: DateKind, today: date
) -> tuple[date | None, RemarkCode | None]:
    if len(text) == _ISO_CHARACTERS and text[4] == text[7] == "-":
        return _iso(text), None
    if found := _NUMERIC.fullmatch(text):
        return _numeric(found[1], found[2], found[3], order=order, kind=kind, today=today)
    if found := _SERIAL.fullmatch(text):
        return _SERIAL_ORIGIN + timedelta(days=int(found[1])), RemarkCode.SPREADSHEET_DATE
    if _COMPACT.fullmatch(text):
        return _compact(text, order=order), None
    return _named(text, kind=kind, today=today)


def _named(text: str, *, kind: DateKind, today: date) -> tuple[date | None, RemarkCode | None]:
    if found := _DAY_NAMED.fullmatch(text):
        return _complete(found[3], _month(found[2]), int(found[1]), kind=kind, today=today)
    if found := _NAMED_DAY.fullmatch(text):
        return _complete(found[3], _month(found[1]), int(found[2]), kind=kind, today=today)
    return None, None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _numeric(
    first: str, second: str, third: str, *, order: DateOrder, kind: DateKind, today: date
) -> tuple[date | None, RemarkCode | None]:
    if len(first) > _SHORT_YEAR_DIGITS:
        return _day(int(first), int(second), int(third)), None
    if order is DateOrder.DAY_FIRST:
        first, second = second, first
    return _complete(third, int(first), int(second), kind=kind, today=today)


def _compact(text: str, *, order: DateOrder) -> date | None:
    iso = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if iso is not None and iso.year >= _YEAR_MIN:
        return iso
    first, second = int(text[:2]), int(text[2:4])
    if order is DateOrder.DAY_FIRST:
        first, second = second, first
    return _day(int(text[4:]), first, second)


def _complete(
    year: str, month: int, day: int, *, kind: DateKind, today: date
) -> tuple[date | None, RemarkCode | None]:
    """Give a two-digit year its century, or leave it when both centuries are possible."""
    if len(year) > _SHORT_YEAR_DIGITS:
        return _day(int(year), month, day), None
    this_century = _day(today.year - today.year % 100 + int(year), month, day)
    last_century = _day(today.year - today.year % 100 - 100 + int(year), month, day)
    if kind is DateKind.UPCOMING:
        return this_century, RemarkCode.SHORT_YEAR
    if this_century is None or this_century > today:
        return last_century, RemarkCode.SHORT_YEAR if last_century else None
    if kind is DateKind.BIRTH:
        # 21 November '26 is a newborn or a person of a hundred. A wrong age is worse than none.
        return None, RemarkCode.SHORT_YEAR_UNCLEAR
    return this_century, RemarkCode.SHORT_YEAR


def _month(name: str) -> int:
    return _MONTHS.get(name[:3].casefold(), 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def implausible(day: date, *, kind: DateKind, today: date) -> RemarkCode | None:
    """Why a day cannot be right, None if it can."""
    if day in _FILLER_DATES:
        return RemarkCode.FILLER_DATE
    if not _YEAR_MIN <= day.year <= _YEAR_MAX:
        return RemarkCode.NOT_A_DATE
    earliest, latest = _bounds(kind, today=today)
    if day > latest:
        return RemarkCode.DATE_TOO_FAR if kind is DateKind.UPCOMING else RemarkCode.DATE_IN_FUTURE
    if day < earliest:
        return RemarkCode.DATE_IN_PAST if kind is DateKind.UPCOMING else RemarkCode.DATE_TOO_FAR
    return None


def _bounds(kind: DateKind, *, today: date) -> tuple[date, date]:
    """The first and the last day that make sense."""
    match kind:
        case DateKind.BIRTH:
            return date(today.year - AGE_YEARS_MAX, 1, 1), today
        case DateKind.PAST:
            return date(_YEAR_MIN, 1, 1), today
        case DateKind.UPCOMING:
            return today, date(today.year + APPOINTMENT_YEARS_AHEAD_MAX, 12, 31)
        case _:
            assert_never(kind)
