"""The next appointment as a message may tell it: day, time and place, and nothing else of the chart (MIN-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.kit.terminology import Sensitivity, System, sensitivities_of
from bedside.records.charts.rules import Entry, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, time
    from zoneinfo import ZoneInfo

_STANDS = frozenset({Status.PLANNED, Status.ACTIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One visit ahead, in the practice's zone. `time` is None and `place` empty where not known. All of it is PHI."""

    day: date
    time: time | None = None
    place: str = ""

    def __repr__(self) -> str:
        return "Appointment()"  # never a value of the record


def next_appointment(
    entries: Iterable[Entry], *, recorded: date | None, today: date, zone: ZoneInfo
) -> Appointment | None:
    """The first visit ahead that stands; None without one.

    `recorded` is the day on the patient's record: where it lies ahead, only a visit of that very day is told of, since
    the time of one visit beside the day of another would send somebody on the wrong day.
    """
    ahead = sorted(
        (found for entry in entries if (found := _told(entry, zone=zone)) and found.day >= today), key=_order
    )
    if recorded is not None and recorded >= today:
        return next((one for one in ahead if one.day == recorded), Appointment(day=recorded))
    return ahead[0] if ahead else None


def _told(entry: Entry, *, zone: ZoneInfo) -> Appointment | None:
    if entry.kind is not Kind.APPOINTMENT or entry.status not in _STANDS:
        return None
    begins = entry.starts_at.astimezone(zone) if entry.starts_at else None
    day = begins.date() if begins else entry.day
    if day is None:
        return None
    # A place may say what somebody is treated for; then the practice's name stands there instead.
    telling = bool(entry.place) and sensitivities_of(System.TEXT, entry.place) != {Sensitivity.HEALTH}
    return Appointment(
        day=day,
        time=begins.time().replace(second=0, microsecond=0) if begins else None,
        place="" if telling else entry.place,
    )


def _order(one: Appointment) -> tuple[date, bool, str]:
    return one.day, one.time is None, one.time.isoformat() if one.time else ""
