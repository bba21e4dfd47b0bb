"""Values for places: what a record holds, formatted for people, or the words instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.fields import FIELDS

if TYPE_CHECKING:
    from datetime import date, time

    from bedside.decisions.composer.rules.appointments import Appointment
    from bedside.decisions.composer.rules.fields import Source
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.practices.rules import Profile

VALUE_LENGTH_MAX = 400
_NOON = 12
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


_NAMED_BY_PRACTICE = frozenset({"provider", "appointment_place"})
YES = "yes"


def value_for(
    source: Source, patient: Patient, practice: Profile, *, today: date, appointment: Appointment | None
) -> str:
    """The value, or the author's words instead, or the field's own. Empty only where the gap may close.

    For a place that asks: YES or nothing.
    """
    known = known_value(source.field, patient, today=today, appointment=appointment)
    if source.asks:
        return YES if known else ""
    if known:
        return known
    if source.fallback:
        return source.fallback
    return practice.name if source.field in _NAMED_BY_PRACTICE else FIELDS[source.field].fallback


def known_value(field: str, patient: Patient, *, today: date, appointment: Appointment | None = None) -> str:
    """What the record holds for a field of a person; empty for nothing. Raises KeyError for no such field."""
    match field:
        case "first_name" | "last_name" | "full_name" | "provider":
            return _line(getattr(patient, field))
        case "next_appointment":
            day = appointment.day if appointment else patient.next_appointment
            return day_for_people(day) if day and day >= today else ""
        case "appointment_time":
            return time_for_people(appointment.time) if appointment and appointment.time else ""
        case "appointment_place":
            return _line(appointment.place) if appointment else ""
        case "last_visit":
            return day_for_people(patient.last_visit) if patient.last_visit else ""
        case "conditions" | "medications":
            return listed(getattr(patient, field))
        case _:
            raise KeyError(field)


def time_for_people(moment: time) -> str:
    """`2:30 PM`, `noon`, as people say it."""
    if (moment.hour, moment.minute) == (_NOON, 0):
        return "noon"
    return f"{moment.hour % _NOON or _NOON}:{moment.minute:02d} {'PM' if moment.hour >= _NOON else 'AM'}"


def day_for_people(day: date) -> str:
    """`Friday, December 4, 2026`, whatever the machine's own language is."""
    return f"{_DAYS[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}, {day.year}"


def listed(words: tuple[str, ...]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    shown = [_line(word) for word in words if word.strip()]
    if len(shown) < 2:  # noqa: PLR2004
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"[:VALUE_LENGTH_MAX]


def _line(text: str) -> str:
    """One line: a name with a line break in it would break the greeting."""
    return " ".join(text.split())[:VALUE_LENGTH_MAX]
