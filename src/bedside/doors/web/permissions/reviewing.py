"""The review of permissions: what is old, unverified or ends soon; verifying one; signing that somebody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import redirect, render

from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.doors.web.permissions.forms import read_category, read_evidence, read_source
from bedside.doors.web.permissions.words import STAFF_SOURCES
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.oversight.evidence import permission_reviews as reviews
from bedside.oversight.evidence.entries import REVIEW_LISTED
from bedside.records.consent import actions
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Answer, Source
from bedside.records.consent.sentences import CATEGORY_NAMES
from bedside.records.patients.queries import by_ids
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.oversight.evidence.permission_reviews import Finding, Report

REVIEWS_SHOWN = 12
_reviews = staff_page(Right.RECORD_CONSENT, purpose=Purpose.COMPLIANCE)


@_reviews
def review(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The page; POST signs what is shown now, or verifies one answer from a file."""
    months = whole_number(
        request.POST.get("months") or request.GET.get("months", ""), otherwise=reviews.MONTHS_USUAL
    )
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "verify":
                return done(request, verify(scope, request.POST, at=clock.now()), "permission_review")
            reviews.sign_off(scope, reviews.report(scope, months=months, at=clock.now()), at=clock.now())
        except Refusal as error:
            problem = error.sentence
        else:
            return done(
                request, "Signed. The ledger keeps that you reviewed the permissions.", "permission_review"
            )
    try:
        found = reviews.report(scope, months=months, at=clock.now())
    except Refusal:
        return redirect("permission_review")
    return _page(request, scope, found, problem=problem)


def verify(scope: Scope, typed: Mapping[str, str], *, at: datetime) -> str:
    """Attaches to an answer from a file how we know that it is true; the answer counts as verified from then on.

    A paper goes with its scan to the signed forms (CON-22). Raises Refusal.
    """
    source, category = read_source(typed), read_category(typed)
    patient_id = _id(typed.get("patient", ""))
    evidence = read_evidence(typed, origin=scope.origin)
    if category is None:
        raise Refusal("category", "Choose which mail this is about.")
    if source == Source.PAPER:
        raise Refusal("paper", "Keep a paper with its scan, among the signed forms of the patient.")
    if not evidence.note:
        raise Refusal("note", "Say how you know: who told you and when, or where the letter is.")
    said = permissions_of(scope, [patient_id])[patient_id].permissions[category]
    if said.answer is Answer.UNKNOWN or said.verified:
        raise Refusal("verified", "That answer is verified already.")
    act = actions.grant if said.answer is Answer.GRANTED else actions.refuse
    act(scope, patient_id, category=category, source=source, at=at, evidence=evidence)
    return "Recorded how we know. The answer is verified."


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("patient", "Choose the answer from the list.") from None


def _page(request: HttpRequest, scope: Scope, found: Report, *, problem: str) -> HttpResponse:
    shown = [*found.old, *found.unverified, *found.ending]
    ids = list(dict.fromkeys(one.patient_id for one in shown))
    names = {patient.id: patient.full_name for patient in by_ids(scope, ids)}
    record_look(scope, REVIEW_LISTED, at=clock.now(), about="", subjects=[one for one in ids if one in names])
    before = reviews.reviews(scope, limit=REVIEWS_SHOWN)
    who = names_of(scope, {one.reviewer_id for one in before})
    context = {
        "found": found,
        "old": _lines(found.old, names),
        "unverified": _lines(found.unverified, names),
        "ending": _lines(found.ending, names),
        "most": reviews.SHOWN_MAX,
        "sources": [(one.value, words) for one, words in STAFF_SOURCES.items() if one is not Source.PAPER],
        "before": [(one, who.get(one.reviewer_id, "a former member of staff")) for one in before],
        "typed": request.POST,
        "problem": problem,
    }
    return render(request, "web/permissions/review.html", context, status=422 if problem else 200)


def _lines(found: tuple[Finding, ...], names: Mapping[UUID, str]) -> list[tuple[Finding, str, str]]:
    """(finding, name, kind of mail)."""
    return [
        (
            one,
            names.get(one.patient_id, "") or "No name on record",
            CATEGORY_NAMES[one.category] if one.category else "",
        )
        for one in found
    ]
