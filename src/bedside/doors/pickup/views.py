"""The patients' pages: saying no in one click, choosing, and taking a signed permission back.

No sign-in, no session, no cookie: the token in the address is all that is needed to say no (16 CFR 316.5).
There is no CSRF check for the same reason: RFC 8058 mail programs post without any cookie, and there is no
session that a foreign page could ride on; whoever can name the token already holds the mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bedside.doors.pickup.pages import language_of, missing, patient_page, show
from bedside.doors.pickup.seeing import see
from bedside.doors.pickup.visiting import Person, Visit, person, visit
from bedside.doors.pickup.words import TEXTS, WORDING, category_name
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.consent import actions, by_link
from bedside.records.consent.rules import Answer, Category, Evidence, Source
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedside.doors.pickup.words import Language
    from bedside.safeguards.practices.rules import Profile

BODY_BYTES_MAX = 8 * 1024
_TOO_LARGE = 413
_NOT_BY_LINK = 403
_CLICK_SALT = "bedside.pickup.click"
_USER_AGENT_MAX = 200


@csrf_exempt  # see the head of this file
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stops at once. The body is never read: any POST here means stop (RFC 8058 section 3.2)."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    if request.method == "POST":
        return _after_stopping(request, arrived)
    known = see(request, arrived, page="stop")
    if known is None:
        return _gone(request, arrived)
    return show(request, "stop.html", _page(request, arrived, known))


@csrf_exempt  # see the head of this file
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """POST takes the stop back, where the link is enough for that; GET shows where one stands."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    if _body_bytes(request) > BODY_BYTES_MAX:
        return show(request, "missing.html", {"too_large": True}, status=_TOO_LARGE)
    if request.method != "POST":
        return unsubscribe(request, token)
    done = _act(arrived, request, start_again)
    if done is None:
        return _gone(request, arrived)
    context = _page(request, arrived, done.known)
    if done.to_ask:
        see(request, arrived, page="ask")
        return show(request, "ask.html", context, status=_NOT_BY_LINK)
    return show(request, "undone.html", context)


@csrf_exempt  # see the head of this file
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the choices, POST keeps them; each takes effect with the commit."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    if _body_bytes(request) > BODY_BYTES_MAX:
        return show(request, "missing.html", {"too_large": True}, status=_TOO_LARGE)
    if request.method != "POST":
        known = see(request, arrived, page="choices")
        if known is None:
            return _gone(request, arrived)
        return show(request, "choices.html", {**_page(request, arrived, known), "changed": None})
    before = person(arrived)
    done = _act(arrived, request, _ACTS.get(request.POST.get("act", ""), keep_choices))
    if done is None or before is None:
        return _gone(request, arrived)
    context = _page(request, arrived, done.known, click=done.click)
    changed = done.known.permissions != before.permissions
    if not changed:
        see(request, arrived, page="choices")
    return show(request, "choices.html", {**context, "changed": changed, "to_ask": done.to_ask})


@patient_page
@require_http_methods(["GET", "HEAD"])
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def _gone(request: HttpRequest, arrived: Visit) -> HttpResponse:
    """For somebody who was erased: nothing about them is left to show, but whom to call is."""
    try:
        practice = profile(arrived.scope)
    except NotFound:
        return show(request, "gone.html", {})
    return show(request, "gone.html", {"questions": _questions(language_of(request), practice)})


def _body_bytes(request: HttpRequest) -> int:
    """What the header says; without a number Django reads no body at all."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() else 0


def _after_stopping(request: HttpRequest, arrived: Visit) -> HttpResponse:
    done = _act(arrived, request, stop)
    if done is None:
        return _gone(request, arrived)
    if not done.click:  # nothing was there to stop, so nothing but the look is recorded
        see(request, arrived, page="stop")
    return show(request, "stopped.html", _page(request, arrived, done.known, click=done.click))


class _Said(TypedDict):
    """How every act of one request is recorded; all of them at one moment, by which the click is known again."""

    source: str
    at: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What came of an act. `click` proves whose no this was, empty where nothing was stopped by it.

    `to_ask`: some yes was not taken, because it needs more than this link.
    """

    known: Person
    click: str
    to_ask: bool


def _act(
    arrived: Visit, request: HttpRequest, act: Callable[[Visit, HttpRequest, _Said], tuple[bool, bool]]
) -> _Done | None:
    """Runs one act in one transaction. None when the record is gone: saying no to nothing is fine too.

    An act gives whether it stopped something, and whether the practice has to be asked.
    """
    by_page = request.path.startswith("/p/")
    source = Source.PREFERENCE_PAGE if by_page else Source.UNSUBSCRIBE_LINK
    said = _Said(source=source, at=clock.now(), evidence=_evidence(request))
    try:
        with in_scope(arrived.scope):
            stopped, to_ask = act(arrived, request, said)
            known = person(arrived)
    except NotFound:
        return None
    click = _proof(arrived, said["at"]) if stopped else ""
    return None if known is None else _Done(known=known, click=click, to_ask=to_ask)


