"""The page behind `a/<token>`: a form to read and sign, and afterwards one's copy (AUT-11, AUT-17).

GET shows and signs nothing; POST signs once however often it comes. Whoever holds the link can read the form, which
says nothing of anybody; signing it, and seeing what was signed, takes the patient's day of birth as well. Taking it
back takes the link alone. For CSRF see the head of `views`. The one page with a script: it draws, and is not needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.http import HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bedside.doors.pickup.pages import POLICY, language_of, missing, protect, show
from bedside.doors.pickup.signing_words import SIGNING
from bedside.doors.pickup.words import TEXTS
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope
from bedside.records.authorizations import actions, asking, queries
from bedside.records.authorizations.links import open_signing_link
from bedside.records.authorizations.rules import (
    WORDS,
    Language,
    Signature,
    SignatureKind,
    SignerKind,
    check_drawing,
)
from bedside.records.authorizations.signing import shown_text
from bedside.records.consent.foreign_links import note_foreign_link
from bedside.records.consent.rules import Evidence, Source
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest

    from bedside.records.authorizations.asking import Asked
    from bedside.safeguards.practices.rules import Profile

BODY_BYTES_MAX = 100 * 1024
PROOF_SECONDS = 60 * 60
WORDING = "signing-1"
_TOO_LARGE, _AMISS, _GONE = 413, 422, 410
_SALT = "bedside.pickup.signed"
_USER_AGENT_MAX = 200
# The script draws into the page and sends nothing anywhere.
_WITH_SCRIPT = f"{POLICY}; script-src 'self'"
# The saved copy is opened from the person's own disk; should a browser show it here, nothing in it can run.
_COPY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One opened link. `scope` acts as the patient, with the right to record their own word only."""

    token: str
    asked: Asked
    scope: Scope
    practice: Profile
    asks_birth_date: bool


def _signing_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        own = answer.headers.get("Content-Security-Policy")
        answer = protect(answer)
        answer.headers["Content-Security-Policy"] = own or _WITH_SCRIPT
        return answer

    return page


