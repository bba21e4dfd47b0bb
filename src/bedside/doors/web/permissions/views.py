"""What one patient has agreed to: seen, explained, and recorded on their behalf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils import timezone

from bedside.doors.web.pages import done, staff_page
from bedside.doors.web.permissions.forms import (
    read_category,
    read_evidence,
    read_source,
    read_yes,
)
from bedside.doors.web.permissions.holding import facts_of
from bedside.doors.web.permissions.timeline import KIND_NAMES, LineKind, time_line
from bedside.doors.web.permissions.words import (
    EXPIRY_EVENTS,
    STAFF_SOURCES,
    lines_of,
    outlook,
    paper_in_words,
)
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.consent import actions, queries
from bedside.records.consent.letter_claims import letters_of
from bedside.records.consent.proving import is_proven
from bedside.records.consent.sentences import CATEGORY_NAMES, REASON_NAMES, SCOPE_NAMES
from bedside.records.patients import queries as patients
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.consent.rules import PersonPermissions

    Act = Callable[[HttpRequest, Scope, UUID], str]

_SAME = "That was recorded already; nothing was changed."


@staff_page(Right.SEE_PATIENTS)
def permissions(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """The page; for htmx the short piece that the patient's page shows. POST records one act."""
    if request.method == "POST":
        return _record(request, scope, patient_id)
    actions.note_seen(scope, patient_id, at=clock.now())
    if getattr(request, "htmx", False):
        return render(request, "web/permissions/piece.html", _state(scope, patient_id))
    only = request.GET.get("show", "")
    return render(request, "web/permissions/permissions.html", _page(scope, patient_id, {}, only=only))


@staff_page(Right.RECORD_CONSENT)
def authorization(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:  # noqa: ARG001  Django's form
    """Where the form for a paper once was: leads to the page that also asks for what the paper names (AUT-04).

    A stranger gets what every page gives them, not a redirect.
    """
    patient = patients.get(scope, patient_id)
    return redirect("document_paper", patient.id)


def _record(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    act = _ACTS.get(request.POST.get("act", ""), _answer)
    try:
        sentence = act(request, scope, patient_id)
    except Refusal as error:
        actions.note_seen(scope, patient_id, at=clock.now())
        page = _page(scope, patient_id, request.POST)
        return render(
            request, "web/permissions/permissions.html", {**page, "problem": error.sentence}, status=422
        )
    return done(request, sentence, "permissions", patient_id)


def _answer(request: HttpRequest, scope: Scope, patient_id: UUID) -> str:
    typed, at = request.POST, clock.now()
    source, evidence = read_source(typed), read_evidence(typed, origin=scope.origin)
    category, yes = read_category(typed), read_yes(typed)
    if category is not None:
        act = actions.grant if yes else actions.refuse
        changed = act(scope, patient_id, category=category, source=source, at=at, evidence=evidence)
        return (
            f"Recorded: {'yes' if yes else 'no'} to {CATEGORY_NAMES[category].lower()}." if changed else _SAME
        )
    everything = actions.resume if yes else actions.stop_everything
    changed = everything(scope, patient_id, source=source, at=at, evidence=evidence)
    if not changed:
        return _SAME
    return "Recorded: wants mail again." if yes else "Recorded: wants no mail at all."


def _simple(act: Callable[..., bool], sentence: str) -> Act:
    def run(request: HttpRequest, scope: Scope, patient_id: UUID) -> str:
        evidence = read_evidence(request.POST, origin=scope.origin)
        source = read_source(request.POST)
        changed = act(scope, patient_id, source=source, at=clock.now(), evidence=evidence)
        return sentence if changed else _SAME

    return run


_ACTS: dict[str, Act] = {
    "revoke": _simple(actions.revoke_authorization, "Recorded that the authorization is revoked."),
    "restrict": _simple(actions.restrict_email, "Recorded: we do not write to this person by email."),
    "unrestrict": _simple(actions.lift_restriction, "Recorded: email is all right again."),
    "represent": _simple(actions.record_representative, "Recorded that a parent or guardian is on record."),
    "unrepresent": _simple(actions.end_representative, "Recorded that nobody acts for this person any more."),
}


def _state(scope: Scope, patient_id: UUID) -> dict[str, object]:
    patient = patients.get(scope, patient_id)
    held = queries.permissions_of(scope, [patient_id])[patient_id]
    today = timezone.localdate()
    badge, words = paper_in_words(held.authorization, today=today)
    suppression = queries.suppressed_addresses(scope, {patient_id: patient.email}).get(patient_id)
    return {
        "patient": patient,
        "held": held,
        "lines": lines_of(held),
        "paper_badge": badge,
        "paper_words": words,
        "expires_words": _ends_with(held),
        "revocable": held.authorization is not None and held.authorization.revoked_at is None,
        "minor": patient.is_minor_on(today),
        "represented": held.represented_on(today),
        "suppressed": None
        if suppression is None
        else (SCOPE_NAMES[suppression.scope], REASON_NAMES[suppression.reason], suppression.at),
    }


def _ends_with(held: PersonPermissions) -> str:
    event = held.authorization.expires_event if held.authorization else None
    return EXPIRY_EVENTS[event] if event else ""


def _page(scope: Scope, patient_id: UUID, typed: Mapping[str, str], *, only: str = "") -> dict[str, object]:
    state, patient, today = _state(scope, patient_id), patients.get(scope, patient_id), timezone.localdate()
    held = queries.permissions_of(scope, [patient_id])[patient_id]
    proven = bool(patient.email) and is_proven(scope, patient_id)
    shown = LineKind(only) if only in set(LineKind) else None
    events = queries.history(scope, patient_id)
    return {
        **state,
        "typed": typed,
        "outlook": outlook(scope, patient, at=clock.now()),
        "proven": proven,
        "facts": facts_of(
            held,
            today=today,
            minor=patient.is_minor_on(today) is True,
            proven=proven,
            has_address=bool(patient.email),
        ),
        "days": time_line(
            scope, events, letters_of(scope, patient_id=patient_id, at=clock.now()), only=shown
        ),
        "shown": shown,
        "kinds": KIND_NAMES.items(),
        "full": len(events) >= queries.HISTORY_MAX,
        "sources": [(source.value, words) for source, words in STAFF_SOURCES.items()],
    }
