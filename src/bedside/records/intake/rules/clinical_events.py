"""What happened to somebody, as an entry of their chart: whose it is, its codes, its days, who and where.

Only codes of vocabularies that we know, and short words where there is no code. Reasons of a visit, notes and
amounts are no part of it. What is not sure is not taken: a diagnosis that is only suspected is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, assert_never, cast

from bedside.kit.clinical import (
    Appointment,
    CarePlan,
    Concept,
    Condition,
    Coverage,
    Immunization,
    Medication,
    Procedure,
    Reference,
    Visit,
)
from bedside.kit.terminology import Sensitivity, System, sensitivities_of, system_of
from bedside.records.charts.rules import CODES_MAX, Entry, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from bedside.kit.clinical import Moment, Period

Event = Visit | Appointment | Condition | Medication | Immunization | Procedure | Coverage | CarePlan
CodedName = tuple[System, str]

KINDS: Final[dict[type, Kind]] = {
    Visit: Kind.VISIT,
    Appointment: Kind.APPOINTMENT,
    Condition: Kind.CONDITION,
    Medication: Kind.MEDICATION,
    Immunization: Kind.IMMUNIZATION,
    Procedure: Kind.PROCEDURE,
    Coverage: Kind.COVERAGE,
    CarePlan: Kind.PROGRAMME,
}
WORDS_CHARACTERS_MAX: Final = 120
SOURCE_ID_CHARACTERS_MAX: Final = 200

_WRONG = "entered-in-error"
_STATUSES: Final[dict[Kind, dict[str, Status]]] = {
    Kind.VISIT: {
        "planned": Status.PLANNED, "arrived": Status.ACTIVE, "triaged": Status.ACTIVE, "in-progress": Status.ACTIVE,
        "onleave": Status.ACTIVE, "finished": Status.DONE, "cancelled": Status.CANCELLED,
    },
    Kind.APPOINTMENT: {
        "proposed": Status.PLANNED, "pending": Status.PLANNED, "booked": Status.PLANNED, "waitlist": Status.PLANNED,
        "arrived": Status.ACTIVE, "checked-in": Status.ACTIVE, "fulfilled": Status.DONE,
        "cancelled": Status.CANCELLED, "noshow": Status.CANCELLED,
    },
    Kind.CONDITION: {
        "active": Status.ACTIVE, "recurrence": Status.ACTIVE, "relapse": Status.ACTIVE, "inactive": Status.ENDED,
        "remission": Status.ENDED, "resolved": Status.ENDED,
    },
    Kind.MEDICATION: {
        "active": Status.ACTIVE, "on-hold": Status.ACTIVE, "completed": Status.ENDED, "stopped": Status.ENDED,
        "cancelled": Status.CANCELLED, "draft": Status.PLANNED, "unknown": Status.ENDED,
    },
    Kind.IMMUNIZATION: {"completed": Status.DONE, "not-done": Status.CANCELLED},
    Kind.PROCEDURE: {
        "preparation": Status.PLANNED, "in-progress": Status.ACTIVE, "on-hold": Status.ACTIVE,
        "not-done": Status.CANCELLED, "stopped": Status.ENDED, "completed": Status.DONE, "unknown": Status.DONE,
    },
    Kind.COVERAGE: {"active": Status.ACTIVE, "cancelled": Status.CANCELLED, "draft": Status.PLANNED},
    Kind.PROGRAMME: {
        "draft": Status.PLANNED, "active": Status.ACTIVE, "on-hold": Status.ACTIVE, "revoked": Status.CANCELLED,
        "completed": Status.DONE, "unknown": Status.ENDED,
    },
}  # fmt: skip
_UNSAID: Final = {
    Kind.VISIT: Status.DONE,
    Kind.APPOINTMENT: Status.PLANNED,
    Kind.CONDITION: Status.ACTIVE,
    Kind.MEDICATION: Status.ACTIVE,
    Kind.IMMUNIZATION: Status.DONE,
    Kind.PROCEDURE: Status.DONE,
    Kind.COVERAGE: Status.ACTIVE,
    Kind.PROGRAMME: Status.ACTIVE,
}
_SUSPECTED: Final = frozenset({"unconfirmed", "provisional", "differential"})
_REFUTED: Final = frozenset({"refuted", _WRONG})
_ONLY_PLANNED: Final = frozenset({"proposal", "plan", "option"})
_SETTINGS: Final = {
    "AMB": "ambulatory", "IMP": "inpatient", "ACUTE": "inpatient", "NONAC": "inpatient", "EMER": "emergency",
    "HH": "home", "FLD": "field", "VR": "virtual", "OBSENC": "observation", "PRENC": "pre-admission",
    "SS": "short stay",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What several events have in common: codes, what these are called, and the protected classes they tell of.

    One and the same object for the same concepts, as long as they are met often enough.
    """

    codes: tuple[CodedName, ...]
    names: tuple[tuple[CodedName, str], ...] = ()
    classes: frozenset[Sensitivity] = frozenset()


