"""One signed document: what was signed, whether it counts, its evidence, and what may happen to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bedside.doors.web.authorizations import words
from bedside.doors.web.authorizations.building import today
from bedside.doors.web.authorizations.forms import day_from, evidence_from
from bedside.doors.web.authorizations.people import badge
from bedside.doors.web.messages.frames import mail_frame
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.rules import LANGUAGE_NAMES, Language, SignatureKind
from bedside.records.consent.queries import history
from bedside.records.consent.rules import EventKind
from bedside.records.patients import queries as patients
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.authorizations.queries import DocumentView

_SAME = "That was recorded already; nothing was changed."
_ENDINGS = {"jpeg": "jpg"}


@staff_page(Right.SEE_PATIENTS)
def document(request: HttpRequest, scope: Scope, document_id: UUID) -> HttpResponse:
    """The page; POST records that it was taken back, found untrue, or that its event has come."""
    seen = queries.document(scope, document_id, today=today(scope))
    problem = ""
    if request.method == "POST":
        try:
            sentence = _record(request, scope, seen)
        except Refusal as error:
            if error.code in {"not_allowed", "not_found"}:
                raise
            problem = error.sentence
        else:
            return done(request, sentence, "document", document_id)
    actions.note_seen(scope, document_id, at=clock.now())
    context = {**_page(scope, seen), "problem": problem, "typed": request.POST if problem else {}}
    return render(request, "web/authorizations/document.html", context, status=422 if problem else 200)


@staff_page(Right.SEE_PATIENTS)
def frame(request: HttpRequest, scope: Scope, document_id: UUID) -> HttpResponse:  # noqa: ARG001  Django's form
    """The very bytes that were kept, in a frame in which nothing runs."""
    content = queries.rendering(scope, document_id)
    actions.note_seen(scope, document_id, at=clock.now())
    return mail_frame(content.decode())


@staff_page(Right.SEE_PATIENTS)
def scan(request: HttpRequest, scope: Scope, document_id: UUID) -> HttpResponse:  # noqa: ARG001  Django's form
    """The scanned paper as a file."""
    media_type, content = queries.scan(scope, document_id)
    actions.note_scan_taken(scope, document_id, at=clock.now())
    ending = media_type.rpartition("/")[2]
    answer = HttpResponse(content, content_type=media_type)
    name = f"signed-paper.{_ENDINGS.get(ending, ending)}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _record(request: HttpRequest, scope: Scope, seen: DocumentView) -> str:
    scope.require(Right.RECORD_CONSENT)
    source = request.POST.get("source", "")
    if source not in {one.value for one in words.STAFF_SOURCES}:
        raise Refusal("source", "Say how this reached you.")
    at, note = clock.now(), evidence_from(request.POST, origin=scope.origin)
    match request.POST.get("act"):
        case "revoke":
            changed = actions.revoke(scope, seen.patient_id, seen.id, source=source, at=at, evidence=note)
            sentence = "Recorded that they took it back. Nothing goes out on it any more."
        case "false":
            changed = actions.find_false(scope, seen.patient_id, seen.id, source=source, at=at, evidence=note)
            sentence = "Recorded that something in it is untrue. It does not count any more."
        case "event":
            day = day_from(request.POST.get("last_day", ""))
            changed = actions.note_event(scope, seen.patient_id, seen.id, last_day=day, source=source, at=at)
            sentence = "Recorded the day on which it ends."
        case _:
            raise Refusal("form", "This form does not fit; load the page again.")
    return sentence if changed else _SAME


def _page(scope: Scope, seen: DocumentView) -> dict[str, object]:
    version = queries.version(scope, seen.version_id) if seen.version_id else None
    ongoing = not seen.facts.revoked_at and not seen.facts.found_false and seen.facts.verified
    return {
        "patient": patients.get(scope, seen.patient_id) if _on_record(scope, seen.patient_id) else None,
        "document": seen,
        "badge": badge(seen),
        "kind": words.KINDS[seen.kind],
        "way": words.SIGNATURES[seen.signature],
        "signer": words.SIGNERS[seen.signer],
        "event": words.EVENTS[seen.expires_event] if seen.expires_event else "",
        "version": version,
        "language": LANGUAGE_NAMES[seen.language],
        "lacks": [words.PARTS[part][0] for part in seen.facts.missing],
        "by": _by(scope, seen),
        "verified": queries.verify_document(scope, seen.id),
        "has_scan": queries.has_scan(scope, seen.id),
        "purposes": _purposes(scope, seen),
        "evidence": _evidence(scope, seen) if scope.may(Right.SEE_LEDGER) else None,
        "sources": [(source.value, name) for source, name in words.STAFF_SOURCES.items()],
        "may_end": scope.may(Right.RECORD_CONSENT) and ongoing,
    }


def _by(scope: Scope, seen: DocumentView) -> str:
    """Who recorded it, in words."""
    if seen.signature is not SignatureKind.PAPER:
        return "the person who signed"
    if seen.recorded_by.startswith("cli:"):
        return "an administrator of this system"
    return names_of(scope, {seen.recorded_by}).get(seen.recorded_by, "somebody who works here no more")


def _on_record(scope: Scope, patient_id: UUID) -> bool:
    return bool(patients.by_ids(scope, [patient_id]))


def _purposes(scope: Scope, seen: DocumentView) -> list[str]:
    """As the act names them, which for a paper of another form is all there is."""
    if seen.version_id is not None:
        codes = queries.version(scope, seen.version_id).content.purposes
    else:
        acts = [
            view.event.terms
            for view in history(scope, seen.patient_id)
            if view.event.kind == EventKind.AUTHORIZATION_RECORDED
            and view.event.terms.get("document") == str(seen.id)
        ]
        codes = tuple(acts[-1].get("purposes", ())) if acts else ()
    known = queries.register(scope)
    return [known[code].name(Language.ENGLISH) if code in known else code for code in codes]


def _evidence(scope: Scope, seen: DocumentView) -> list[tuple[str, object]]:
    """For whoever may read the ledger: how the signature came about."""
    bundle = queries.evidence(scope, seen.id)
    rows: list[tuple[str, object]] = [
        ("Signed as", bundle.signature.name),
        ("Authority", bundle.signature.authority),
        ("Moment", f"{bundle.signed_at:%Y-%m-%d %H:%M:%S %z} ({bundle.zone})"),
        ("How we knew who it was", words.IDENTITIES[bundle.identity]),
        ("Wrong answers before", bundle.identity_tries or ""),
        ("Ticked", bundle.intent_words),
        ("Ticked", bundle.electronic_words),
        ("Network address", bundle.network_address),
        ("Browser", bundle.user_agent),
        ("SHA-256 of what was read", bundle.shown_sha256),
        ("Note", bundle.note),
    ]
    return [(name, value) for name, value in rows if value]
