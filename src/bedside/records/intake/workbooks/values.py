"""What a cell shows, from what it holds: numbers without rounding noise, days by the cell's format, leading zeros."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from bedside.records.intake.workbooks.archive import DAMAGED
from bedside.records.intake.workbooks.markup import elements

if TYPE_CHECKING:
    from collections.abc import Iterable

STYLES_MAX = 65_536
_BUILT_IN_DATES = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))
_SILENT = re.compile(r'"[^"]*"|\\.|[_*].|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_TEMPORAL = re.compile(r"[dmyhs]", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_PADDED = re.compile(r"[0()\-. ]*0{2,}[0()\-. ]*")
_WHOLE_MAX = 10**15  # beyond, a cell's number is no longer exact
_PLACES_MAX = 20
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  a cell has no zone
_FIRST_DAY_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_SERIAL = 2_958_466  # the end of the year 9999
# The calendar of workbooks has a 29 February 1900, day 60. Before it, days are counted from one later.
_NEVER_WAS = 60
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How cells of one style show a number: as a moment, or with the zeros of `pattern` filled from the right."""

    is_moment: bool = False
    pattern: str = ""


PLAIN = Look()


def read_looks(chunks: Iterable[bytes]) -> list[Look]:
    """The look of each cell style, in the order of their numbers. Raises UnreadableFile."""
    codes: dict[str, str] = {}
    looks: list[Look] = []

    def seen(path: tuple[str, ...], attributes: dict[str, str]) -> None:
        if path[-2:] == ("numFmts", "numFmt"):
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif path[-2:] == ("cellXfs", "xf"):
            number = attributes.get("numFmtId", "0")
            looks.append(look_of(number, code=codes.get(number, "")))
        if len(codes) > STYLES_MAX or len(looks) > STYLES_MAX:
            raise DAMAGED

    elements(chunks, seen=seen)
    return looks


def look_of(number: str, *, code: str) -> Look:
    """The look of a number format; `code` is empty for the ones that every workbook knows."""
    if not code:
        return Look(is_moment=number in _BUILT_IN_DATES)
    first = code.partition(";")[0]
    if first.casefold() == "general":
        return PLAIN
    if _TEMPORAL.search(_SILENT.sub("", first)):
        return Look(is_moment=True)
    literal = _QUOTED.sub(lambda found: found[1] or found[2] or "", first)
    return Look(pattern=literal) if _PADDED.fullmatch(literal) else PLAIN


def shown_number(text: str, *, look: Look, is_1904: bool) -> str:
    """A number as its cell shows it; what is no number stays as it is."""
    if look.is_moment:
        return _moment(text, is_1904=is_1904)
    if look.pattern and text.isdigit():
        return _padded(text, look.pattern)
    return text if text.isdigit() else _without_noise(text)


def _without_noise(text: str) -> str:
    """3.1400000000000001 is 3.14, and 4.155551212E9 is a phone number."""
    try:
        value = Decimal(repr(float(text)))
    except (ValueError, InvalidOperation):
        return text
    if not value.is_finite() or abs(value) >= Decimal(10) ** _PLACES_MAX:
        return text
    if value == value.to_integral_value():
        return str(int(value)) if abs(value) < _WHOLE_MAX else text
    return format(value.normalize(), "f")


def _padded(digits: str, pattern: str) -> str:
    rest = list(digits)
    shown = [(rest.pop() if rest else "0") if sign == "0" else sign for sign in reversed(pattern)]
    return "".join([*rest, *reversed(shown)])


def _moment(text: str, *, is_1904: bool) -> str:
    try:
        serial = float(text)
    except ValueError:
        return text
    if not 0 <= serial < _LAST_SERIAL:
        return text
    seconds = round(serial * _SECONDS_A_DAY)
    days, rest = divmod(seconds, _SECONDS_A_DAY)
    if not is_1904 and days == _NEVER_WAS:
        return text
    if days == 0 and not is_1904:
        return (_FIRST_DAY + timedelta(seconds=rest)).strftime("%H:%M:%S")
    early = timedelta(days=int(days < _NEVER_WAS and not is_1904))
    moment = (_FIRST_DAY_1904 if is_1904 else _FIRST_DAY) + timedelta(seconds=seconds) + early
    return moment.strftime("%Y-%m-%d %H:%M:%S") if rest else moment.date().isoformat()
