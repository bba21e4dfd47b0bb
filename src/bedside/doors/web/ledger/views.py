"""The ledger for reading: who did what, when, for which purpose."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from bedside.doors.web.ledger.wanted import Wanted, read_wanted
from bedside.doors.web.ledger.words import kind_groups, lines
from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.entries import LEDGER_EXPORTED
from bedside.safeguards.audit.queries import PAGE_ENTRIES_MAX, entries
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import members
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from bedside.doors.web.ledger.words import Line
    from bedside.ground.scope import Scope

PAGE_LINES = 50
COLUMNS = ("number", "at", "who", "kind", "what", "about", "purpose", "from", "leaf_hash")
sees_ledger = staff_page(Right.SEE_LEDGER, purpose=Purpose.COMPLIANCE)


@sees_ledger
def ledger(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A page of entries, newest first, filtered."""
    problem = ""
    try:
        wanted = read_wanted(request.GET)
    except Refusal as error:
        wanted, problem = Wanted(), error.sentence
    found: list[Any] = []
    if not problem:
        found = entries(scope, **wanted.as_query(zone=profile(scope).zone), limit=PAGE_LINES + 1)
    shown = found[:PAGE_LINES]
    older = wanted.as_address(before_id=shown[-1].id) if len(found) > PAGE_LINES else ""
    context = {
        "lines": lines(scope, shown),
        "wanted": wanted,
        "problem": problem,
        "typed": request.GET,
        "kinds": kind_groups(),
        "members": members(scope),
        "older": older,
        "newest": wanted.as_address(before_id=None) if wanted.before_id else None,
        "export": wanted.as_address(before_id=None),
    }
    return render(request, "web/ledger/ledger.html", context, status=422 if problem else 200)


@require_POST
@sees_ledger
def export(request: HttpRequest, scope: Scope) -> StreamingHttpResponse:
    """The filtered ledger as CSV; the export itself becomes an entry first."""
    wanted = read_wanted(request.POST)
    record(
        scope, LEDGER_EXPORTED, at=clock.now(), wanted_kind=wanted.kind or "all", about=wanted.about or "all"
    )
    response = StreamingHttpResponse(
        _csv(scope, wanted, profile(scope).zone), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return response


def _csv(scope: Scope, wanted: Wanted, zone: ZoneInfo) -> Iterator[str]:
    """Runs after the page's transaction, so each part opens the practice anew."""
    yield _text([COLUMNS])
    query = wanted.as_query(zone=zone)
    while found := entries(scope, **query, limit=PAGE_ENTRIES_MAX):
        yield _text([_cells(line) for line in lines(scope, found)])
        query["before_id"] = found[-1].id


def _cells(line: Line) -> tuple[str, ...]:
    entry = line.entry
    return (
        str(entry.id), entry.at.isoformat(), line.who, entry.kind, entry.sentence, line.about,
        entry.purpose, entry.origin, entry.leaf_hash,
    )  # fmt: skip


def _text(rows: list[tuple[str, ...]]) -> str:
    """A spreadsheet runs a cell that begins with a sign of a formula; a leading quote keeps it text."""
    out = io.StringIO()
    csv.writer(out).writerows(
        [f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell for cell in row] for row in rows
    )
    return out.getvalue()
