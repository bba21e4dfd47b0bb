"""The patients of a list as a file: asked for first, recorded before the first byte, streamed in batches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from bedside.decisions.segments import queries as segments
from bedside.doors.web.pages import staff_page
from bedside.doors.web.patients.listing import read_wanted, search
from bedside.doors.web.patients.views import today
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.ground.scope import Purpose
from bedside.records.consent.sharing import file_word, without_opted_out
from bedside.records.intake.rules.exporting import write_csv
from bedside.records.patients import actions
from bedside.records.patients.exporting import header, rows
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from bedside.doors.web.patients.listing import Wanted
    from bedside.ground.scope import Scope

ONLY_FOR_COMPLIANCE = "People who opted out of mail may be in the file only for an audit or an inquiry."
ALL_OF_THEM = 100_000_000
PURPOSES = [
    (Purpose.OPERATIONS, "Running the practice, such as mending records"),
    (Purpose.TREATMENT, "Treatment"),
    (Purpose.PAYMENT, "Payment"),
    (Purpose.PATIENT_REQUEST, "A patient asked for it"),
    (Purpose.COMPLIANCE, "An audit or an inquiry"),
]


@staff_page(Right.EXPORT_PATIENTS)
def export(request: HttpRequest, scope: Scope) -> HttpResponseBase:
    """Says what would be exported and asks what for; with an answer, gives the file."""
    if request.method != "POST":
        return redirect("patients")
    wanted = replace(read_wanted(request.POST), page=1)
    if request.POST.get("do") != "export":
        return _question(request, scope, wanted)
    purpose = request.POST.get("purpose", "")
    if purpose not in {choice for choice, _ in PURPOSES}:
        return _question(request, scope, wanted, problem="Say what the file is for.")
    everybody = request.POST.get("suppressed") == "yes"
    if everybody and purpose != Purpose.COMPLIANCE:
        return _question(request, scope, wanted, problem=ONLY_FOR_COMPLIANCE)
    return _file(replace(scope, purpose=Purpose(purpose)), wanted, everybody=everybody)


def _question(request: HttpRequest, scope: Scope, wanted: Wanted, *, problem: str = "") -> HttpResponse:
    found = search(scope, wanted, offset=0, limit=0, today=today(), at=clock.now())
    context = {
        "wanted": wanted,
        "total": found.total,
        "total_text": f"{found.total:,}",
        "segment_name": _segment_name(scope, wanted),
        "columns": header(scope),
        "purposes": PURPOSES,
        "problem": problem,
    }
    return render(request, "web/patients/export.html", context, status=422 if problem else 200)


def _file(scope: Scope, wanted: Wanted, *, everybody: bool) -> StreamingHttpResponse:
    """The page's transaction, with the ledger entry, is committed before the first piece is asked for.

    Whoever opted out of mail is in no file that could become a mailing list (CSP-09), but for `everybody`.
    """
    at = clock.now()
    found = search(scope, wanted, offset=0, limit=ALL_OF_THEM, today=today(), at=at)
    ids = found.ids if everybody else without_opted_out(scope, found.ids)
    actions.note_exported(scope, ids, at=at)
    pieces = write_csv(header(scope), rows(scope, ids))
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="patients-{today():%Y-%m-%d}-{file_word(everybody=everybody)}.csv"'
    )
    return response


def _segment_name(scope: Scope, wanted: Wanted) -> str:
    if wanted.segment_id is None:
        return ""
    try:
        return segments.segment(scope, wanted.segment_id).name
    except NotFound:
        return ""
