"""The pages behind "what do you hold about me?": asking by a link in a mail, and confirming by the link of another.

GET shows, POST acts, a second click changes nothing. Nothing that is held is ever shown here: staff answer (RGT-01).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bedside.doors.pickup.pages import language_of, missing, patient_page, show
from bedside.doors.pickup.seeing import see
from bedside.doors.pickup.views import gone, questions
from bedside.doors.pickup.visiting import visit
from bedside.doors.pickup.words import TEXTS, day_in_words
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.records.consent import requests
from bedside.records.consent.confirmations import open_confirmation
from bedside.records.consent.requests import Standing
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from bedside.doors.pickup.words import Language

_GONE = 410
# By standing: the words of heading and text. Where a day is known it stands in the text.
_ASKING = {
    Standing.NONE: ("held_title", "held_lead"),
    Standing.ASKED: ("held_sent_title", "held_sent"),
    Standing.CONFIRMED: ("held_title", "held_open"),
    Standing.NO_ADDRESS: ("held_title", "held_none"),
}
_CONFIRMING = {
    Standing.ASKED: ("confirm_title", "confirm_lead"),
    Standing.CONFIRMED: ("confirmed_title", "confirmed_lead"),
    Standing.ANSWERED: ("used_title", "used_lead"),
    Standing.EXPIRED: ("used_title", "used_lead"),
    Standing.OTHER_ADDRESS: ("used_title", "used_lead"),
}


@csrf_exempt  # see the head of `views`
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: HttpRequest, token: str) -> HttpResponse:
    """POST has a mail sent to the present address, wherever the link was found."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    known = see(request, arrived, page="held")
    if known is None:
        return gone(request, arrived)
    language, stands, due = language_of(request), Standing.NONE, None
    if request.method == "POST":
        who = arrived.link.patient_id
        stands, due = requests.ask(arrived.scope, who, language=language.value, at=clock.now())
    context = {
        "token": token,
        "practice": known.practice.name,
        "questions": questions(language, known.practice),
        "may_ask": stands is Standing.NONE,
        "done": stands in {Standing.ASKED, Standing.CONFIRMED},
        **_said(language, _ASKING[stands], due),
    }
    return show(request, "held.html", context)


@csrf_exempt  # see the head of `views`
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_request(request: HttpRequest, token: str) -> HttpResponse:
    """The body is never read: any POST here means yes, as the button says."""
    link = open_confirmation(token)
    if link is None:
        return missing(request)
    try:
        scope, _ = requests.visitor(link, origin=request.META.get("REMOTE_ADDR", ""))
        practice = profile(scope)
    except NotFound:
        return missing(request)
    language = language_of(request)
    act = requests.confirm if request.method == "POST" else requests.standing
    try:
        stands, due = act(scope, link, at=clock.now())
    except NotFound:  # erased meanwhile
        return show(request, "gone.html", {"questions": questions(language, practice)})
    said = _CONFIRMING[stands]
    context = {
        "token": token,
        "practice": practice.name,
        "questions": questions(language, practice),
        "may_confirm": stands is Standing.ASKED,
        "done": stands is Standing.CONFIRMED,
        **_said(language, said, due),
    }
    return show(request, "confirm_request.html", context, status=_GONE if said[0] == "used_title" else 200)


def _said(language: Language, keys: tuple[str, str], due: date | None) -> dict[str, str]:
    words = TEXTS[language]
    day = day_in_words(language, due) if due else ""
    return {"title": words[keys[0]], "lead": words[keys[1]].format(day=day)}