def stop(arrived: Visit, _request: HttpRequest, said: _Said) -> tuple[bool, bool]:
    """Refuses the category of the link, or stops everything where it names none."""
    return _say_no(arrived, arrived.link.category, said), False


def start_again(arrived: Visit, request: HttpRequest, said: _Said) -> tuple[bool, bool]:
    """The undo of `stop`."""
    return False, not _say_yes(arrived, request, arrived.link.category, said)


def keep_choices(arrived: Visit, request: HttpRequest, said: _Said) -> tuple[bool, bool]:
    """One yes or no per category; what was left open stays open. A yes that is not taken leaves the rest in force."""
    stopped = to_ask = False
    for category in Category:
        answer = request.POST.get(category.value, "")
        if answer == "no":
            stopped |= _say_no(arrived, category, said)
        elif answer == "yes":
            to_ask |= not _say_yes(arrived, request, category, said)
    return stopped, to_ask


def _stop_all(arrived: Visit, _request: HttpRequest, said: _Said) -> tuple[bool, bool]:
    return _say_no(arrived, None, said), False


def _resume(arrived: Visit, request: HttpRequest, said: _Said) -> tuple[bool, bool]:
    return False, not _say_yes(arrived, request, None, said)


def _revoke(arrived: Visit, _request: HttpRequest, said: _Said) -> tuple[bool, bool]:
    actions.revoke_authorization(arrived.scope, arrived.link.patient_id, **said)
    return False, False


_ACTS = {"stop_all": _stop_all, "resume": _resume, "revoke": _revoke}


def _say_no(arrived: Visit, category: Category | None, said: _Said) -> bool:
    who = arrived.link.patient_id
    if category is None:
        return actions.stop_everything(arrived.scope, who, **said)
    return actions.refuse(arrived.scope, who, category=category, **said)


def _say_yes(arrived: Visit, request: HttpRequest, category: Category | None, said: _Said) -> bool:
    """False where the practice has to be asked: the link is not enough, and no click of just now is undone."""
    try:
        by_link.say_yes(arrived.scope, arrived.link, category=category, **said)
    except Refusal:
        return _undo(arrived, request, category, said)
    return True


def _undo(arrived: Visit, request: HttpRequest, category: Category | None, said: _Said) -> bool:
    clicked_at = _clicked_at(arrived, request)
    if clicked_at is None:
        return False
    try:
        by_link.undo_click(arrived.scope, arrived.link, category=category, clicked_at=clicked_at, **said)
    except Refusal:
        return False
    return True


def _proof(arrived: Visit, at: datetime) -> str:
    """What only the page that answers a click holds, so that nobody else with an old mail can undo it."""
    return signing.dumps([str(arrived.link.patient_id), at.isoformat()], salt=_CLICK_SALT)


def _clicked_at(arrived: Visit, request: HttpRequest) -> datetime | None:
    try:
        who, at = signing.loads(request.POST.get("click", ""), salt=_CLICK_SALT)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(at) if who == str(arrived.link.patient_id) else None


def _evidence(request: HttpRequest) -> Evidence:
    return Evidence(
        wording=WORDING,
        language=language_of(request).value,
        network_address=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", "")[:_USER_AGENT_MAX],
    )


def _page(request: HttpRequest, arrived: Visit, known: Person, *, click: str = "") -> dict[str, object]:
    language = language_of(request)
    words = TEXTS[language]
    category = arrived.link.category
    held = known.permissions.authorization
    open_choices = [(one, bool(click) or one in known.open_to_yes) for one in Category]
    return {
        "token": arrived.token,
        "click": click,
        "may_undo": bool(click) or category in known.open_to_yes,
        "may_resume": bool(click) or None in known.open_to_yes,
        "practice": known.practice.name,
        "about_address": words["about_address"].format(address=known.address) if known.address else "",
        "everything": category is None,
        "sentences": _sentences(language, category),
        "questions": _questions(language, known.practice),
        "choices": [_choice(language, one, known, open_to_yes=yes) for one, yes in open_choices],
        "some_closed": not all(yes or _answer(known, one) is Answer.GRANTED for one, yes in open_choices),
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


def _questions(language: Language, practice: Profile) -> str:
    words = TEXTS[language]
    if practice.phone:
        return words["questions"].format(practice=practice.name, phone=practice.phone)
    return words["questions_no_phone"].format(practice=practice.name)


def _answer(known: Person, category: Category) -> Answer:
    return known.permissions.permissions[category].answer


def _choice(language: Language, category: Category, known: Person, *, open_to_yes: bool) -> dict[str, object]:
    said = _answer(known, category)
    return {
        "closed": not open_to_yes and said is not Answer.GRANTED,
        "code": category.value,
        "name": category_name(language, category),
        "about": TEXTS[language][f"{category.value}_about"],
        "yes": said is Answer.GRANTED,
        "no": said is Answer.REFUSED,
    }
