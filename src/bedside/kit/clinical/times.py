"""Dates and times as FHIR and HL7 v2 write them. Raises `BadTime`, whose reason is all it says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from bedside.kit.clinical.outcomes import Reason
from bedside.kit.clinical.values import Moment, Precision

if TYPE_CHECKING:
    from datetime import tzinfo

YEAR_MIN: Final = 1850
YEAR_MAX: Final = 2200  # later ones are placeholders, most often 9999
_DAY_CHARACTERS: Final = len("2026-11-02")
_HL7_DAY_CHARACTERS: Final = len("20261102")
_HL7_EXACT_CHARACTERS: Final = len("20261102093015-0600")
_LEAP_SECOND: Final = 60
_DAY_HOURS: Final = 24
_WHOLE_SECONDS: Final = frozenset({len("2026-11-02T09:30:15Z"), len("2026-11-02T09:30:15-06:00")})
_USUAL_LENGTHS: Final = _WHOLE_SECONDS | {
    len("2026-11-02T09:30:15.000Z"),
    len("2026-11-02T09:30:15.000-06:00"),
}

_FHIR = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_HL7 = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?([+-]\d{4})?", re.ASCII
)


class BadTime(ValueError):
    """Text that is no date, or a date that never was."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


def fhir_moment(text: str) -> Moment:
    """A FHIR date, dateTime or instant: YYYY, YYYY-MM, YYYY-MM-DD, or with time and offset.

    A time without its offset is against the standard and taken as the source's wall time. Raises BadTime.
    """
    if len(text) == _DAY_CHARACTERS and text[4] == text[7] == "-":
        return _only_day(text)
    if len(text) in _USUAL_LENGTHS:
        exact = _exact_at_once(text)
        if exact is not None:
            return _exact(exact)
    found = _FHIR.fullmatch(text)
    if found is None:
        raise BadTime(Reason.UNREADABLE_DATE)
    return _moment(found.groups())


class _Draft:
    """A moment while it is built: the same slots, not yet frozen; a frozen one is built at twice the price."""

    __slots__ = Moment.__slots__


def _exact(at: datetime) -> Moment:
    draft: Any = _Draft()
    draft.day, draft.precision, draft.clock, draft.at = at.date(), Precision.TIME, at.time(), at
    draft.__class__ = Moment
    return cast("Moment", draft)


@lru_cache(maxsize=16_384)  # birthdays and days of care come over and over: all of a century are 36,525
def _only_day(text: str) -> Moment:
    return Moment(day=_plausible(_whole_day(text)))


def _exact_at_once(text: str) -> datetime | None:
    """The usual form, read by the machine's own parser, which also takes others: None leaves it to the careful one."""
    if not (text[4] == text[7] == "-" and text[10] == "T" and text[13] == text[16] == ":"):
        return None
    if text[19] != "." and len(text) not in _WHOLE_SECONDS:
        return None
    if not (text[-1] == "Z" or (text[-3] == ":" and text[-6] in "+-")):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if YEAR_MIN <= found.year <= YEAR_MAX and found.tzinfo is not None else None


def hl7_moment(text: str) -> Moment:
    """An HL7 v2 date or time: YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+/-ZZZZ]. Raises BadTime."""
    if len(text) == _HL7_DAY_CHARACTERS:
        return _hl7_day(text)
    if len(text) == _HL7_EXACT_CHARACTERS:
        exact = _hl7_exact_at_once(text)
        if exact is not None:
            return _exact(exact)
    return _hl7_with_care(text)


def _hl7_with_care(text: str) -> Moment:
    found = _HL7.fullmatch(text.strip())
    if found is None:
        raise BadTime(Reason.UNREADABLE_DATE)
    return _moment(found.groups())


_hl7_day = lru_cache(maxsize=16_384)(_hl7_with_care)


def _hl7_exact_at_once(text: str) -> datetime | None:
    """With seconds and offset, read by the machine's own parser, which does not take a sixtieth second or 24:00.

    None leaves it to the careful one.
    """
    if not (text.isascii() and text[:14].isdigit() and text[14] in "+-" and text[15:].isdigit()):
        return None
    try:
        found = datetime.fromisoformat(f"{text[:8]}T{text[8:]}")
    except ValueError:
        return None
    return found if YEAR_MIN <= found.year <= YEAR_MAX else None


def instant_of(moment: Moment, *, zone: tzinfo) -> datetime:
    """When a record was changed, in UTC; only a date counts as the beginning of that day."""
    return moment.instant(zone) or datetime.combine(moment.day, time(), tzinfo=zone).astimezone(UTC)


def _whole_day(text: str) -> date:
    if not (text.isascii() and text[:4].isdigit() and text[5:7].isdigit() and text[8:].isdigit()):
        raise BadTime(Reason.UNREADABLE_DATE)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadTime(Reason.IMPOSSIBLE_DATE) from None  # its text would repeat the value


def _plausible(day: date) -> date:
    if YEAR_MIN <= day.year <= YEAR_MAX:
        return day
    raise BadTime(Reason.IMPOSSIBLE_DATE)


def _moment(parts: tuple[str | None, ...]) -> Moment:
    """From year, month, day, hour, minute, second, fraction, offset; each but the year may be missing."""
    year, month, day, hour, minute, second, fraction, offset = parts
    try:
        begins = _plausible(date(int(year or 0), int(month or 1), int(day or 1)))
        if hour is None:
            return Moment(day=begins, precision=_precision(month, day=day))
        begins, clock = _clock(
            begins, hour=int(hour), minute=int(minute or 0), second=int(second or 0), fraction=fraction
        )
        at = None if offset is None else datetime.combine(begins, clock, tzinfo=_zone(offset))
    except BadTime:
        raise
    except ValueError:
        raise BadTime(Reason.IMPOSSIBLE_DATE) from None
    return Moment(day=begins, precision=Precision.TIME, clock=clock, at=at)


def _precision(month: str | None, *, day: str | None) -> Precision:
    if month is None:
        return Precision.YEAR
    return Precision.MONTH if day is None else Precision.DAY


def _clock(day: date, *, hour: int, minute: int, second: int, fraction: str | None) -> tuple[date, time]:
    """A leap second counts as the one before it; 24:00 is the beginning of the next day."""
    if hour == _DAY_HOURS and minute == second == 0:
        return day + timedelta(days=1), time()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    return day, time(hour, minute, min(second, 59) if second == _LEAP_SECOND else second, micros)


def _zone(offset: str) -> tzinfo:
    if offset == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
