"""Who asked what we hold about them, by when they must have it, and that they have it (45 CFR 164.524(b)(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.scope import Purpose
from bedside.records.consent import requests
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.consent.requests import AccessRequest
    from bedside.records.patients.rules import Patient


@staff_page(Right.RECORD_CONSENT, purpose=Purpose.PATIENT_REQUEST)
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The open ones first, the most urgent on top."""
    at = clock.now()
    found = requests.requests(scope, at=at)
    today = at.astimezone(profile(scope).zone).date()
    known = {one.id: one for one in patients.by_ids(scope, [line.patient_id for line in found])}
    lines = [_line(line, known.get(line.patient_id), today) for line in found]
    context = {
        "open": [line for line in lines if line["is_open"]],
        "answered": [line for line in lines if not line["is_open"]],
        "may_copy": scope.may(Right.EXPORT_PATIENTS) and scope.may(Right.SEE_PATIENTS),
    }
    return render(request, "web/requests/requests.html", context)


@staff_page(Right.RECORD_CONSENT, purpose=Purpose.PATIENT_REQUEST)
def extend(request: HttpRequest, scope: Scope, access_request_id: UUID) -> HttpResponse:
    """POST puts the answer off, once; a GET leads to the list."""
    if request.method != "POST":
        return _to_the_list(scope, access_request_id)
    day = requests.extend(scope, access_request_id, at=clock.now())
    return done(
        request, f"Put off to {day:%B} {day.day}, {day.year}. Tell the person why, in writing.", "requests"
    )


@staff_page(Right.RECORD_CONSENT, purpose=Purpose.PATIENT_REQUEST)
def answered(request: HttpRequest, scope: Scope, access_request_id: UUID) -> HttpResponse:
    """POST records that the person has their copy; a GET leads to the list."""
    if request.method != "POST":
        return _to_the_list(scope, access_request_id)
    requests.answered(scope, access_request_id, at=clock.now())
    return done(request, "Recorded: this person has their copy.", "requests")


def _to_the_list(scope: Scope, access_request_id: UUID) -> HttpResponse:
    """Raises NotFound for a request of nobody here: an address tells a stranger nothing."""
    requests.require(scope, access_request_id)
    return redirect("requests")


def _line(line: AccessRequest, patient: Patient | None, today: date) -> dict[str, object]:
    """`patient` is None for somebody who was erased since."""
    late = line.is_late(today)
    return {
        "id": line.id,
        "patient_id": line.patient_id if patient else None,
        "name": patient.full_name if patient else "",
        "confirmed_at": line.confirmed_at,
        "due_on": line.due_on,
        "days_left": (line.due_on - today).days,
        "late": late,
        "may_extend": line.extended_at is None and not late,
        "extended": line.extended_at is not None,
        "answered_at": line.answered_at,
        "is_open": line.answered_at is None,
    }
