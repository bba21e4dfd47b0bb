"""Addresses of pages: what path, query and fragment say of the reader to every server on the way (TRK-01, MIN-10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import Family, terms_in
from bedside.kit.phi.names import is_given_name
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.folding import Folded

URL: Final = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'()\[\]{}]{3,2000}", re.IGNORECASE)
_PART: Final = re.compile(r"(?P<by>[/?&#;])(?P<part>[^/?&#;]{1,500})")
_TOKEN: Final = re.compile(r"[a-z]{2,30}|\d{1,30}")
_TELLING: Final = {
    Family.CONDITION: Kind.CONDITION,
    Family.DRUG: Kind.DRUG,
    Family.PROCEDURE: Kind.PROCEDURE_OR_TEST,
    Family.SPECIALTY: Kind.APPOINTMENT_DETAIL,
}
_PERSONAL_KEYS: Final = re.compile(
    r"(?:pt|patient|pat|client|customer|user|member|person|recipient|contact|reader|subscriber"
    r"|guarantor)?[_-]?(?:first|last|full|sur|given|f|l)?[_-]?name"
    r"|(?:e-?)?mail(?:[_-]?address)?|dob|birth(?:[_-]?(?:date|day))?|date[_-]?of[_-]?birth|ssn|mrn|mbi|phone"
    r"|mobile|cell|tel|address|street|zip(?:code)?|(?:first|last|fn|ln|fname|lname)"
    r"|(?:pt|patient|pat|client|user|member|person|recipient|contact|subscriber|chart|record|account|acct"
    r"|bill|inv|stmt|statement|referral|payment|refill|ticket|request|insurance|policy|guarantor|visit|encounter|appointment|appt|claim|invoice|rx|order|case)s?(?:[_-]?(?:id"
    r"|no|num|number|key|ref|code|token))?|[pumcr]id|age|gender|sex|who"
)
_HEALTH_KEYS: Final = re.compile(
    r"(?:dx|diagnos[ie]s|icd(?:10)?|condition|disease|med(?:ication)?s?|drug|rx_?name|procedure|test|result"
    r"|specialty|dept|department|clinic|reason|treatment|therapy|allergy|symptoms?|program|lab)s?"
)
_PUBLIC_KEYS: Final = re.compile(
    r"(?:page|p|q|lang|locale|tab|v|version|year|month|sort|view|ref|source|utm_source|utm_medium|city|location)"
)
_NUMBERED: Final = re.compile(
    r"(?:patients?|pts?|charts?|mrn|records?|members?|accounts?|users?|profiles?|appointments?|appts?|visits?"
    r"|invoices?|results?|labs?|messages?|claims?|orders?|persons?|people|clients?|u|cases?|pay|payments?|bills?|statements?|refills?|rx|prescriptions?|referrals?|forms?|surveys?"
    r"|documents?|files?|tickets?|requests?|encounters?|episodes?|tests?|scans?|reports?|study|studies|checkin|check-in"
    r"|confirm|reschedule|cancel|households?|family|children|contacts?|portal|letters?|accounts?)"
)
_HOST_OF_ONE: Final = re.compile(
    r"(?P<whole>(?P<given>[a-z]{2,20})[-_.](?P<last>[a-z]{2,20}))\.[a-z0-9-]+\.[a-z]{2,10}"
)
_FOR_ALL: Final = re.compile(
    r"(?:blog|news|articles?|posts?|learn|education|library|topics?|health-topics?|services?|resources?|about"
    r"|conditions|conditions-we-treat|specialties|departments?|providers?|doctors?|physicians?|team|staff"
    r"|our-team|our-doctors|authors?|events?|classes|class|press"
    r"|faqs?|guides?|tips|stories|awareness|wellness|locations?|wiki|careers|jobs|screenings?|treatments"
    r"|procedures|offers?|newsletter|health|healthy-living|what-we-treat)"
)
_WHY_URL: Final = "Part of this address stands for one person; servers on the way write it down."
_WHY_HEALTH: Final = "This address tells every server on the way what the reader's health is about."
_LONG_NUMBER: Final = 5
_NUMBER_LENGTH_MIN: Final = 3
_TOKEN_OF_ONE: Final = re.compile(
    r"(?=[^/]*\d)(?=[^/]*[a-z])[a-z0-9_-]{20,}|[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)


def links_in(folded: Folded, *, whole: bool) -> Iterator[Hit]:
    """What the addresses in a text tell; with `whole` the text itself is one, even a relative one."""
    if whole:
        if not folded.lower.startswith("tel:"):
            yield from _judged(folded, 0, len(folded.text))
        return
    for match in URL.finditer(folded.text):
        yield from _judged(folded, match.start(), match.start() + len(match[0].rstrip(".,;:!?")))


def _judged(folded: Folded, start: int, end: int) -> Iterator[Hit]:
    host_end = folded.lower.find("//", start, end)
    first = re.compile(r"[/?#]").search(folded.lower, host_end + 2 if host_end >= 0 else start, end)
    if folded.lower.startswith("mailto:", start):
        first = re.compile(r"\?").search(folded.lower, start, end)
    if first is None:
        return
    host = _HOST_OF_ONE.match(folded.lower, host_end + 2, end) if host_end >= 0 else None
    if host and is_given_name(host["given"]) and not {"dr", "md"} & set(host["last"].split("-")):
        yield _of_one(*host.span("whole"))
    before = _Before()
    for match in _PART.finditer(folded.lower, first.start(), end):
        part = (match.start(), match.end(), match["part"])
        if match["by"] == "/":
            yield from _path(part, before)
            before.add(match["part"])
        else:
            yield from _parameter(part)


@dataclass(slots=True)
class _Before:
    """What the parts of a path before the present one say."""

    last: str = ""
    for_all: bool = False
    of_reader: bool = False

    def add(self, part: str) -> None:
        self.last = part
        self.for_all = self.for_all or _FOR_ALL.fullmatch(part) is not None
        self.of_reader = self.of_reader or not words_of("addresses_of_one").isdisjoint(_TOKEN.findall(part))


def _path(part: tuple[int, int, str], before: _Before) -> Iterator[Hit]:
    start, end, text = part
    words = _TOKEN.findall(_spoken(text))
    stem = re.sub(r"\.[a-z]{2,5}\Z", "", text)
    numbered = any(word.isdigit() and len(word) >= _NUMBER_LENGTH_MIN for word in words)
    if (
        (numbered and _NUMBERED.fullmatch(before.last))
        or (not before.for_all and _is_named(words))
        or "@" in unquote(text)
        or text.startswith("~")
        or _TOKEN_OF_ONE.fullmatch(text)
        or (
            not before.for_all
            and (
                _CODE_OF_ONE.fullmatch(stem)
                or (_HANDLE.fullmatch(stem) and _OF_PEOPLE.fullmatch(before.last))
                or _is_alone_given(stem, before)
            )
        )
    ):
        yield _of_one(start, end)
    term = _first_term(text)
    if term is None or before.for_all or words_of("addresses_for_all") & set(words):
        return
    of_reader = before.of_reader or not words_of("addresses_of_one").isdisjoint(words)
    if of_reader or term in {Kind.DRUG, Kind.CONDITION}:
        yield _of_health(start, end, term, Level.LIKELY if of_reader else Level.POSSIBLE)


def _parameter(part: tuple[int, int, str]) -> Iterator[Hit]:
    start, end, text = part
    key, equals, value = text.partition("=")
    if not equals:
        key, value = "", text
    if not value or value.startswith(("{", "%7b")):
        return
    term = _first_term(value)
    words = _TOKEN.findall(_spoken(value))
    if term is not None and not words_of("addresses_for_all") & set(words):
        yield _of_health(start, end, term, Level.LIKELY)
    elif _PUBLIC_KEYS.fullmatch(key) and not _LONG.search(value) and "@" not in unquote(value):
        return
    elif (
        _PERSONAL_KEYS.fullmatch(key)
        or (len(words) == 1 and is_given_name(words[0]))
        or "@" in unquote(value)
        or _is_named(words)
    ):
        yield _of_one(start, end)
    elif _HEALTH_KEYS.fullmatch(key):
        yield _of_health(start, end, Kind.HEALTH_STATEMENT, Level.LIKELY)
    elif (
        (key.endswith("id") and _LONG.search(value)) or _DATE.search(value) or _TOKEN_OF_ONE.fullmatch(value)
    ):
        yield _of_one(start, end, Level.POSSIBLE)


# "a8812", "okafor77", "c-2026-1184", "2026-03-14": of one person, where no page for everybody stands before.
_CODE_OF_ONE: Final = re.compile(
    r"(?!(?:covid|h|b|a|top|v|page|week|day|step|part|year|q|class|img|image|photo|icon|hero|asset)-?\d)"
    r"(?![a-z]+-?20[123]\d\Z)(?:[a-z]{1,3}-?\d{3,12}|(?=[a-z0-9]*\d[a-z]+\d)[a-z0-9]{6,19}"
    r"|[a-z]{1,4}-?\d{2,6}-\d{2,10}|\d{5,14}|(?:19|20)\d\d-\d\d-\d\d|(?=[a-z]{0,12}\d)(?=\d{0,12}[a-z])[a-z0-9]{10,19}"
    r"|\d{2,8}-\d{2,8})"
)

_HANDLE: Final = re.compile(r"[a-z]{3,20}[._-]?\d{1,4}")
_OF_PEOPLE: Final = re.compile(
    r"(?:u|p|my|me|users?|patients?|pts?|members?|people|persons?|clients?|profiles?|accounts?)"
)


def _is_alone_given(part: str, before: _Before) -> bool:
    """True for a given name that is the whole part of a path, and no doctor's ("/team/joan" is for everybody)."""
    return (
        bool(before.last)
        and is_given_name(part)
        and part not in words_of("given_or_word")
        and not before.for_all
    )


