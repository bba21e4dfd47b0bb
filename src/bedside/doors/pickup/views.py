"""The patients' pages: saying no in one click, choosing, and taking a signed permission back.

No sign-in, no session, no cookie: the token in the address is all that is needed to say no (16 CFR 316.5).
There is no CSRF check for the same reason: RFC 8058 mail programs post without any cookie, and there is no
session that a foreign page could ride on; whoever can name the token already holds the mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bedside.doors.pickup.acting import BREAK_MONTHS, OFTEN, act, chosen_act, start_again, stop, stop_at_once
from bedside.doors.pickup.pages import language_of, missing, patient_page, show
from bedside.doors.pickup.seeing import see
from bedside.doors.pickup.visiting import Person, Visit, person, visit
from bedside.doors.pickup.words import TEXTS, category_name, day_in_words
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.records.consent.preferring import paused_on
from bedside.records.consent.rules import PROMOTIONAL, Answer, Category
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import date

    from bedside.doors.pickup.words import Language
    from bedside.records.consent.rules import Authorization, PersonPermissions
    from bedside.safeguards.practices.rules import Profile

BODY_BYTES_MAX = 8 * 1024
_TOO_LARGE = 413
_NOT_BY_LINK = 403
# RFC 8058 section 3.2: what a mail program posts, as a form or as its parts; a browser's form of ours has no field.
_ONE_CLICK = b"List-Unsubscribe=One-Click"
_ONE_CLICK_BYTES_MAX = 64


@csrf_exempt  # see the head of this file
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stops at once: any POST here means stop, whatever it says (RFC 8058 section 3.2)."""
    is_one_click = request.method == "POST" and _is_one_click(request)
    arrived = visit(request, token, follows=not is_one_click)
    if arrived is None:
        return missing(request)
    if is_one_click:
        return _after_one_click(request, arrived)
    if request.method == "POST":
        return _after_stopping(request, arrived)
    known = see(request, arrived, page="stop")
    if known is None:
        return gone(request, arrived)
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
    done = act(arrived, request, start_again)
    if done is None:
        return gone(request, arrived)
    context = _page(request, arrived, done.known)
    if done.came.to_ask:
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
            return gone(request, arrived)
        return show(request, "choices.html", {**_page(request, arrived, known), "changed": None})
    before = person(arrived)
    done = act(arrived, request, chosen_act(request))
    if done is None or before is None:
        return gone(request, arrived)
    context = _page(request, arrived, done.known, click=done.click)
    changed = done.known.permissions != before.permissions
    if not changed:
        see(request, arrived, page="choices")
    return show(request, "choices.html", {**context, "changed": changed, "came": done.came})


@patient_page
@require_http_methods(["GET", "HEAD"])
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def gone(request: HttpRequest, arrived: Visit) -> HttpResponse:
    """For somebody who was erased: nothing about them is left to show, but whom to call is."""
    try:
        practice = profile(arrived.scope)
    except NotFound:
        return show(request, "gone.html", {})
    return show(request, "gone.html", {"questions": questions(language_of(request), practice)})


def _body_bytes(request: HttpRequest) -> int:
    """What the header says; without a number Django reads no body at all."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() else 0


def _is_one_click(request: HttpRequest) -> bool:
    """True for the body that mail programs send, which nobody looks at the answer of."""
    return 0 < _body_bytes(request) <= _ONE_CLICK_BYTES_MAX and request.body.strip() == _ONE_CLICK


def _after_one_click(request: HttpRequest, arrived: Visit) -> HttpResponse:
    """Nothing about the person is shown, so nothing is looked up for it and no look is recorded."""
    stop_at_once(arrived, request)
    return HttpResponse("Done.\n", content_type="text/plain; charset=utf-8")


def _after_stopping(request: HttpRequest, arrived: Visit) -> HttpResponse:
    done = act(arrived, request, stop)
    if done is None:
        return gone(request, arrived)
    if not done.click:  # nothing was there to stop, so nothing but the look is recorded
        see(request, arrived, page="stop")
    return show(request, "stopped.html", _page(request, arrived, done.known, click=done.click))


def _page(request: HttpRequest, arrived: Visit, known: Person, *, click: str = "") -> dict[str, object]:
    language = language_of(request)
    words = TEXTS[language]
    category = arrived.link.category
    held = known.permissions
    today = clock.now().astimezone(known.practice.zone).date()
    signed = _in_force(held, today)
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
        "questions": questions(language, known.practice),
        "choices": [_choice(language, one, known, open_to_yes=yes) for one, yes in open_choices],
        "some_closed": not all(yes or _answer(known, one) is Answer.GRANTED for one, yes in open_choices),
        "stopped": held.stopped_everything_at is not None,
        "authorized": bool(signed),
        "documents": _documents(language, signed),
        "revoked": not signed and any(one.revoked_at is not None for one in held.authorizations),
        "break_day": _break_day(language, held, today),
        "break_months": _months(language),
        "only_care": all(held.permissions[one].answer is Answer.REFUSED for one in PROMOTIONAL),
    }


def _in_force(held: PersonPermissions, today: date) -> list[Authorization]:
    return [
        one
        for one in held.authorizations
        if one.revoked_at is None and (one.expires_on is None or one.expires_on >= today)
    ]


def _documents(language: Language, signed: list[Authorization]) -> list[dict[str, str]]:
    """Each paper by its day alone, since what it is about may tell of a condition (CON-12). Nothing for one paper."""
    words = TEXTS[language]
    if len(signed) == 1:
        return []
    return [
        {
            "name": words["document_signed"].format(day=day_in_words(language, one.signed_on)),
            "id": one.document_id.hex if one.document_id else "",
        }
        for one in signed
    ]


def _break_day(language: Language, held: PersonPermissions, today: date) -> str:
    """Until when nothing promotional comes; empty while there is no pause of all of it."""
    running = paused_on(held, today)
    if not running.issuperset(PROMOTIONAL):
        return ""
    return TEXTS[language]["break_now"].format(
        day=day_in_words(language, min(held.paused_until[one] for one in PROMOTIONAL))
    )


def _months(language: Language) -> list[tuple[int, str]]:
    words = TEXTS[language]
    return [
        (number, words["break_month"] if number == 1 else words["break_months"].format(number=number))
        for number in BREAK_MONTHS
    ]


def _often(language: Language, category: Category, held: PersonPermissions) -> list[tuple[str, str, bool]]:
    """(value, words, chosen) of each way; a number that staff keyed is one of them."""
    if category not in PROMOTIONAL:
        return []
    words, chosen = TEXTS[language], held.monthly_max.get(category)
    numbers = sorted({*OFTEN, *((chosen,) if chosen else ())})
    named = {1: words["often_once"], 2: words["often_twice"]}
    ways = [
        (str(one), named.get(one) or words["often_at_most"].format(number=one), one == chosen)
        for one in numbers
    ]
    return [("", words["often_usual"], chosen is None), *ways]


def _sentences(language: Language, category: Category | None) -> dict[str, str]:
    """The texts that differ between one category and all mail."""
    words = TEXTS[language]
    ending = "_all" if category is None else ""
    name = "" if category is None else category_name(language, category)
    wanted = ("stop_title", "stop_what", "stop_button", "stopped_title", "stopped_what", "undone_what")
    return {key: words[f"{key}{ending}"].format(category=name) for key in wanted}


def questions(language: Language, practice: Profile) -> str:
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
        "often": _often(language, category, known.permissions),
    }