def says_nothing(event: Event) -> bool:
    """A message about something else that only mentions a visit: it would empty what an earlier one told of it."""
    return type(event) is Visit and not event.status and event.period is None


def is_suspected(event: Event) -> bool:
    """Whether a diagnosis is no more than suspected: it may come again as one, and may not."""
    return type(event) is Condition and event.verification in _SUSPECTED


class _Draft:
    """An entry while it is built: the same slots, not yet frozen; a frozen one is built at twice the price."""

    __slots__ = Entry.__slots__


def read_event(
    event: Event,
    *,
    about: Sequence[Reference | None],
    source: str,
    named: Mapping[tuple[str, str], str],
    zone: tzinfo,
    today: date,
) -> tuple[Entry, Meaning]:
    """Reads one event. `about`: as `who_and_where`; `named` gives their names by `number_of`, a missing one is empty.

    Days are those of `zone` where the source said an exact moment, else its own.
    """
    kind = KINDS[type(event)]
    concepts, day, until = _contents(event, zone)
    setting = event.setting.code if kind is Kind.VISIT and event.setting is not None else ""  # type: ignore[union-attr]
    meaning = _meaning(concepts, setting)
    clinician, place = about
    draft: Any = _Draft()
    draft.kind, draft.source, draft.source_id = kind, source, event.source_id
    draft.updated_at = event.updated_at
    draft.status = _status(event, kind, begins=day, today=today)
    draft.codes, draft.day, draft.until = meaning.codes, day, until
    draft.starts_at = _starts_at(event, zone) if kind is Kind.APPOINTMENT else None
    draft.provider = "" if clinician is None else _named(clinician, named)
    draft.place = "" if place is None else _named(place, named)
    draft.__class__ = Entry
    return cast("Entry", draft), meaning


def people_of(event: Event) -> tuple[Reference, ...]:
    return event.people if type(event) is Appointment else (event.person,)  # type: ignore[union-attr]


def number_of(reference: Reference) -> tuple[str, str]:
    """By what a clinician or place is found: the sort, and its id or number with who gave it."""
    if reference.value:
        return reference.resource_type, f"{reference.system}|{reference.value}"
    return reference.resource_type, reference.id


def _named(reference: Reference, named: Mapping[tuple[str, str], str]) -> str:
    return named.get(number_of(reference), "") or reference.display[:WORDS_CHARACTERS_MAX]


def _status(event: Event, kind: Kind, *, begins: date | None, today: date) -> Status:
    """A word nobody knows counts as unsaid; anything that takes a record back wins.

    An update of a visit, as HL7 sends it, says nothing of how far it is: what has yet to begin is planned.
    """
    if event.status == _WRONG:
        return Status.WRONG
    if kind is Kind.CONDITION and isinstance(event, Condition):
        if event.verification in _REFUTED:
            return Status.WRONG
        if event.has_abated:
            return Status.ENDED
    elif kind is Kind.MEDICATION and isinstance(event, Medication):
        if event.intent in _ONLY_PLANNED:
            return Status.PLANNED
    elif kind is Kind.VISIT and not event.status and begins is not None and begins > today:
        return Status.PLANNED
    return _STATUSES[kind].get(event.status, _UNSAID[kind])


