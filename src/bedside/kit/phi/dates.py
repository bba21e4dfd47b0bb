"""Dates however they are written, and what they say of a person (45 CFR 164.514(b)(2)(i)(C)).

The day of an open house is for everybody. A date tells of a person where it is a birthday, where the words around
it speak of a visit, a stay or a death, or where it is long past and complete; ages over 89 are dates, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.hits import Hit
from bedside.kit.phi.nouns import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.folding import Folded

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        start=1,
    )
    for name in names.split()
}
_MONTH: Final = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY: Final = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>(?:19|20)\d{2}|'\d{2})"
_FORMS: Final = (
    re.compile(
        r"(?<![\w/.-])(?P<month>[01]?\d)(?P<by>[/.-])(?P<day>[0-3]?\d)(?P=by)(?P<year>(?:19|20)?\d{2})(?![\w/]"
        r"|[.-]\d)"),
    re.compile(
        r"(?<![\w/.-])(?P<year>(?:19|20)\d{2})(?P<by>[/.-]?)(?P<month>[01]\d)(?P=by)(?P<day>[0-3]\d)(?![\w/-]|\.\d)"),
    re.compile(rf"\b{_MONTH} {{1,2}}{_DAY}\b(?:,? {{1,2}}{_YEAR}\b)?"),
    re.compile(rf"\b{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR}\b)?(?![a-z])"),
    re.compile(rf"(?<![\w-])(?P<day>[0-3]?\d)-{_MONTH}-(?P<year>(?:19|20)?\d{{2}})(?!\w)"),
    re.compile(r"(?<![\w/.-])(?P<month>1[0-2]|0?[1-9])/(?P<day>[0-3]?\d)(?![\w/%]|\.\d)"),
)  # fmt: skip
_CENTURY: Final = 100
_SHORT_YEAR_NEXT: Final = 35  # a year of two digits up to here is of this century

_BIRTH: Final = re.compile(
    r"(?:\bdob\b|\bd\.o\.b|date of birth|birth ?date|\bborn\b|birthday|\bb-?day\b|turn(?:s|ed|ing) \d{1,3})"
)
_BORN_IN: Final = re.compile(
    r"(?:\bborn(?: in)?|\bb\.|\bdob:?|year of birth:?|birth year:?) (?P<when>(?:[01]?\d/)?(?:19|20)\d{2})(?![\d/-])"
)
_PERSONAL: Final = re.compile(
    r"\b(?:your (?:last |next |recent |first |upcoming )?(?:\S+ ){0,3}(?:visit|appointment|surgery|procedure"
    r"|test|exam|stay"
    r"|results?|admission|discharge|lab\S*|delivery|screening|follow|scan|session|operation|payment|balance"
    r"|bill|claim)"
    r"|you (?:were|came|visited|had|saw|are scheduled|missed|last|have been)|we saw|last seen|seen (?:on|by|in|at)"
    r"|was (?:seen|admitted|discharged|diagnosed|treated|born|transferred|hospitali[sz]ed)|admitted|discharged?"
    r"|admission|date of (?:service|death|admission|discharge|visit|surgery|injury|onset)|dos\b|passed away"
    r"|died|deceased"
    r"|(?:his|her|their|my|patient'?s?|client'?s?) (?:\S+ ){0,3}(?:visit|appointment|surgery|procedure|test"
    r"|exam|stay|results?|admission|birth|care|lab\S*|scan|follow)"
    r"|diagnosed|underwent|hospitali[sz]ed|prescribed|since \S+ surgery|collected|specimen|scheduled for you"
    r"|had surgery|last visit"
    r"|\b(?:mr|mrs|ms|patient)\b\.? ?[a-z]+|due date|treated|dictated|no-?show|rescheduled|refill(?:ed)?|injury"
    r"|accident"
    r"|appointment (?:on|for|is|at|with|date|reminder|confirmed)|follow-?up (?:on|for|is|visit|appointment)"
    r"|missed|visit (?:on|of|date))"
)
_PUBLIC: Final = re.compile(
    r"\b(?:open(?:s|ing|ed)?|close[sd]?|closing|closed|hours|join|event|class|workshop|webinar|seminar|clinic"
    r"|fair|drive|sale"
    r"|offer|special|discount|deadline|enrollment|enroll|register|rsvp|expires?|valid|through|until|by"
    r"|begin(?:s|ning)?|starts?|starting"
    r"|ends?|celebrat\S*|holiday|day|week|month|free|everyone|walk-?in|launch\S*|founded|established|effective"
    r"|updated|revised|copyright|published"
    r"|move[sd]?|moving|office|welcome|new|saturday|sunday|monday|tuesday|wednesday|thursday|friday"
    r"|save the date|season|available|annual|host\S*|giveaway|vote|survey|schedule)\b"
)
_AGE: Final = re.compile(
    r"\b(?P<age>9\d|1[01]\d)[- ]?(?:years?[- ]old|y/?o\b|yrs?\b|year-?olds?)|\b(?:age|aged|turn(?:s|ed"
    r"|ing)?) (?P<age2>9\d|1[01]\d)\b"
)
_AGE_OF_ONE: Final = re.compile(
    r"(?<![\w-])(?:\d{1,2}[- ](?:year|month|week|day)s?[- ]old (?:male|female|man|woman|boy|girl|patient|son"
    r"|daughter|mother|father)"
    r"|\d{1,2} ?y/?o\b ?(?:[mf]\b)?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A date in the folded text. `day` is None where the year is not said; `full` says whether it is."""

    start: int
    end: int
    month: int
    day_of_month: int
    year: int | None

    @property
    def day(self) -> date | None:
        if self.year is None:
            return None
        try:
            return date(self.year, self.month, self.day_of_month)
        except ValueError:
            return None


