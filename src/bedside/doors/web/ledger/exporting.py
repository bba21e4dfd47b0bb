"""The ledger as files: what was searched as CSV for reading, and the whole of it for `bedside-verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_POST

from bedside.doors.web.ledger.phrases import DEED_WORDS, kind_words_of
from bedside.doors.web.ledger.views import sees_ledger
from bedside.doors.web.ledger.wanted import Wanted, read_wanted
from bedside.doors.web.ledger.words import lines
from bedside.ground import clock
from bedside.records.intake.rules.exporting import write_csv
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.entries import LEDGER_EXPORTED
from bedside.safeguards.audit.queries import PAGE_ENTRIES_MAX, entries
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from bedside.doors.web.ledger.words import Line
    from bedside.ground.scope import Scope

COLUMNS = (
    "number", "at", "who", "sort", "kind", "what", "on_whom_or_what", "patients", "about", "purpose", "outcome", "from",
    "leaf_hash",
)  # fmt: skip


@require_POST
@sees_ledger
def export(request: HttpRequest, scope: Scope) -> HttpResponseBase:
    """The filtered ledger as CSV, names of staff in it but none of patients; the export becomes an entry first."""
    wanted = read_wanted(request.POST)
    record(
        scope,
        LEDGER_EXPORTED,
        at=clock.now(),
        subject=wanted.person or "",
        wanted_kind=wanted.kind or "+".join(sorted(wanted.deeds)) or "all",
        about="patient" if wanted.person else wanted.about or "all",
        form="csv",
    )
    response = StreamingHttpResponse(
        _csv(scope, wanted, profile(scope).zone), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return response


def _csv(scope: Scope, wanted: Wanted, zone: ZoneInfo) -> Iterator[bytes]:
    return write_csv(COLUMNS, _rows(scope, wanted, zone))


def _rows(scope: Scope, wanted: Wanted, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """Runs after the page's transaction, so each part opens the practice anew."""
    query = wanted.as_query(zone=zone)
    while found := entries(scope, **query, limit=PAGE_ENTRIES_MAX):
        for line in lines(scope, found, person=wanted.person, names_patients=False):
            yield _cells(line, zone)
        query["before_id"] = found[-1].id


def _cells(line: Line, zone: ZoneInfo) -> tuple[str, ...]:
    entry = line.entry
    return (
        str(entry.id), entry.at.astimezone(zone).isoformat(), line.who, DEED_WORDS[entry.deed],
        kind_words_of(entry.kind), line.sentence, _thing(entry.subject, line.thing), str(line.people or ""),
        _thing(entry.about, line.about), entry.purpose, entry.outcome, entry.origin, entry.leaf_hash,
    )  # fmt: skip


def _thing(identifier: str, thing: object) -> str:
    """A name where there is one, and always the id: whoever works with the file joins by it."""
    name = getattr(thing, "name", "")
    return f"{name} {identifier}".strip()
