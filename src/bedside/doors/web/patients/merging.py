"""Making two records of one person one: found by number or address, compared side by side, then asked once more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.records.intake.joining import join_people
from bedside.records.patients import actions, queries
from bedside.records.patients.merging import joined
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

FOUND_MAX = 10


@staff_page(Right.EDIT_PATIENTS)
def merge(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """Asks which other record is the same person's, shows both, and joins that one to this."""
    patient = queries.get(scope, patient_id)
    actions.note_seen(scope, patient_id, page="merge", at=clock.now())
    if request.method != "POST":
        return _page(request, patient)
    if request.POST.get("do") == "merge":
        result = join_people(scope, from_patient=_other(request.POST), to_patient=patient_id, at=clock.now())
        sentence = (
            "The two records are one now. The stricter permissions of both hold."
            if result.new
            else "These two records were one already."
        )
        return done(request, sentence, "patient", result.survivor_id)
    return _find(request, scope, patient)


def _find(request: HttpRequest, scope: Scope, patient: Patient) -> HttpResponse:
    wanted = request.POST.get("number", "").replace("\x00", "").strip()[:254]
    ids = [*queries.ids_by_mrn(scope, [wanted]).values(), *queries.ids_by_address(scope, wanted)]
    others = [one for one in dict.fromkeys(ids) if one != patient.id][:FOUND_MAX]
    actions.note_listed(scope, others, searched=True, at=clock.now())
    found = [(other, joined(patient, other)) for other in queries.by_ids(scope, others)]
    problem = (
        ""
        if found
        else "No other record has this number or address. Look it up in the list of patients, then try again."
    )
    return _page(request, patient, found=found, wanted=wanted, problem=problem)


def _page(
    request: HttpRequest,
    patient: Patient,
    *,
    found: list[tuple[Patient, Patient]] | None = None,
    wanted: str = "",
    problem: str = "",
) -> HttpResponse:
    context = {"patient": patient, "found": found or [], "wanted": wanted, "problem": problem}
    return render(request, "web/patients/merge.html", context, status=422 if problem else 200)


def _other(posted: Mapping[str, str]) -> UUID:
    try:
        return UUID(posted.get("other", ""))
    except ValueError:
        raise NotFound from None
