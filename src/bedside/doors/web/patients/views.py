"""The list of patients, one patient, and writing their record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.seeing import may_see_whom
from bedside.decisions.segments import queries as segments
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.doors.web.patients.charting import hidden_fields
from bedside.doors.web.patients.forms import Form, record_page, typed_record
from bedside.doors.web.patients.languages import language_words
from bedside.doors.web.patients.listing import ORDERS, Wanted, find, keep, kept, newest_kept, read_wanted
from bedside.doors.web.patients.mails import letter_lines, mail_lines
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.records.consent.letter_claims import letters_of
from bedside.records.patients import actions, queries
from bedside.records.patients.fields import shown_fields
from bedside.records.patients.merging import became, survivors
from bedside.records.patients.own_fields import practice_fields
from bedside.records.patients.rules import Patient
from bedside.records.patients.typed import BadRecord, as_text, read
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.patients.fields import PracticeField

MAILS_SHOWN = 20
sees_patients = staff_page(Right.SEE_PATIENTS)
edits_patients = staff_page(Right.EDIT_PATIENTS)


@sees_patients
def patients(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A page of the list. A search comes as POST and is kept in the session: it is PHI."""
    if request.method == "POST":
        return _search(request, scope)
    return _list_page(request, scope, kept(request, request.GET.get("kept", "")))


def _search(request: HttpRequest, scope: Scope) -> HttpResponse:
    wanted = read_wanted(request.POST)
    address = f"{reverse('patients')}?kept={keep(request, wanted)}"
    if not getattr(request, "htmx", False):
        return redirect(address)
    response = _list_page(request, scope, wanted, template="web/patients/found.html")
    turned_page = "page" in request.POST
    response.headers["HX-Push-Url" if turned_page else "HX-Replace-Url"] = address
    return response


def _list_page(
    request: HttpRequest, scope: Scope, wanted: Wanted, *, template: str = "web/patients/patients.html"
) -> HttpResponse:
    at = clock.now()
    found = find(scope, wanted, today=today(), at=at)
    shown = [patient.id for patient, _ in found.people]
    actions.note_listed(scope, shown, searched=wanted.is_filtered, at=at)
    context = {
        "found": found,
        "wanted": wanted,
        "orders": ORDERS,
        "segments": segments.segments(scope),
        "nobody_yet": found.total == 0 and not wanted.is_filtered,
    }
    return render(request, template, context)


@sees_patients
def patient_page(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """Everything on record about one patient."""
    patient = queries.get(scope, patient_id)
    survivor = survivors(scope, [patient_id]).get(patient_id)
    if survivor is not None:
        return redirect("patient", survivor)
    actions.note_seen(scope, patient_id, page="record", at=clock.now())
    held = dict(patient.custom)
    context = {
        "patient": patient,
        "hidden": hidden_fields(scope, patient),
        "language": language_words(patient.language),
        "own_values": [(field, held[field.key].split("\n")) for field in _own(scope) if field.key in held],
        "joined": len(became(scope, patient_id)),
        "age": patient.age_on(today()),
        "minor": patient.is_minor_on(today()),
        "permissions_address": _permissions_address(patient_id),
        "kept": newest_kept(request),
    }
    return render(request, "web/patients/patient.html", context)


@sees_patients
@require_GET
def mails(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """A piece of the patient's page: campaigns and service mails they were part of, and how each ended for them."""
    queries.get(scope, patient_id)  # a stranger's id is not found
    actions.note_seen(scope, patient_id, page="mails", at=clock.now())
    every = campaigns.sent_to(scope, patient_id, limit=MAILS_SHOWN)
    # Being in a campaign tells what its segment asked.
    shown = {one: may_see_whom(scope, one) for one in {campaign_id for campaign_id, _ in every}}
    sent = [(campaign_id, line) for campaign_id, line in every if shown[campaign_id]]
    letters = letters_of(scope, patient_id=patient_id, at=clock.now())[:MAILS_SHOWN]
    lines = {"lines": mail_lines(scope, sent), "letters": letter_lines(letters)}
    return render(request, "web/patients/mails.html", lines)


@edits_patients
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A new patient, typed by hand."""
    fresh, form = Patient(id=new_id()), Form(own=_own(scope))
    if request.method != "POST":
        return record_page(request, fresh, as_text(fresh, own=form.own), form=form, new=True)
    typed = typed_record(request.POST, form=form)
    try:
        patient = read(typed, held=fresh, today=today(), own=form.own)
        actions.register(scope, patient, at=clock.now())
    except Refusal as error:
        return record_page(request, fresh, typed, form=form, new=True, problem=error)
    return done(request, "Added. Say next which mail they agreed to.", "patient", patient.id)


@edits_patients
def edit(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """The record as a form. Saving over somebody else's newer version is refused, and what was typed is kept."""
    if request.method != "POST" and (survivor := survivors(scope, [patient_id]).get(patient_id)):
        return redirect("patient_edit", survivor)
    held, version = queries.get_versioned(scope, patient_id)
    form = Form(own=_own(scope), hidden=hidden_fields(scope, held))
    actions.note_seen(scope, patient_id, page="edit", at=clock.now())
    if request.method != "POST":
        return record_page(request, held, as_text(held, own=form.own), form=form, version=version)
    typed = typed_record(request.POST, form=form)
    based_on = request.POST.get("version", "")
    try:
        patient = read(typed, held=held, today=today(), own=form.own)
        actions.revise(
            scope,
            patient,
            based_on_version=whole_number(based_on, otherwise=0),
            at=clock.now(),
        )
    except NotFound:
        raise
    except Refusal as error:
        # After the refusal the newest version is what a second save is based on.
        newest = based_on if isinstance(error, BadRecord) else version
        return record_page(request, held, typed, form=form, version=newest, problem=error)
    return done(request, "Saved.", "patient", patient_id)


@edits_patients
def deceased(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """Asks, then records a death, or takes it back."""
    patient = queries.get(scope, patient_id)
    if request.method != "POST":
        if survivor := survivors(scope, [patient_id]).get(patient_id):
            return redirect("patient_deceased", survivor)
        actions.note_seen(scope, patient_id, page="deceased", at=clock.now())
        return render(request, "web/patients/deceased.html", {"patient": patient})
    died = request.POST.get("deceased") == "yes"
    actions.set_deceased(scope, patient_id, deceased=died, at=clock.now())
    sentence = (
        "Recorded as deceased. Bedside writes to them no more." if died else "No longer recorded as deceased."
    )
    return done(request, sentence, "patient", patient_id)


def _own(scope: Scope) -> list[PracticeField]:
    """The practice's own fields that this member is shown."""
    return shown_fields(practice_fields(scope), special=scope.may(Right.SEE_SPECIAL))


def today() -> date:
    """The practice's own day; the middleware has set its zone."""
    return timezone.localdate(clock.now())


def _permissions_address(patient_id: UUID) -> str:
    """Empty in a version without that page."""
    address = f"{reverse('patient', args=[patient_id])}permissions/"
    try:
        resolve(address)
    except Resolver404:
        return ""
    return address
