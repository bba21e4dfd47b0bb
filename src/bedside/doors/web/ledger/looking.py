"""Who looked at one patient: by day and person, for the patient who asks and for the officer who wonders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import render
from django.utils import timezone

from bedside.doors.web.ledger.noting import note_names
from bedside.doors.web.ledger.things import Sort, Things
from bedside.doors.web.ledger.views import sees_ledger
from bedside.doors.web.ledger.wanted import Wanted, read_wanted
from bedside.doors.web.ledger.words import lines
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.records.patients.queries import by_ids
from bedside.safeguards.audit.queries import PAGE_ENTRIES_MAX, entries
from bedside.safeguards.audit.rules import LOOKING, Deed
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.doors.web.ledger.words import Line
    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.audit.queries import LedgerEntry

LOOKED: Final = LOOKING | {Deed.SEND}
# A sheet for printing holds so many acts; whoever needs more chooses fewer days, or takes the CSV.
SHEET_ENTRIES_MAX: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """What one person did to the record on one day, newest first."""

    who: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    lookers: tuple[Looker, ...]


@sees_ledger
def who_looked(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """The time line of reads, searches, previews, exports and mails about one patient."""
    wanted, problem = _read(request, patient_id)
    sheet = request.GET.get("sheet") == "yes"
    things = Things(scope)
    things.add_patients([patient_id])
    found = _entries(scope, wanted, limit=SHEET_ENTRIES_MAX if sheet else PAGE_ENTRIES_MAX)
    patient = _patient(scope, patient_id)
    if patient is None and not found and not _entries(scope, _everything(patient_id), limit=1):
        raise NotFound("There is no such patient.")
    told = lines(scope, found, things=things, person=patient_id)
    is_cut = len(found) >= (SHEET_ENTRIES_MAX if sheet else PAGE_ENTRIES_MAX)
    context = {
        "thing": things.get(str(patient_id), Sort.PATIENT),
        "patient": patient,
        "wanted": wanted,
        "typed": request.GET,
        "problem": problem,
        "days": days(told),
        "acts": len(told),
        "people": len({line.who for line in told}),
        "sheet": sheet,
        "is_cut": is_cut,
        "older": wanted.as_address(before_id=found[-1].id) if is_cut and not sheet else "",
        "made_at": timezone.localtime(clock.now()),
    }
    note_names(scope, things.named_patients, page="ledger_patient", at=clock.now())
    return render(request, "web/ledger/looked.html", context, status=422 if problem else 200)


def days(told: Sequence[Line]) -> list[Day]:
    """Lines by day of the practice, the newest first, and within a day by who it was.

    Entries are in the order in which they were written, which need not be that of their times.
    """
    newest_first = sorted(told, key=lambda line: line.entry.at, reverse=True)
    return [
        Day(day=day, lookers=_lookers(list(part)))
        for day, part in groupby(newest_first, key=lambda line: timezone.localdate(line.entry.at))
    ]


def _lookers(part: Sequence[Line]) -> tuple[Looker, ...]:
    by_who: dict[str, list[Line]] = {}
    for line in part:
        by_who.setdefault(line.who, []).append(line)
    return tuple(Looker(who=who, lines=tuple(acts)) for who, acts in by_who.items())


def _read(request: HttpRequest, patient_id: UUID) -> tuple[Wanted, str]:
    try:
        typed = read_wanted(request.GET)
    except Refusal as error:
        return _everything(patient_id), error.sentence
    wanted = replace(
        _everything(patient_id),
        first_day=typed.first_day,
        last_day=typed.last_day,
        before_id=typed.before_id,
    )
    return wanted, ""


def _everything(patient_id: UUID) -> Wanted:
    return Wanted(person=patient_id, deeds=frozenset(LOOKED))


def _entries(scope: Scope, wanted: Wanted, *, limit: int) -> list[LedgerEntry]:
    query: dict[str, Any] = wanted.as_query(zone=profile(scope).zone)
    found: list[LedgerEntry] = []
    while len(found) < limit:
        part = entries(scope, **query, limit=min(PAGE_ENTRIES_MAX, limit - len(found)))
        if not part:
            break
        found += part
        query["before_id"] = part[-1].id
    return found


def _patient(scope: Scope, patient_id: UUID) -> Patient | None:
    """The record for the head of a sheet, for who may see it; None for somebody erased."""
    if not scope.may(Right.SEE_PATIENTS):
        return None
    return next(iter(by_ids(scope, [patient_id])), None)
