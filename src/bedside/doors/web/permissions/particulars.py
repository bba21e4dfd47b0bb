"""What an act says beyond its sentence, as labels and values for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.doors.web.authorizations.words import EVENTS, PROFILES
from bedside.records.consent.rules import Category, EventKind, ExpiryEvent, StateProfile, Way
from bedside.records.consent.rules.terms import read_purposes, read_sensitivities, read_until
from bedside.records.consent.sentences import CATEGORY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from bedside.records.consent.rules import Event

WAY_NAMES: Final = {
    Way.OTHER_EMAIL: "At another email address",
    Way.PORTAL: "In the portal",
    Way.PHONE: "By phone",
    Way.LETTER: "By letter",
}
_LAST_DAYS: Final = {
    EventKind.PAUSED: "No mail up to and with",
    EventKind.REPRESENTATIVE_RECORDED: "May act up to and with",
    EventKind.PART2_CONSENTED: "Ends",
}


def particulars(event: Event) -> tuple[tuple[str, str], ...]:
    """(label, value), only what this act says; codes that nobody named in words are shown as words."""
    return (*_of_paper(event), *_of_terms(event))


def in_words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _of_paper(event: Event) -> Iterator[tuple[str, str]]:
    if event.signed_on:
        yield "Signed", in_words(event.signed_on)
    if event.expires_on:
        yield "Ends", in_words(event.expires_on)
    if event.expires_event:
        yield "Ends with", EVENTS[ExpiryEvent(event.expires_event)]
    if event.kind == EventKind.AUTHORIZATION_RECORDED and event.remuneration_stated:
        yield "Says that somebody pays", "Yes"


def _of_terms(event: Event) -> Iterator[tuple[str, str]]:
    terms, kind = event.terms, EventKind(event.kind)
    if kind is EventKind.FREQUENCY_CHOSEN:
        yield "At most", often_in_words(terms.get("monthly"))
    yield from _about(event)
    if "way" in terms:
        yield "Reached", WAY_NAMES[Way(terms["way"])]
    until = read_until(terms)
    if until:
        yield _LAST_DAYS.get(kind, "Until"), in_words(until)
    elif kind is EventKind.REPRESENTATIVE_RECORDED:
        yield "May act until", "no end is recorded"
    yield from _of_document(event)


def _about(event: Event) -> Iterator[tuple[str, str]]:
    kind = EventKind(event.kind)
    if kind in {EventKind.PAUSED, EventKind.PAUSE_ENDED}:
        name = (
            CATEGORY_NAMES[Category(event.category)] if event.category else "all mail that is not about care"
        )
        yield "About", name
    if kind is EventKind.RESTRICTED:
        yield "About", _categories(event.terms.get("categories", ()))


def _of_document(event: Event) -> Iterator[tuple[str, str]]:
    terms = event.terms
    if read_purposes(terms):
        yield "Purposes", ", ".join(_as_words(code) for code in read_purposes(terms))
    if read_sensitivities(terms):
        yield "Names", ", ".join(_as_words(one.value) for one in read_sensitivities(terms))
    if terms.get("profile"):
        yield "Form of", PROFILES[StateProfile(terms["profile"])]
    if terms.get("care_only"):
        yield "For", "treatment, payment and operations; never marketing"


def often_in_words(number: int | None) -> str:
    if number is None:
        return "no limit of their own any more"
    return "none" if number == 0 else f"{number} in 30 days"


def _categories(codes: Iterable[str]) -> str:
    return ", ".join(CATEGORY_NAMES[Category(code)] for code in codes) or "all mail"


def _as_words(code: str) -> str:
    return code.replace("_", " ")
