"""HL7 v2: admissions, updates and merges (ADT), appointments (SIU), to the same nouns as FHIR; and the answers.

Promise: every message gives exactly one outcome, no input raises; segments may stand in any order. An outcome other
than a message, and every answer, holds no value of a person.
Not here: the network (`mllp.py` frames), matching people. Not read: next of kin, insurance, notes, observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.kit.clinical import hl7_events, hl7_people
from bedside.kit.clinical.hl7_segments import split_message
from bedside.kit.clinical.outcomes import Doubt, Reason, Rejected, Unreadable
from bedside.kit.clinical.times import BadTime, hl7_moment, instant_of
from bedside.kit.clinical.values import Reference
from bedside.kit.clinical.withheld import is_withheld

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from bedside.kit.clinical.hl7_segments import Message, Segment
    from bedside.kit.clinical.nouns import Appointment, Condition, Person, Visit
    from bedside.kit.clinical.values import Identifier


class Event(StrEnum):
    """The events that are read (HL7 table 0003)."""

    ADMITTED = "A01"
    DISCHARGED = "A03"
    REGISTERED = "A04"
    PREADMITTED = "A05"
    UPDATED = "A08"
    PERSON_ADDED = "A28"
    PERSON_UPDATED = "A31"
    MERGED = "A40"
    BOOKED = "S12"
    RESCHEDULED = "S13"
    MODIFIED = "S14"
    CANCELLED = "S15"
    DISCONTINUED = "S16"
    DELETED = "S17"
    NO_SHOW = "S26"


_EVENTS: Final = {event.value: event for event in Event}
_SORTS: Final = {"A": "ADT", "S": "SIU"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two records are one person: the `prior` numbers (never empty) now mean `survivor`."""

    survivor: Person
    prior: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one message says. `people` is never empty and has more than one only in a group's appointment or a merge.

    `control_id` tells a message sent twice; `updated_at` (UTC) which of two is later: the time of the event's record
    (EVN-2), else of the message (MSH-7).
    """

    event: Event
    control_id: str
    updated_at: datetime | None
    people: tuple[Person, ...]
    visit: Visit | None = None
    appointment: Appointment | None = None
    conditions: tuple[Condition, ...] = ()
    merges: tuple[Merge, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def read_message(content: bytes, *, line: int, zone: tzinfo) -> Told | Rejected:
    """Read one message without its framing.

    `zone` is that of senders which name none. `line` only says where it stood. An event nobody asked for is rejected
    as `unknown_type`, for its sender waits for an answer.
    """
    sort = ""
    try:
        message = split_message(content)
        event = _event(message.head)
        sort = _SORTS[event.value[0]]
        return _told(message, event=event, zone=zone)
    except Unreadable as bad:
        return Rejected(line=line, resource_type=sort, reason=bad.reason, place=bad.place)


def _event(head: Segment) -> Event:
    """MSH-9: sort and event, and a sender's mistake if they do not go together."""
    kind = head.parts(9)
    event = _EVENTS.get(kind.text(2).upper())
    if event is None or kind.text(1).upper() != _SORTS[event.value[0]]:
        raise Unreadable(Reason.UNKNOWN_TYPE, place="MSH-9")
    return event


def _told(message: Message, *, event: Event, zone: tzinfo) -> Told:
    updated_at = _updated_at(message, zone=zone)
    persons = message.all("PID")
    if not persons:
        raise Unreadable(Reason.NO_PERSON, place="PID")
    if event is Event.MERGED:
        merges = _merges(message, persons=persons, updated_at=updated_at)
        return Told(
            event=event,
            control_id=message.head.text(10),
            updated_at=updated_at,
            people=tuple(each.survivor for each in merges),
            merges=merges,
            doubts=message.doubts,
        )
    if event.value.startswith("S"):
        return _appointment(message, event=event, persons=persons, updated_at=updated_at)
    return _admission(message, event=event, persons=persons, updated_at=updated_at)


def _updated_at(message: Message, *, zone: tzinfo) -> datetime | None:
    evn = message.first("EVN")
    for said in (evn.text(2) if evn is not None else "", message.head.text(7)):
        try:
            if said:
                return instant_of(hl7_moment(said), zone=zone)
        except BadTime:
            continue
    return None


def _person(message: Message, pid: Segment, *, updated_at: datetime | None) -> Person:
    """PD1 tells about the only person; with several its place would decide whose it is, so it is left out."""
    more = message.first("PD1") if len(message.all("PID")) == 1 else None
    return hl7_people.person(pid, more=more, updated_at=updated_at, doubts=[])


def _reference(person: Person) -> Reference:
    system = next((each.system for each in person.identifiers if each.value == person.source_id), "")
    return Reference(resource_type="Patient", system=system, value=person.source_id)


def _merges(message: Message, *, persons: list[Segment], updated_at: datetime | None) -> tuple[Merge, ...]:
    """The n-th MRG belongs to the n-th PID. Raises Unreadable if they do not pair: two people could become one."""
    merged = message.all("MRG")
    if len(merged) != len(persons):
        raise Unreadable(Reason.UNPAIRED_MERGE, place="MRG")
    found = []
    for pid, mrg in zip(persons, merged, strict=True):
        prior = tuple(
            number
            for each in mrg.repetitions(1)
            if (number := hl7_people.identifier(each)) is not None
            and not is_withheld(number.kind, system=number.system)
        )
        if not prior:
            raise Unreadable(Reason.NO_ID, place="MRG-1")
        found.append(Merge(survivor=_person(message, pid, updated_at=updated_at), prior=prior))
    return tuple(found)


def _appointment(
    message: Message, *, event: Event, persons: list[Segment], updated_at: datetime | None
) -> Told:
    people = tuple(_person(message, pid, updated_at=updated_at) for pid in persons)
    return Told(
        event=event,
        control_id=message.head.text(10),
        updated_at=updated_at,
        people=people,
        appointment=hl7_events.appointment(
            message,
            event=event.value,
            people=tuple(_reference(person) for person in people),
            updated_at=updated_at,
            doubts=[],
        ),
        doubts=message.doubts,
    )


def _admission(
    message: Message, *, event: Event, persons: list[Segment], updated_at: datetime | None
) -> Told:
    """Raises Unreadable for several people: whose the visit is could only be guessed from the order."""
    if len(persons) > 1:
        raise Unreadable(Reason.TOO_MANY, place="PID")
    person = _person(message, persons[0], updated_at=updated_at)
    whose = _reference(person)
    visit = hl7_events.visit(message, event=event.value, person=whose, updated_at=updated_at, doubts=[])
    return Told(
        event=event,
        control_id=message.head.text(10),
        updated_at=updated_at,
        people=(person,),
        visit=visit,
        conditions=hl7_events.conditions(
            message,
            person=whose,
            updated_at=updated_at,
            visit_number=visit.source_id if visit is not None else "",
        ),
        doubts=message.doubts,
    )
