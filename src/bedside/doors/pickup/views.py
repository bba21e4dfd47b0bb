"""The patients' pages: saying no in one click, choosing, and taking a signed permission back.

No sign-in, no session, no cookie: the token in the address is all that is needed to say no (16 CFR 316.5).
There is no CSRF check for the same reason: RFC 8058 mail programs post without any cookie, and there is no
session that a foreign page could ride on; whoever can name the token already holds the mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bedside.doors.pickup.pages import language_of, missing, patient_page, show
from bedside.doors.pickup.visiting import Person, Visit, person, visit
from bedside.doors.pickup.words import TEXTS, WORDING, category_name
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.ground.scope import in_scope
from bedside.records.consent import actions
from bedside.records.consent.rules import Answer, Category, Evidence, Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bedside.doors.pickup.words import Language

    Act = Callable[[Visit, HttpRequest], None]

BODY_BYTES_MAX = 8 * 1024
_TOO_LARGE = 413
_USER_AGENT_MAX = 200


@csrf_exempt  # see the head of this file
@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stops at once. The body is never read: any POST here means stop (RFC 8058 section 3.2)."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    if request.method == "POST":
        return _after_stopping(request, arrived)
    known = person(arrived)
    if known is None:
        return show(request, "gone.html", {})
    return show(request, "stop.html", _page(request, arrived, known))


@csrf_exempt  # see the head of this file
@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """POST takes the stop back, as the person's own new yes; GET shows where one stands."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    if request.method != "POST":
        return unsubscribe(request, token)
    known = _act(arrived, request, start_again)
    if known is None:
        return show(request, "gone.html", {})
    return show(request, "undone.html", _page(request, arrived, known))


@csrf_exempt  # see the head of this file
@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the choices, POST keeps them; each takes effect with the commit."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    if _body_bytes(request) > BODY_BYTES_MAX:
        return show(request, "missing.html", {"too_large": True}, status=_TOO_LARGE)
    if request.method != "POST":
        known = person(arrived)
        changed = None
    else:
        chosen = _ACTS.get(request.POST.get("act", ""), keep_choices)
        before = person(arrived)
        known = _act(arrived, request, chosen)
        changed = known is not None and before is not None and known.permissions != before.permissions
    if known is None:
        return show(request, "gone.html", {})
    return show(request, "choices.html", {**_page(request, arrived, known), "changed": changed})


@require_http_methods(["GET", "HEAD"])
@patient_page
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def _body_bytes(request: HttpRequest) -> int:
    """What the header says; without a number Django reads no body at all."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() else 0


def _after_stopping(request: HttpRequest, arrived: Visit) -> HttpResponse:
    known = _act(arrived, request, stop)
    if known is None:
        return show(request, "gone.html", {})
    return show(request, "stopped.html", _page(request, arrived, known))


def _act(arrived: Visit, request: HttpRequest, act: Act) -> Person | None:
    """Runs one act in one transaction. None when the record is gone: saying no to nothing is fine too."""
    try:
        with in_scope(arrived.scope):
            act(arrived, request)
            return person(arrived)
    except NotFound:
        return None


def stop(arrived: Visit, request: HttpRequest) -> None:
    """Refuses the category of the link, or stops everything where it names none."""
    source, at, evidence = Source.UNSUBSCRIBE_LINK, clock.now(), _evidence(request)
    who, category = arrived.link.patient_id, arrived.link.category
    if category is None:
        actions.stop_everything(arrived.scope, who, source=source, at=at, evidence=evidence)
    else:
        actions.refuse(arrived.scope, who, category=category, source=source, at=at, evidence=evidence)


def start_again(arrived: Visit, request: HttpRequest) -> None:
    """The undo of `stop`."""
    source, at, evidence = Source.UNSUBSCRIBE_LINK, clock.now(), _evidence(request)
    who, category = arrived.link.patient_id, arrived.link.category
    if category is None:
        actions.resume(arrived.scope, who, source=source, at=at, evidence=evidence)
    else:
        actions.grant(arrived.scope, who, category=category, source=source, at=at, evidence=evidence)


def keep_choices(arrived: Visit, request: HttpRequest) -> None:
    """One yes or no per category; what was left open stays open."""
    said = _by_page(request)
    for category in Category:
        act = _ANSWERS.get(request.POST.get(category.value, ""))
        if act is not None:
            act(arrived.scope, arrived.link.patient_id, category=category, **said)


_ANSWERS = {"yes": actions.grant, "no": actions.refuse}


def _stop_all(arrived: Visit, request: HttpRequest) -> None:
    actions.stop_everything(arrived.scope, arrived.link.patient_id, **_by_page(request))


def _resume(arrived: Visit, request: HttpRequest) -> None:
    actions.resume(arrived.scope, arrived.link.patient_id, **_by_page(request))


def _revoke(arrived: Visit, request: HttpRequest) -> None:
    actions.revoke_authorization(arrived.scope, arrived.link.patient_id, **_by_page(request))


_ACTS: dict[str, Act] = {"stop_all": _stop_all, "resume": _resume, "revoke": _revoke}


class _ByPage(TypedDict):
    source: str
    at: datetime
    evidence: Evidence


def _by_page(request: HttpRequest) -> _ByPage:
    return {"source": Source.PREFERENCE_PAGE, "at": clock.now(), "evidence": _evidence(request)}


def _evidence(request: HttpRequest) -> Evidence:
    return Evidence(
        wording=WORDING,
        language=language_of(request).value,
        network_address=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", "")[:_USER_AGENT_MAX],
    )


def _page(request: HttpRequest, arrived: Visit, known: Person) -> dict[str, object]:
    language = language_of(request)
    words = TEXTS[language]
    category = arrived.link.category
    held = known.permissions.authorization
    return {
        "token": arrived.token,
        "practice": known.practice.name,
        "about_address": words["about_address"].format(address=known.address) if known.address else "",
        "everything": category is None,
        "sentences": _sentences(language, category),
        "questions": _questions(language, known),
        "choices": [_choice(language, one, known) for one in Category],
        "stopped": known.permissions.stopped_everything_at is not None,
        "authorized": held is not None and held.revoked_at is None,
        "revoked": held is not None and held.revoked_at is not None,
    }


def _sentences(language: Language, category: Category | None) -> dict[str, str]:
    """The texts that differ between one category and all mail."""
    words = TEXTS[language]
    ending = "_all" if category is None else ""
    name = "" if category is None else category_name(language, category)
    wanted = ("stop_title", "stop_what", "stop_button", "stopped_title", "stopped_what", "undone_what")
    return {key: words[f"{key}{ending}"].format(category=name) for key in wanted}


def _questions(language: Language, known: Person) -> str:
    words, practice = TEXTS[language], known.practice
    if practice.phone:
        return words["questions"].format(practice=practice.name, phone=practice.phone)
    return words["questions_no_phone"].format(practice=practice.name)


def _choice(language: Language, category: Category, known: Person) -> dict[str, object]:
    said = known.permissions.permissions[category].answer
    return {
        "code": category.value,
        "name": category_name(language, category),
        "about": TEXTS[language][f"{category.value}_about"],
        "yes": said is Answer.GRANTED,
        "no": said is Answer.REFUSED,
    }