def dates_in(folded: Folded) -> list[Written]:
    """Every date that the calendar has, in order of forms; American order unless only the other one is possible."""
    found: list[Written] = []
    taken: set[int] = set()
    for form in _FORMS:
        for match in form.finditer(folded.lower):
            written = _written(match)
            if written is not None and taken.isdisjoint(range(written.start, written.end)):
                taken.update(range(written.start, written.end))
                found.append(written)
    return found


def _written(match: re.Match[str]) -> Written | None:
    parts = match.groupdict()
    month = _MONTHS.get(parts["month"]) or (int(parts["month"]) if parts["month"].isdigit() else 0)
    day = int(parts["day"])
    if month > 12 >= day:  # noqa: PLR2004  day and month the other way round
        month, day = day, month
    try:
        date(2000, month, day)  # a leap year: whether the day is there at all
    except ValueError:
        return None
    year = parts.get("year")
    return Written(
        start=match.start(),
        end=match.end(),
        month=month,
        day_of_month=day,
        year=None if year is None else _whole_year(year.removeprefix("'")),
    )


def _whole_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year <= _SHORT_YEAR_NEXT else 1900)


def date_hits(folded: Folded, written: list[Written], *, today: date | None) -> Iterator[Hit]:
    """What these dates, and ages, tell of a person. Without `today` no date is long past."""
    for one in written:
        hit = _judged(folded, one, today=today)
        if hit is not None:
            yield hit
    for match in _BORN_IN.finditer(folded.lower):
        start, end = match.span("when")
        why = "A birth date identifies a person."
        yield Hit(start=start, end=end, kind=Kind.BIRTH_DATE, level=Level.LIKELY, why=why, suggestion="")
    for expression in (_AGE, _AGE_OF_ONE):
        for match in expression.finditer(folded.lower):
            why = (
                "An age over 89 identifies a person."
                if expression is _AGE
                else "The age of one patient tells who it is about."
            )
            level = Level.LIKELY if expression is _AGE else Level.POSSIBLE
            yield Hit(start=match.start(), end=match.end(), kind=Kind.AGE, level=level, why=why)


def _judged(folded: Folded, one: Written, *, today: date | None) -> Hit | None:
    start, end = folded.sentence(one.start)
    before = folded.lower[max(start, one.start - 60) : one.start]
    around = folded.lower[max(start, one.start - 160) : min(end, one.end + 160)]
    if (_BIRTH.search(before) and one.year is not None) or _BIRTH.search(before[-26:]):
        return _hit(one, Kind.BIRTH_DATE, Level.CERTAIN, "A birth date identifies a person.")
    if _PERSONAL.search(around):
        return _hit(one, Kind.DATE, Level.LIKELY, "This date says when somebody was or will be here.")
    if one.year is None or _PUBLIC.search(around):
        return None
    if (today is not None and one.year < today.year - 5) or (today is None and one.year < 2015):  # noqa: PLR2004
        return _hit(one, Kind.BIRTH_DATE, Level.POSSIBLE, "A date so long past may be a birth date.")
    return _hit(one, Kind.DATE, Level.POSSIBLE, "A complete date without an event may be about one person.")


def _hit(one: Written, kind: Kind, level: Level, why: str) -> Hit:
    return Hit(start=one.start, end=one.end, kind=kind, level=level, why=why, suggestion="")
