"""PV1, DG1 and SCH with AIS, AIP, AIL: what a message says that happens to a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bedside.kit.clinical.hl7_people import clinicians, moment
from bedside.kit.clinical.nouns import Appointment, Condition, Visit
from bedside.kit.clinical.outcomes import Doubt, Reason, Unreadable
from bedside.kit.clinical.times import BadTime, hl7_moment
from bedside.kit.clinical.values import Code, Concept, Moment, Period, Precision, Reference

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.kit.clinical.hl7_segments import Message, Parts, Segment

_SETTINGS: Final = {"O": "AMB", "I": "IMP", "E": "EMER", "P": "PRENC", "R": "AMB", "B": "IMP"}
_STATUS_OF_VISIT: Final = {
    "A01": "in-progress",
    "A03": "finished",
    "A04": "in-progress",
    "A05": "planned",
}
_STATUS_OF_APPOINTMENT: Final = {
    "S12": "booked",
    "S13": "booked",
    "S14": "booked",
    "S15": "cancelled",
    "S16": "cancelled",
    "S17": "entered-in-error",
    "S26": "noshow",
}
_FILLER_STATUS: Final = {
    "PENDING": "pending",
    "WAITLIST": "waitlist",
    "CANCELLED": "cancelled",
    "DC": "cancelled",
    "DELETED": "entered-in-error",
    "BLOCKED": "cancelled",
    "COMPLETE": "fulfilled",
    "NOSHOW": "noshow",
}
"""HL7 table 0278. It is heeded where the event says booked: senders also tell of a cancellation by S14."""

_SECONDS_OF: Final = {"S": 1, "SEC": 1, "M": 60, "MIN": 60, "": 60, "H": 3600, "HR": 3600}
_DURATION_S_MAX: Final = 366 * 24 * 3600


def visit(
    message: Message, *, event: str, person: Reference, updated_at: datetime | None, doubts: list[Doubt]
) -> Visit | None:
    """PV1; None without one, or without a visit number, for nothing later could be recognised as the same."""
    pv1 = message.first("PV1")
    number = pv1.text(19) if pv1 is not None else ""
    if pv1 is None or not number:
        return None
    begins, ends = moment(pv1, 44, doubts=doubts), moment(pv1, 45, doubts=doubts)
    setting = pv1.text(2).upper()
    return Visit(
        source_id=number,
        person=person,
        updated_at=updated_at,
        status="finished" if ends is not None else _STATUS_OF_VISIT.get(event, ""),
        setting=Code(system="v3-ActCode", code=_SETTINGS[setting]) if setting in _SETTINGS else None,
        reasons=_concepts(message.first("PV2"), field=3),
        period=Period(start=begins, end=ends) if begins or ends else None,
        practitioners=clinicians([*pv1.repetitions(7), *pv1.repetitions(9)]),
        locations=_location(pv1.parts(3)),
        doubts=tuple(doubts),
    )


def conditions(
    message: Message, *, person: Reference, updated_at: datetime | None, visit_number: str
) -> tuple[Condition, ...]:
    """DG1, one diagnosis each. They have no number of their own: it is made of the visit's and their code."""
    found = []
    for segment in message.all("DG1"):
        doubts: list[Doubt] = []
        concept = _concept(segment.parts(3))
        words = segment.text(4)
        if concept is None and not words:
            continue
        concept = concept or Concept(text=words)
        code = concept.codes[0].code if concept.codes else segment.text(1)
        found.append(
            Condition(
                source_id=f"{visit_number or person.value}/{code}",
                person=person,
                updated_at=updated_at,
                status="active",
                verification="provisional" if segment.text(6).upper() in {"A", "W"} else "confirmed",
                concept=concept,
                recorded=moment(segment, 5, doubts=doubts),
                doubts=tuple(doubts),
            )
        )
    return tuple(found)


