"""A chart for reading: in sections by kind, newest first, with what codes are called. Pure.

What is specially protected (42 CFR Part 2, state law) is counted and left out unless it may be shown; of a person with
substance use records, that is all of it, since any visit may have been to that programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.kit.terminology import SYSTEM_LABELS, System, name_of
from bedside.records.charts.rules import Kind, Status, sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from bedside.records.charts.rules import Entry

    Names = Mapping[tuple[System, str], str]

TITLES: Final = {
    Kind.APPOINTMENT: "Appointments",
    Kind.VISIT: "Visits",
    Kind.CONDITION: "Conditions",
    Kind.MEDICATION: "Medications",
    Kind.IMMUNIZATION: "Immunizations",
    Kind.PROCEDURE: "Procedures",
    Kind.PROGRAMME: "Programmes",
    Kind.COVERAGE: "Coverage",
}
_STATES: Final = {
    Status.PLANNED: "Planned",
    Status.ACTIVE: "Active",
    Status.DONE: "Done",
    Status.ENDED: "Ended",
    Status.CANCELLED: "Cancelled",
}
_NAMELESS: Final = {
    Kind.APPOINTMENT: "Appointment",
    Kind.VISIT: "Visit",
    Kind.COVERAGE: "Coverage",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLine:
    """One entry as it is shown. `code`: with its vocabulary, or empty; `where`: provider and place."""

    name: str
    code: str
    state: str
    day: date | None
    until: date | None
    starts_at: datetime | None
    where: str
    is_special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSection:
    """The entries of one kind. `masked` are there and not shown, `more` are older than those shown."""

    kind: Kind
    title: str
    lines: tuple[ChartLine, ...]
    masked: int = 0
    more: int = 0


def sections_of(
    entries: Iterable[Entry], *, names: Names, special: bool, is_part2: bool, lines_max: int
) -> list[ChartSection]:
    """Kinds of which there is anything, in the order of TITLES; `special` says whether the protected is shown."""
    by_kind: dict[Kind, list[Entry]] = {kind: [] for kind in TITLES}
    for entry in entries:
        if entry.status is not Status.WRONG:
            by_kind[entry.kind].append(entry)
    return [
        _section(kind, found, names=names, special=special, is_part2=is_part2, lines_max=lines_max)
        for kind, found in by_kind.items()
        if found
    ]


def _section(
    kind: Kind, entries: list[Entry], *, names: Names, special: bool, is_part2: bool, lines_max: int
) -> ChartSection:
    protected = [is_part2 or sensitivity(entry, names).is_special for entry in entries]
    seen = [(entry, one) for entry, one in zip(entries, protected, strict=True) if special or not one]
    seen.sort(key=lambda pair: _moment(pair[0]), reverse=True)
    return ChartSection(
        kind=kind,
        title=TITLES[kind],
        lines=tuple(_line(entry, names, is_special=one) for entry, one in seen[:lines_max]),
        masked=len(entries) - len(seen),
        more=max(0, len(seen) - lines_max),
    )


def _moment(entry: Entry) -> tuple[str, str]:
    """Undated entries come last."""
    day = entry.day.isoformat() if entry.day else ""
    if entry.starts_at is None:
        return day, ""
    return day or entry.starts_at.date().isoformat(), entry.starts_at.isoformat()


def _line(entry: Entry, names: Names, *, is_special: bool) -> ChartLine:
    name, code = _called(entry, names)
    return ChartLine(
        name=name,
        code=code,
        state=_STATES[entry.status],
        day=entry.day,
        until=entry.until,
        starts_at=entry.starts_at,
        where=", ".join(filter(None, (entry.provider, entry.place))),
        is_special=is_special,
    )


def _called(entry: Entry, names: Names) -> tuple[str, str]:
    """The best name among the codes, and the first code that is one."""
    code = next(
        (f"{SYSTEM_LABELS[system]} {code}" for system, code in entry.codes if system is not System.TEXT), ""
    )
    for one in entry.codes:
        name = names.get(one) or (one[1] if one[0] is System.TEXT else name_of(*one))
        if name:
            return name, code
    return code or _NAMELESS.get(entry.kind, "Without a name"), code
