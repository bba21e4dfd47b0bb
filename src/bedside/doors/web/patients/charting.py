"""A patient's chart as a piece of their page; each look is in the ledger with how much was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.records.charts.actions import note_chart_seen
from bedside.records.charts.queries import chart, names
from bedside.records.charts.showing import sections_of
from bedside.records.patients import protecting, queries
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

LINES_SHOWN, LINES_SHOWN_MAX = 8, 500


@staff_page(Right.SEE_PATIENTS)
@require_GET
def patient_chart(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """The newest entries of each kind, or with `all` as many as a page can hold."""
    patient = queries.get(scope, patient_id)
    special = scope.may(Right.SEE_SPECIAL)
    sections = sections_of(
        chart(scope, patient_id),
        names=names(scope),
        special=special,
        is_part2=patient.part2,
        lines_max=LINES_SHOWN_MAX if "all" in request.GET else LINES_SHOWN,
    )
    lines = [line for section in sections for line in section.lines]
    note_chart_seen(
        scope,
        patient_id,
        shown=len(lines),
        masked=sum(section.masked for section in sections),
        special=any(line.is_special for line in lines),
        page="chart",
        at=clock.now(),
    )
    context = {"patient": patient, "sections": sections, "has_more": any(one.more for one in sections)}
    return render(request, "web/patients/chart.html", context)


def hidden_fields(scope: Scope, patient: Patient) -> frozenset[str]:
    """Fields of the record that the actor is neither shown nor may type over: they hold what is specially protected."""
    return protecting.hidden_fields(patient, special=scope.may(Right.SEE_SPECIAL))
