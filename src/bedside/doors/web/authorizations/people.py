"""One patient's documents: the list, asking them to sign, a paper with its scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_POST

from bedside.doors.web.authorizations import words
from bedside.doors.web.authorizations.building import choices, purpose_choices, today
from bedside.doors.web.authorizations.forms import paper_from
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.links import signing_address
from bedside.records.authorizations.rules import LANGUAGE_NAMES, SCAN_BYTES_MAX, Part
from bedside.records.patients import actions as patient_actions
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.authorizations.queries import DocumentView


@staff_page(Right.SEE_PATIENTS)
def documents(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """What the person signed, and whether it counts."""
    return _documents(request, scope, patient_id)


@staff_page(Right.RECORD_CONSENT)
@require_POST
def ask(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """Makes a link and shows it once; nothing is sent."""
    try:
        version_id = _version(request.POST.get("form", ""))
        token = actions.ask_to_sign(
            scope, patient_id, version_id, at=clock.now(), in_person=request.POST.get("in_person") == "yes"
        )
    except NotFound:
        raise
    except Refusal as error:
        return _documents(request, scope, patient_id, problem=error.sentence, status=422)
    return _documents(request, scope, patient_id, link=signing_address(token))


@staff_page(Right.RECORD_CONSENT)
def paper(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """A paper signed by hand: what stands on it, and its scan."""
    patient = patients.get(scope, patient_id)
    patient_actions.note_seen(scope, patient_id, page="authorization_paper", at=clock.now())
    problem = ""
    if request.method == "POST":
        try:
            document_id = actions.sign_on_paper(
                scope, patient_id, paper=paper_from(request.POST), scan=_scan(request), at=clock.now()
            )
        except Refusal as error:
            problem = error.sentence
        else:
            return done(request, "Kept the paper and its scan.", "document", document_id)
    typed = request.POST
    context = {
        "patient": patient,
        "practice_name": profile(scope).name,
        "typed": typed,
        "problem": problem,
        "forms": [(str(one.id), one.content.name, one.number) for one in queries.offered(scope)],
        "purposes": purpose_choices(scope, typed.getlist("purposes")),
        "parts": [
            (part.value, label, part.value in typed.getlist("seen"))
            for part, (label, _) in words.PARTS.items()
            if part not in {Part.TITLE, Part.REMUNERATION}
        ],
        "events": [
            (code, name, code == typed.get("expires_event")) for code, name, _ in choices(words.EVENTS)
        ],
        "languages": [(one.value, name) for one, name in LANGUAGE_NAMES.items()],
    }
    return render(request, "web/authorizations/paper.html", context, status=422 if problem else 200)


def badge(view: DocumentView) -> tuple[str, str]:
    """(class, words) for whether it counts."""
    if view.defect is None:
        return "badge-ok", "In force"
    return "badge-bad", words.DEFECTS[view.defect.code]


def _documents(
    request: HttpRequest,
    scope: Scope,
    patient_id: UUID,
    *,
    link: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    patient = patients.get(scope, patient_id)
    patient_actions.note_seen(scope, patient_id, page="documents", at=clock.now())
    found = queries.documents_of(scope, patient_id, today=today(scope))
    names = {
        one.version_id: queries.version(scope, one.version_id).content.name for one in found if one.version_id
    }
    context = {
        "patient": patient,
        "rows": [
            {
                "document": one,
                "name": names[one.version_id] if one.version_id else "A paper of another form",
                "badge": badge(one),
                "way": words.SIGNATURES[one.signature],
                "event": words.EVENTS[one.expires_event] if one.expires_event else "",
            }
            for one in found
        ],
        "waiting": len(queries.open_requests(scope, patient_id, at=clock.now())),
        "forms": [(str(one.id), one.content.name, one.number) for one in queries.offered(scope)],
        "link": link,
        "problem": problem,
    }
    return render(request, "web/authorizations/documents.html", context, status=status)


def _scan(request: HttpRequest) -> bytes:
    """Raises Refusal before a file that is too large is read into memory."""
    upload = request.FILES.get("scan")
    if upload is None:
        return b""
    if (upload.size or 0) > SCAN_BYTES_MAX:
        raise Refusal("scan_too_large", "The scan is over 10 MB; scan it again with a lower resolution.")
    return b"".join(upload.chunks())


def _version(text: str) -> UUID:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError:
        raise Refusal("form", "Choose the form that they are to sign.") from None