def _contents(event: Event, zone: tzinfo) -> tuple[tuple[Concept, ...], date | None, date | None]:
    """What it is, from when, until when."""
    match event:
        case Visit():
            return event.types, _start(event.period, zone), _end(event.period, zone)
        case Appointment():
            return event.types, _day(event.start, zone), None
        case Condition():
            return (event.concept,), _day(event.onset or event.recorded, zone), _day(event.abatement, zone)
        case Medication():
            return (event.concept,), _day(event.authored, zone), None
        case Immunization():
            return (event.vaccine,), _day(event.occurred, zone), None
        case Procedure():
            return (event.concept,), _start(event.performed, zone), _end(event.performed, zone)
        case Coverage():
            return (event.type,), _start(event.period, zone), _end(event.period, zone)
        case CarePlan():
            return event.categories, _start(event.period, zone), _end(event.period, zone)
        case _:
            assert_never(event)


def who_and_where(event: Event) -> tuple[Reference | None, Reference | None]:
    """The clinician and the place that an entry names."""
    match event:
        case Visit():
            return _first(event.practitioners), _first(event.locations) or event.organization
        case Appointment():
            return _first(event.practitioners), _first(event.locations)
        case Medication():
            return event.requester, None
        case Coverage():
            return _first(event.payors), None
        case _:
            return None, None


def _first(found: tuple[Reference, ...]) -> Reference | None:
    return found[0] if found else None


def _starts_at(event: Event, zone: tzinfo) -> datetime | None:
    return event.start.instant(zone) if isinstance(event, Appointment) and event.start is not None else None


def _day(moment: Moment | None, zone: tzinfo) -> date | None:
    """The day at the practice for an exact moment: a system that writes in UTC has tomorrow's date in the evening."""
    if moment is None:
        return None
    return moment.day if moment.at is None else moment.at.astimezone(zone).date()


def _start(period: Period | None, zone: tzinfo) -> date | None:
    return None if period is None else _day(period.start, zone)


def _end(period: Period | None, zone: tzinfo) -> date | None:
    return None if period is None else _day(period.end, zone)


@lru_cache(maxsize=16_384)  # the same few thousand come over and over
def _meaning(concepts: tuple[Concept, ...], setting: str) -> Meaning:
    codes, names = _codes(concepts)
    words = _SETTINGS.get(setting)
    if words and len(codes) < CODES_MAX:
        codes = (*codes, (System.TEXT, words))
    called = dict(names)
    told = [sensitivities_of(*code, name=called.get(code, "")) for code in codes]
    classes = frozenset[Sensitivity]().union(*told) - {Sensitivity.HEALTH}
    return Meaning(codes=codes, names=names, classes=classes)


@lru_cache(maxsize=16_384)
def classes_of_words(words: str) -> frozenset[Sensitivity]:
    """Every protected class that a name tells of: a clinic for addictions tells as much by it as a diagnosis does."""
    return sensitivities_of(System.TEXT, words, name=words) - {Sensitivity.HEALTH}


def _codes(
    concepts: Iterable[Concept],
) -> tuple[tuple[CodedName, ...], tuple[tuple[CodedName, str], ...]]:
    """The codes of what it is, each once, and their names; the words alone where there is no code."""
    found: dict[CodedName, str] = {}
    words = ""
    for concept in concepts:
        known, said = _known_codes(concept)
        for code, name in known:
            found.setdefault(code, name)
        words = words or said
    if not found and words:
        found[System.TEXT, words] = ""
    codes = tuple(found)[:CODES_MAX]
    return codes, tuple((code, name) for code in codes if (name := found[code]))


@lru_cache(maxsize=8_192)  # the same few thousand come over and over; a concept is no person's
def _known_codes(concept: Concept) -> tuple[tuple[tuple[CodedName, str], ...], str]:
    """(codes of vocabularies that we know, each with its name; the words for want of one)."""
    known = []
    for each in concept.codes:
        system = system_of(each.system)
        if system is not None and system is not System.TEXT and each.code:
            # Never the text beside it: a name is kept for the practice, and the text may be about this person.
            known.append(((system, each.code.strip()), _short(each.display)))
    words = concept.text or next((each.display for each in concept.codes if each.display), "")
    return tuple(known), _short(words)


def _short(words: str) -> str:
    return " ".join(words.split())[:WORDS_CHARACTERS_MAX].strip()
