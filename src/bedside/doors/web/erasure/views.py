"""Erasing one person: what goes and what stays, a typed confirmation, and the certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.doors.web.erasure.words import goes, stays
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Purpose
from bedside.oversight.retention import actions
from bedside.oversight.retention.rules import NOT_COVERED, REASON_NAMES, ErasureReason
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

_WITHOUT_NAME = "erase"


@staff_page(Right.ERASE_PATIENTS, purpose=Purpose.COMPLIANCE)
def erase(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """GET shows what would happen; POST does it, once the name was typed."""
    if request.method != "POST":
        return _page(request, scope, patient_id)
    try:
        reason = _read_reason(request.POST)
        _check_typed(request.POST, actions.look(scope, patient_id, at=clock.now()).patient)
        erased = actions.erase(scope, patient_id, reason=reason, at=clock.now())
    except NotFound:
        raise
    except Refusal as error:
        if error.code == "already_erased":
            raise
        return _page(request, scope, patient_id, problem=error.sentence)
    return done(request, "Erased. This is the certificate.", "erasure", erased.erasure_id)


def _page(request: HttpRequest, scope: Scope, patient_id: UUID, *, problem: str = "") -> HttpResponse:
    seen = actions.look(scope, patient_id, at=clock.now())
    context = {
        "seen": seen,
        "patient": seen.patient,
        "word": _word(seen.patient),
        "goes": goes(seen),
        "stays": stays(seen),
        "not_covered": NOT_COVERED.values(),
        "reasons": [(reason.value, words) for reason, words in REASON_NAMES.items()],
        "typed": request.POST,
        "problem": problem,
    }
    return render(request, "web/erasure/erase.html", context, status=422 if problem else 200)


def _word(patient: Patient) -> str:
    """What has to be typed: the last name as it stands on the record, so that nobody erases the one beside."""
    return patient.last_name.strip() or patient.first_name.strip() or _WITHOUT_NAME


def _check_typed(typed: Mapping[str, str], patient: Patient) -> None:
    if typed.get("word", "").strip().casefold() != _word(patient).casefold():
        raise Refusal(
            "confirmation", "Type the word exactly as it is shown, to be sure that it is this person."
        )


def _read_reason(typed: Mapping[str, str]) -> ErasureReason:
    try:
        return ErasureReason(typed.get("reason", ""))
    except ValueError:
        raise Refusal("reason", "Choose why this person is erased.") from None
