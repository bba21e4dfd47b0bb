"""A message as for one patient, and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.shortcuts import render

from bedside.decisions.composer import actions, queries
from bedside.decisions.composer.previews import preview as preview_for
from bedside.decisions.segments.queries import EVERYBODY, Order, search_patients
from bedside.doors.web.messages.authors import author_names
from bedside.doors.web.messages.forms import class_label
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.records.patients.actions import note_listed, note_seen
from bedside.records.patients.queries import by_ids
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

_FOUND_MAX = 8


@staff_page(Right.WRITE_MESSAGES)
def preview(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """Both widths side by side, as for the sample person or a chosen patient.

    The search and the choice are sent by POST: a name never stands in an address.
    """
    saved = queries.message(scope, message_id)
    words = request.POST.get("words", "").strip()
    chosen = request.POST.get("patient", "")
    context: dict[str, Any] = {"saved": saved, "message_id": message_id, "words": words}
    context["may_choose"] = scope.may(Right.SEE_PATIENTS)
    if words and not chosen:
        context["found"] = _search(scope, words)
    patient_id = _id(chosen) if chosen else None
    try:
        context["seen"] = preview_for(scope, message_id, patient_id=patient_id, at=clock.now())
    except NotFound:
        raise
    except Refusal as error:
        context["problem"] = error.sentence
        if patient_id:  # there is no preview, but a name stands on the page
            note_seen(scope, patient_id, page="preview", at=clock.now())
    context["patient"] = by_ids(scope, [patient_id])[0] if patient_id else None
    return render(request, "web/messages/preview.html", context)


@staff_page(Right.WRITE_MESSAGES)
def history(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """Every revision, newest first."""
    saved = queries.message(scope, message_id)
    revisions = queries.history(scope, message_id)
    names = author_names(scope, (line.author_id for line in revisions))
    lines = [
        {
            "line": line,
            "kind": class_label(line.message_class),
            "author": names[line.author_id],
            "newest": line.number == saved.revision,
        }
        for line in revisions
    ]
    context = {"saved": saved, "message_id": message_id, "lines": lines}
    return render(request, "web/messages/history.html", context)


@staff_page(Right.WRITE_MESSAGES)
def revision(request: HttpRequest, scope: Scope, message_id: UUID, revision: int) -> HttpResponse:
    """One revision to look at; POST makes it the newest again."""
    old = queries.message(scope, message_id, revision=revision)
    context: dict[str, Any] = {"saved": old, "message_id": message_id, "kind": class_label(old.message_class)}
    if request.method != "POST":
        return render(request, "web/messages/revision.html", context)
    try:
        number = actions.restore_revision(
            scope,
            message_id,
            revision=revision,
            based_on_revision=int(request.POST.get("based_on") or 0),
            at=clock.now(),
        )
    except (Refusal, ValueError) as error:
        sentence = error.sentence if isinstance(error, Refusal) else "Load the page again."
        return render(request, "web/messages/revision.html", {**context, "problem": sentence}, status=422)
    return done(
        request, f"Revision {revision} is the newest again, as revision {number}.", "message", message_id
    )


def _search(scope: Scope, words: str) -> list[Patient]:
    scope.require(Right.SEE_PATIENTS)
    at = clock.now()
    page = search_patients(
        scope,
        text=words,
        rule=EVERYBODY,
        order=Order.NAME,
        offset=0,
        limit=_FOUND_MAX,
        today=at.astimezone(profile(scope).zone).date(),
        at=at,
    )
    found = by_ids(scope, page.ids)
    note_listed(scope, [patient.id for patient in found], searched=True, at=at)
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