@csrf_exempt  # see the head of this file
@_signing_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_form(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form or what became of it; POST signs it, says no, gives the copy, or takes it back."""
    arrived = _visit(request, token)
    if arrived is None:
        return missing(request)
    if request.method != "POST":
        return _standing(request, arrived)
    if _body_bytes(request) > BODY_BYTES_MAX:
        return show(request, "missing.html", {"too_large": True}, status=_TOO_LARGE)
    act = _ACTS.get(request.POST.get("act", ""))
    try:
        return act(request, arrived) if act else _standing(request, arrived)
    except NotFound:  # erased meanwhile
        return missing(request)


def _visit(request: HttpRequest, token: str) -> Visit | None:
    """None for a link that this installation did not make, and for one to somebody who is not on record any more."""
    link = open_signing_link(token)
    if link is None:
        note_foreign_link(at=clock.now())
        return None
    origin = request.META.get("REMOTE_ADDR", "")
    nobody = _scope(link.practice_id, "", origin)
    try:
        with in_scope(nobody):
            asked = asking.request(nobody, link.request_id)
            patient = patients.get(nobody, asked.patient_id)
            return Visit(
                token=token,
                asked=asked,
                scope=_scope(link.practice_id, str(asked.patient_id), origin),
                practice=profile(nobody),
                asks_birth_date=patient.birth_date is not None,
            )
    except NotFound:
        return None


def _scope(practice_id: UUID, who: str, origin: str) -> Scope:
    return Scope(
        practice_id=practice_id,
        actor=Actor(kind=ActorKind.PATIENT, id=who),
        purpose=Purpose.PATIENT_REQUEST,
        rights=frozenset({Right.RECORD_CONSENT.value}),
        origin=origin,
    )


def _standing(request: HttpRequest, arrived: Visit) -> HttpResponse:
    asked = arrived.asked
    if asked.document_id is not None:
        return _signed(request, arrived, asked.document_id)
    if asked.state is asking.RequestState.DECLINED:
        return _told(request, arrived, "declined")
    if not asked.may_sign(at=clock.now()):
        return _told(request, arrived, "over", status=_GONE)
    return _form(request, arrived)


def _form(request: HttpRequest, arrived: Visit, *, problem: str = "") -> HttpResponse:
    """The form with what was typed already; neither box ever comes ticked, nor the day of birth filled in."""
    language = _form_language(request, arrived.asked)
    today = clock.now().astimezone(arrived.practice.zone).date()
    text, shown = shown_text(arrived.scope, arrived.asked, language, today=today)
    typed = request.POST if request.method == "POST" else {}
    words = WORDS[language]
    return _show(
        request,
        arrived,
        "sign.html",
        {
            "text": mark_safe(text),  # noqa: S308  made by form_text, which escapes every value
            "shown": shown,
            "form_language": language.value,
            "only_language": language.value != language_of(request).value,
            "intent": words["intent"],
            "electronic": words["electronic"],
            "typed": {name: typed.get(name, "") for name in ("name", "authority", "signer")},
            "drawing": _drawn(typed.get("drawing", "")),
            "asks_birth_date": arrived.asks_birth_date,
            "problem": problem,
        },
        status=_AMISS if problem else 200,
    )


def _drawn(drawing: str) -> str:
    """What was drawn, so that it need not be drawn again after a slip elsewhere; nothing that is no drawing."""
    try:
        check_drawing(drawing)
    except Refusal:
        return ""
    return drawing


def _form_language(request: HttpRequest, asked: Asked) -> Language:
    offered = asked.version.content.languages
    wanted = Language(language_of(request).value)
    return wanted if wanted in offered else offered[0]


def _sign(request: HttpRequest, arrived: Visit) -> HttpResponse:
    said = SIGNING[language_of(request)]
    if arrived.asked.document_id is not None or not arrived.asked.may_sign(at=clock.now()):
        return _standing(request, arrived)
    try:
        if not _knows_birth_date(request, arrived):
            return _form(request, arrived, problem=said["wrong_born"])
        done = actions.sign(
            arrived.scope,
            arrived.asked.id,
            signature=_signature(request),
            language=_form_language(request, arrived.asked),
            shown_sha256=request.POST.get("shown", ""),
            visitor=actions.Visitor(
                network_address=arrived.scope.origin, user_agent=request.headers.get("User-Agent", "")
            ),
            at=clock.now(),
        )
    except Refusal as refusal:
        if refusal.code in {"too_many_tries", "request_over"}:
            return _told(request, arrived, "over", status=_GONE)
        if refusal.code not in said:
            raise
        return _form(request, arrived, problem=said[refusal.code])
    return _signed(request, arrived, done.document_id, proof=_proof(arrived.asked.id))


def _signature(request: HttpRequest) -> Signature:
    drawing = request.POST.get("drawing", "")
    by_other = request.POST.get("signer") == SignerKind.REPRESENTATIVE
    return Signature(
        kind=SignatureKind.DRAWN if drawing else SignatureKind.TYPED,
        name=" ".join(request.POST.get("name", "").split()),
        signer=SignerKind.REPRESENTATIVE if by_other else SignerKind.SELF,
        authority=" ".join(request.POST.get("authority", "").split()) if by_other else "",
        drawing=drawing,
        intended=request.POST.get("intended") == "yes",
        electronic_agreed=request.POST.get("electronic") == "yes",
    )


def _knows_birth_date(request: HttpRequest, arrived: Visit) -> bool:
    """Asked in a transaction of its own, so that a wrong answer stays counted. Raises Refusal."""
    return actions.check_birth_date(
        arrived.scope, arrived.asked.id, _day(request.POST.get("born", "")), at=clock.now()
    )


def _may_have_copy(request: HttpRequest, arrived: Visit) -> bool:
    """Raises Refusal after too many wrong answers."""
    if arrived.asks_birth_date:
        return _knows_birth_date(request, arrived)
    given = request.POST.get("signed_name", "")
    return actions.check_signed_name(arrived.scope, arrived.asked.id, given, at=clock.now())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _decline(request: HttpRequest, arrived: Visit) -> HttpResponse:
    if arrived.asked.document_id is None:
        actions.decline(arrived.scope, arrived.asked.id, at=clock.now())
        return _told(request, arrived, "declined")
    return _standing(request, arrived)


def _copy(request: HttpRequest, arrived: Visit) -> HttpResponse:
    """The signed document as a file, for whoever has just signed or knows the day of birth."""
    document_id = arrived.asked.document_id
    if document_id is None:
        return _standing(request, arrived)
    if not _is_proven(request, arrived):
        try:
            known = _may_have_copy(request, arrived)
        except Refusal:
            return _told(request, arrived, "over", status=_GONE)
        if not known:
            wrong = "wrong_born" if arrived.asks_birth_date else "wrong_name"
            return _signed(request, arrived, document_id, problem=SIGNING[language_of(request)][wrong])
    with in_scope(arrived.scope):
        actions.note_copied(arrived.scope, document_id, at=clock.now())
        content = queries.rendering(arrived.scope, document_id)
    answer = HttpResponse(content, content_type="text/html; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="signed-form.html"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _COPY_POLICY
    return answer


def _take_back(request: HttpRequest, arrived: Visit) -> HttpResponse:
    document_id = arrived.asked.document_id
    if document_id is None:
        return _standing(request, arrived)
    actions.revoke(
        arrived.scope,
        arrived.asked.patient_id,
        document_id,
        source=Source.SIGNING_PAGE,
        at=clock.now(),
        evidence=Evidence(
            wording=WORDING,
            language=language_of(request).value,
            network_address=arrived.scope.origin,
            user_agent=request.headers.get("User-Agent", "")[:_USER_AGENT_MAX],
        ),
    )
    return _told(request, arrived, "taken")


_ACTS = {"sign": _sign, "decline": _decline, "copy": _copy, "take_back": _take_back}


def _signed(
    request: HttpRequest, arrived: Visit, document_id: UUID, *, proof: str = "", problem: str = ""
) -> HttpResponse:
    """What was signed, without saying what: the copy says it."""
    today = clock.now().astimezone(arrived.practice.zone).date()
    seen = queries.document(arrived.scope, document_id, today=today)
    values = {
        "taken_back": seen.facts.revoked_at is not None,
        "proof": proof,
        "fresh": bool(proof),
        "asks_birth_date": arrived.asks_birth_date,
        "problem": problem,
    }
    return _show(request, arrived, "signed.html", values, status=_AMISS if problem else 200)


def _told(request: HttpRequest, arrived: Visit, what: str, *, status: int = 200) -> HttpResponse:
    said = SIGNING[language_of(request)]
    values: dict[str, object] = {"title": said[f"{what}_title"], "lead": said[f"{what}_lead"]}
    return _show(request, arrived, "told.html", values, status=status)


def _show(
    request: HttpRequest, arrived: Visit, template: str, values: dict[str, object], *, status: int = 200
) -> HttpResponse:
    language = language_of(request)
    words = TEXTS[language]
    questions = (
        words["questions"].format(practice=arrived.practice.name, phone=arrived.practice.phone)
        if arrived.practice.phone
        else words["questions_no_phone"].format(practice=arrived.practice.name)
    )
    context = {
        **values,
        "token": arrived.token,
        "practice": arrived.practice.name,
        "questions": questions,
        "said": SIGNING[language],
    }
    return show(request, f"signing/{template}", context, status=status)


def _proof(request_id: UUID) -> str:
    """What only the page that answers a signature holds: whoever signed need not give the day of birth again."""
    return signing.dumps(str(request_id), salt=_SALT)


def _is_proven(request: HttpRequest, arrived: Visit) -> bool:
    try:
        held = signing.loads(request.POST.get("proof", ""), salt=_SALT, max_age=PROOF_SECONDS)
    except signing.BadSignature:
        return False
    return bool(held == str(arrived.asked.id))


def _body_bytes(request: HttpRequest) -> int:
    """What the header says; without a number Django reads no body at all."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() else 0
