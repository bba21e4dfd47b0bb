"""What happened to somebody, as an entry of their chart: whose it is, its codes, its days, who and where.

Only codes of vocabularies that we know, and short words where there is no code. Reasons of a visit, notes and
amounts are no part of it. What is not sure is not taken: a diagnosis that is only suspected is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

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
from bedside.kit.terminology import System, system_of
from bedside.records.charts.rules import CODES_MAX, Entry, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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
class Read:
    """One event as an entry; `people` are whom it is about, `names` what its codes are called."""

    entry: Entry
    people: tuple[Reference, ...]
    names: tuple[tuple[CodedName, str], ...] = ()


def says_nothing(event: Event) -> bool:
    """A message about something else that only mentions a visit: it would empty what an earlier one told of it."""
    return isinstance(event, Visit) and not event.status and event.period is None


def is_suspected(event: Event) -> bool:
    """Whether a diagnosis is no more than suspected: it may come again as one, and may not."""
    return isinstance(event, Condition) and event.verification in _SUSPECTED


def read_event(
    event: Event, *, source: str, named: Mapping[tuple[str, str], str], zone: tzinfo, today: date
) -> Read:
    """Reads one event. `named` gives clinicians and places by `number_of`; a missing one stays empty.

    Days are those of `zone` where the source said an exact moment, else its own.
    """
    kind = KINDS[type(event)]
    concepts, day, until = _contents(event, zone)
    codes, names = _codes(concepts)
    if isinstance(event, Visit) and event.setting is not None and len(codes) < CODES_MAX:
        setting = _SETTINGS.get(event.setting.code)
        codes = (*codes, (System.TEXT, setting)) if setting else codes
    clinician, place = _who_and_where(event)
    entry = Entry(
        kind=kind,
        source=source,
        source_id=event.source_id,
        updated_at=event.updated_at,
        status=_status(event, kind, begins=day, today=today),
        codes=codes,
        day=day,
        until=until,
        starts_at=_starts_at(event, zone),
        provider=_named(clinician, named),
        place=_named(place, named),
    )
    return Read(entry=entry, people=people_of(event), names=names)


def people_of(event: Event) -> tuple[Reference, ...]:
    return event.people if isinstance(event, Appointment) else (event.person,)


def mentioned(event: Event) -> tuple[Reference, ...]:
    """The clinician and the place that an entry would name."""
    return tuple(each for each in _who_and_where(event) if each is not None)


def number_of(reference: Reference) -> tuple[str, str]:
    """By what a clinician or place is found: the sort, and its id or number with who gave it."""
    if reference.value:
        return reference.resource_type, f"{reference.system}|{reference.value}"
    return reference.resource_type, reference.id


def _named(reference: Reference | None, named: Mapping[tuple[str, str], str]) -> str:
    if reference is None:
        return ""
    return named.get(number_of(reference), "") or reference.display[:WORDS_CHARACTERS_MAX]


def _status(event: Event, kind: Kind, *, begins: date | None, today: date) -> Status:
    """A word nobody knows counts as unsaid; anything that takes a record back wins.

    An update of a visit, as HL7 sends it, says nothing of how far it is: what has yet to begin is planned.
    """
    if event.status == _WRONG or (isinstance(event, Condition) and event.verification in _REFUTED):
        return Status.WRONG
    if isinstance(event, Condition) and event.has_abated:
        return Status.ENDED
    if isinstance(event, Medication) and event.intent in _ONLY_PLANNED:
        return Status.PLANNED
    if kind is Kind.VISIT and not event.status and begins is not None and begins > today:
        return Status.PLANNED
    return _STATUSES[kind].get(event.status, _UNSAID[kind])


def _contents(event: Event, zone: tzinfo) -> tuple[Iterable[Concept], date | None, date | None]:
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


def _who_and_where(event: Event) -> tuple[Reference | None, Reference | None]:
    if isinstance(event, Visit | Appointment):
        place = _first(event.locations)
        if place is None and isinstance(event, Visit):
            place = event.organization
        return _first(event.practitioners), place
    if isinstance(event, Medication):
        return event.requester, None
    return (_first(event.payors), None) if isinstance(event, Coverage) else (None, None)


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
