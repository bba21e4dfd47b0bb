"""The page behind `c/<token>`: is this mailbox yours? GET shows a button, POST confirms (CON-06, CON-07).

A mail scanner that opens every link changes nothing; a second click finds that it is done already. The page names the
practice, which the mail of some practices does not, and nobody else. For CSRF see the head of `views`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bedside.doors.pickup.confirming_words import BUTTONS, CONFIRMING, WORDING
from bedside.doors.pickup.pages import language_of, missing, patient_page, show
from bedside.doors.pickup.words import TEXTS
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.records.consent.confirmations import open_confirmation
from bedside.records.consent.proving import Confirmed, confirm, standing, visitor
from bedside.records.consent.rules import Evidence
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.doors.pickup.words import Language
    from bedside.safeguards.practices.rules import Profile

_USER_AGENT_MAX = 200
_GONE = 410


@csrf_exempt  # see the head of this file
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """The body is never read: any POST here means yes, as the button says."""
    link = open_confirmation(token)
    if link is None:
        return missing(request)
    origin = request.META.get("REMOTE_ADDR", "")
    try:
        scope, _ = visitor(link, origin=origin)
        practice = profile(scope)
    except NotFound:
        return missing(request)
    try:
        if request.method == "POST":
            told = confirm(scope, link, at=clock.now(), evidence=_evidence(request))
        else:
            told = standing(scope, link, at=clock.now())
    except NotFound:  # erased meanwhile
        return show(request, "gone.html", {"questions": _questions(language_of(request), practice)})
    return _page(request, token, told, practice)


def _page(request: HttpRequest, token: str, told: Confirmed, practice: Profile) -> HttpResponse:
    language = language_of(request)
    context = {
        "token": token,
        "practice": practice.name,
        "open": told is Confirmed.OPEN,
        "done": told in {Confirmed.DONE, Confirmed.ALREADY},
        "said": CONFIRMING[language][told],
        "button": BUTTONS[language],
        "questions": _questions(language, practice),
    }
    refused = told in {Confirmed.EXPIRED, Confirmed.OTHER_ADDRESS}
    return show(request, "confirm.html", context, status=_GONE if refused else 200)


def _questions(language: Language, practice: Profile) -> str:
    words = TEXTS[language]
    if practice.phone:
        return words["questions"].format(practice=practice.name, phone=practice.phone)
    return words["questions_no_phone"].format(practice=practice.name)


def _evidence(request: HttpRequest) -> Evidence:
    return Evidence(
        wording=WORDING,
        language=language_of(request).value,
        network_address=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", "")[:_USER_AGENT_MAX],
    )