def appointment(
    message: Message,
    *,
    event: str,
    people: tuple[Reference, ...],
    updated_at: datetime | None,
    doubts: list[Doubt],
) -> Appointment:
    """SCH and its resources. Raises Unreadable without one, or without a number."""
    sch = message.first("SCH")
    if sch is None:
        raise Unreadable(Reason.WRONG_SHAPE, place="SCH")
    number = sch.text(2) or sch.text(1)
    if not number:
        raise Unreadable(Reason.NO_ID, place="SCH-2")
    start, end = _times(message, sch=sch, doubts=doubts)
    return Appointment(
        source_id=number,
        people=people,
        updated_at=updated_at,
        status=_status(sch, event=event),
        types=_concepts(sch, field=8),
        reasons=_concepts(sch, field=7),
        start=start,
        end=end,
        practitioners=clinicians(each for segment in message.all("AIP") for each in segment.repetitions(3)),
        locations=tuple(each for segment in message.all("AIL") for each in _location(segment.parts(3))),
        doubts=tuple(doubts),
    )


def _status(sch: Segment, *, event: str) -> str:
    status = _STATUS_OF_APPOINTMENT[event]
    return _FILLER_STATUS.get(sch.text(25).upper(), status) if status == "booked" else status


def _times(message: Message, *, sch: Segment, doubts: list[Doubt]) -> tuple[Moment | None, Moment | None]:
    """From SCH-11 (start and end), else from the services of AIS (start and how long)."""
    said = sch.parts(11)
    start, end = (
        _time(said.text(4), place="SCH-11", doubts=doubts),
        _time(said.text(5), place="SCH-11", doubts=doubts),
    )
    length, unit = sch.text(9), sch.text(10)
    services = message.all("AIS")
    if start is None and services:
        start = moment(services[0], 4, doubts=doubts)
        length, unit = services[0].text(7) or length, services[0].text(8) or unit
    if start is not None and end is None:
        end = _after(start, length=length, unit=unit)
    return start, end


def _time(said: str, *, place: str, doubts: list[Doubt]) -> Moment | None:
    try:
        return hl7_moment(said) if said else None
    except BadTime as bad:
        doubts.append(Doubt(place=place, reason=bad.reason))
        return None


def _after(start: Moment, *, length: str, unit: str) -> Moment | None:
    """By the wall clock of the sender; None if no length can be read, or it ends on another day."""
    seconds_each = _SECONDS_OF.get(unit.upper())
    if start.clock is None or seconds_each is None or not (length.isascii() and length.isdecimal()):
        return None
    seconds = min(int(length[:9]) * seconds_each, _DURATION_S_MAX)
    began_s = start.clock.hour * 3600 + start.clock.minute * 60 + start.clock.second
    if began_s + seconds >= 24 * 3600:
        return None
    minutes, second = divmod(began_s + seconds, 60)
    clock = start.clock.replace(hour=minutes // 60, minute=minutes % 60, second=second)
    at = None if start.at is None else start.at + timedelta(seconds=seconds)
    return Moment(day=start.day, precision=Precision.TIME, clock=clock, at=at)


def _location(said: Parts) -> tuple[Reference, ...]:
    """PL: the point of care within its facility."""
    value = said.text(1) or said.text(4)
    if not value:
        return ()
    return (Reference(resource_type="Location", system=said.text(4), value=value, display=said.text(9)),)


def _concepts(segment: Segment | None, *, field: int) -> tuple[Concept, ...]:
    found = _concept(segment.parts(field)) if segment is not None else None
    return (found,) if found is not None else ()


def _concept(said: Parts) -> Concept | None:
    """CWE: code, words and system, and the same in another system."""
    codes = [
        Code(system=said.text(at + 2), code=code, display=said.text(at + 1))
        for at in (1, 4)
        if (code := said.text(at))
    ]
    words = said.text(9) or said.text(2)
    return Concept(codes=tuple(codes), text=words) if codes or words else None