_LONG: Final = re.compile(rf"\d{{{_LONG_NUMBER},}}|[0-9a-f]{{12,}}")
_DATE: Final = re.compile(r"(?:19|20)\d\d-?[01]\d-?[0-3]\d|[01]?\d[-/][0-3]?\d[-/](?:19|20)\d\d|555-?01\d\d")


def _first_term(text: str) -> Kind | None:
    for term in terms_in(_spoken(text)):
        if term.family in _TELLING:
            return _TELLING[term.family]
    return None


def _spoken(text: str) -> str:
    return re.sub(r"[_+.%=~,:-]+", " ", unquote(text).lower())


def _is_named(words: list[str]) -> bool:
    """True for a known given name and one more word that could be a last name."""
    rest = [word for word in words if word.isalpha()]
    return len(rest) in {2, 3} and is_given_name(rest[0]) and not {"dr", "md", "st", "meet"} & set(rest)


def _of_one(start: int, end: int, level: Level = Level.LIKELY) -> Hit:
    return Hit(start=start, end=end, kind=Kind.URL, level=level, why=_WHY_URL, suggestion="")


def _of_health(start: int, end: int, kind: Kind, level: Level) -> Hit:
    return Hit(start=start, end=end, kind=kind, level=level, why=_WHY_HEALTH, suggestion="")
