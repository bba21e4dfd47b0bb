"""The pages behind `f/<token>`, a sign-up form, and `s/<token>`, its confirmation.

No scripts, no cookies, no third party. GET changes nothing. A form may stand in a frame of the websites that the
practice listed and of no others. A plain form on a website posts here too: then the values are shown on our own page,
where the words stand, and no box is ticked until the person ticks it there (CON-04). For CSRF see the head of `views`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bedside.doors.pickup.pages import POLICY, language_of, missing, patient_page, protect, show
from bedside.doors.pickup.signup_words import BUTTONS, CONFIRMING, FIELDS, ROBOTS, SIGNUP, WOULD_GET
from bedside.doors.pickup.words import NAMES, TEXTS, category_name
from bedside.doors.pickup.words import Language as PageLanguage
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.foreign_links import note_foreign_link
from bedside.records.signups import actions, queries
from bedside.records.signups.links import (
    form_address,
    make_stamp,
    open_form_link,
    open_pending_link,
    open_stamp,
)
from bedside.records.signups.rules import (
    Asked,
    BadAnswers,
    Language,
    Robot,
    read_answers,
    statement,
)
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

    from bedside.records.signups.queries import Published
    from bedside.safeguards.practices.rules import Profile

BODY_BYTES_MAX = 20 * 1024
_OK, _GONE, _TOO_LARGE, _AMISS, _TOO_MANY, _CLOSED = 200, 410, 413, 422, 429, 503
_TRAP = "website"  # a field that nobody sees and a robot fills in
_AUTOCOMPLETE = {
    Asked.FIRST_NAME: "given-name",
    Asked.LAST_NAME: "family-name",
    Asked.PHONE: "tel",
    Asked.STATE: "address-level1",
    Asked.BIRTH_DATE: "bday",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at a form that is open."""

    token: str
    scope: Scope
    practice: Profile
    form: Published
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What to show again; nothing of it is stored."""

    values: Mapping[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    note: str = ""
    stamp: str = ""


def _framed_page(
    view: Callable[[HttpRequest, str], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """As `patient_page`, but a view may have said which websites may show the page in a frame."""

    def page(request: HttpRequest, token: str) -> HttpResponse:
        answer = view(request, token)
        websites = answer.headers.get("X-Bedside-Frames", "")
        answer = protect(answer)
        del answer.headers["X-Bedside-Frames"]
        if websites:
            answer.headers["Content-Security-Policy"] = POLICY.replace(
                "frame-ancestors 'none'", f"frame-ancestors {websites}"
            )
            del answer.headers["X-Frame-Options"]  # it cannot name a website; browsers go by the policy
            answer.xframe_options_exempt = True
        return answer

    return page


@csrf_exempt  # see the head of this file
@_framed_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form, POST takes it or shows it again with everything that was typed."""
    link = open_form_link(token)
    if link is None:
        note_foreign_link(at=clock.now())
        return missing(request)
    scope = actions.visitor_scope(link.practice_id, who="", origin=request.META.get("REMOTE_ADDR", ""))
    try:
        with in_scope(scope):
            practice, form = profile(scope), queries.open_form(scope, link.form_id)
    except NotFound:
        return missing(request)
    if form is None:
        return _told(request, practice, "closed", status=_CLOSED)
    arrived = Visit(token=token, scope=scope, practice=practice, form=form, language=_language(request, form))
    if request.method != "POST":
        return _form(request, arrived, _Typed())
    if _body_bytes(request) > BODY_BYTES_MAX:
        return show(request, "missing.html", {"too_large": True}, status=_TOO_LARGE)
    return _post(request, arrived)


def _post(request: HttpRequest, arrived: Visit) -> HttpResponse:
    words, given = SIGNUP[arrived.language], request.POST
    at, stamp = clock.now(), given.get("stamp", "")
    is_ours = open_stamp(stamp, form_id=arrived.form.form_id) is not None
    values = {name: given.get(name, "")[:300] for name in ("email", *Asked)}
    if "stamp" not in given:
        return _form(request, arrived, _Typed(values=values, note=words["go_on"]))
    # What was ticked on a page that is not ours is not shown as ticked on ours (CON-04).
    ticked = frozenset(given.getlist("mail")) if is_ours else frozenset()
    topics = frozenset(given.getlist("topic")) if is_ours else frozenset()
    try:
        answers = read_answers(
            arrived.form.content.definition, values, ticked=ticked, topics=topics,
            language=arrived.language, today=at.astimezone(arrived.practice.zone).date(),
        )  # fmt: skip
    except BadAnswers as refused:
        problems = {name: words[code] for name, code in refused.problems.items()}
        again = _Typed(
            values=values, ticked=ticked, topics=topics, problems=problems, problem=words["amiss"],
            stamp=stamp if is_ours else "",
        )  # fmt: skip
        return _form(request, arrived, again, status=_AMISS)
    robot = actions.receive(
        arrived.scope, arrived.form, answers, shown_in=arrived.language, stamp=stamp,
        trap=given.get(_TRAP, ""), visitor=_visitor(request, arrived), at=at,
    )  # fmt: skip
    if robot is None:
        plain = not arrived.practice.double_opt_in
        return _told(request, arrived.practice, "thanks", arrived=arrived, plain=plain)
    again = _Typed(values=values, ticked=ticked, topics=topics, problem=ROBOTS[arrived.language][robot])
    return _form(request, arrived, again, status=_TOO_MANY if robot is Robot.TOO_MANY else _AMISS)


def _form(request: HttpRequest, arrived: Visit, typed: _Typed, *, status: int = _OK) -> HttpResponse:
    content = arrived.form.content
    said = statement(content.definition, content.promises, language=arrived.language)
    words = SIGNUP[arrived.language]
    context = {
        "token": arrived.token,
        "practice": content.promises.practice,
        "said": said,
        "signup": words,
        "typed": typed,
        "fields": [_field(arrived, one, typed) for one in content.definition.asked],
        "boxes": [
            {"code": one.value, "text": text, "ticked": one.value in typed.ticked}
            for one, text in said.boxes.items()
        ],
        "topics": [
            {"number": str(number), "text": text, "ticked": str(number) in typed.topics}
            for number, text in enumerate(said.interests)
        ],
        "collection_ticked": "collection" in typed.ticked,
        "notice_url": content.promises.notice_url,
        "policy_url": content.promises.consumer_policy_url if said.policy else "",
        "stamp": typed.stamp or make_stamp(arrived.form.form_id, at=clock.now()),
        "trap": _TRAP,
        "page": _page_url(request, arrived),
    }
    return _framed(_show(request, "form.html", context, arrived=arrived, status=status), arrived)


def _field(arrived: Visit, asked: Asked, typed: _Typed) -> dict[str, object]:
    words = SIGNUP[arrived.language]
    choices = [("en", words["english"]), ("es", words["spanish"])] if asked is Asked.LANGUAGE else []
    chosen = typed.values.get(asked, "") or (arrived.language.value if choices else "")
    helps = {Asked.BIRTH_DATE: words["born_help"], Asked.STATE: words["state_help"]}
    return {
        "name": asked.value,
        "label": FIELDS[arrived.language][asked],
        "value": chosen,
        "choices": choices,
        "help": helps.get(asked, ""),
        "problem": typed.problems.get(asked, ""),
        "autocomplete": _AUTOCOMPLETE.get(asked, "off"),
    }


def _told(
    request: HttpRequest,
    practice: Profile,
    what: str,
    *,
    arrived: Visit | None = None,
    plain: bool = False,
    status: int = _OK,
) -> HttpResponse:
    language = arrived.language if arrived else Language(language_of(request).value)
    words, ending = SIGNUP[language], "_plain" if plain else ""
    context = {
        "practice": practice.name,
        "title": words[f"{what}_title{ending}"],
        "lead": words[f"{what}_lead{ending}"],
        "note": words.get(f"{what}_note", "") if not plain else "",
        "questions": _questions(language, practice),
    }
    answer = _show(request, "told.html", context, arrived=arrived, status=status)
    return _framed(answer, arrived) if arrived else answer


@csrf_exempt  # see the head of this file
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_signup(request: HttpRequest, token: str) -> HttpResponse:
    """The body is never read: any POST here means yes, as the button says."""
    link = open_pending_link(token)
    if link is None:
        note_foreign_link(at=clock.now())
        return missing(request)
    origin = request.META.get("REMOTE_ADDR", "")
    scope = actions.visitor_scope(link.practice_id, who="", origin=origin)
    try:
        practice = profile(scope)
        if request.method == "POST":
            told = actions.confirm(
                scope, link.pending_id, token=token, network_address=origin, at=clock.now()
            )
        else:
            told = actions.standing(scope, link.pending_id, token=token, at=clock.now())
        wanted = actions.asked_for(scope, link.pending_id, token=token, at=clock.now())
    except NotFound:
        return missing(request)
    language = Language(language_of(request).value)
    context = {
        "token": token,
        "practice": practice.name,
        "open": told is actions.Standing.OPEN,
        "done": told in {actions.Standing.DONE, actions.Standing.ALREADY},
        "said": CONFIRMING[language][told],
        "would_get": WOULD_GET[language],
        "mails": [category_name(PageLanguage(language.value), one) for one in wanted],
        "button": BUTTONS[language],
        "questions": _questions(language, practice),
    }
    return _show(request, "confirm.html", context, status=_GONE if told is actions.Standing.EXPIRED else _OK)


def _show(
    request: HttpRequest,
    template: str,
    values: Mapping[str, object],
    *,
    arrived: Visit | None = None,
    status: int = _OK,
) -> HttpResponse:
    """In the form's language, and offering only those languages that it has."""
    language = PageLanguage((arrived.language if arrived else language_of(request)).value)
    offered = arrived.form.content.definition.languages if arrived else tuple(Language)
    context = {
        **values,
        "language": language.value,
        "other_languages": [
            (one.value, NAMES[PageLanguage(one.value)]) for one in offered if one.value != language.value
        ],
        "words": TEXTS[language],
    }
    response = HttpResponse(render_to_string(f"pickup/signups/{template}", context), status=status)
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language"
    return response


def _framed(response: HttpResponse, arrived: Visit) -> HttpResponse:
    response.headers["X-Bedside-Frames"] = " ".join(arrived.form.content.definition.websites)
    return response


def _language(request: HttpRequest, form: Published) -> Language:
    offered = form.content.definition.languages
    wanted = Language(language_of(request).value)
    return wanted if wanted in offered else offered[0]


def _page_url(request: HttpRequest, arrived: Visit) -> str:
    """The page on a listed website that shows the form, as the browser told when it was opened; otherwise ours."""
    told = request.POST.get("page", "") or request.headers.get("Referer", "")
    try:
        parts = urlsplit(told[:400])
    except ValueError:
        parts = urlsplit("")
    if f"{parts.scheme}://{parts.netloc}" in arrived.form.content.definition.websites:
        return f"{parts.scheme}://{parts.netloc}{parts.path}"
    return form_address(arrived.token)


def _visitor(request: HttpRequest, arrived: Visit) -> actions.Visitor:
    return actions.Visitor(
        network_address=arrived.scope.origin,
        user_agent=request.headers.get("User-Agent", ""),
        page_url=_page_url(request, arrived),
    )


def _questions(language: Language, practice: Profile) -> str:
    words = TEXTS[PageLanguage(language.value)]
    if practice.phone:
        return words["questions"].format(practice=practice.name, phone=practice.phone)
    return words["questions_no_phone"].format(practice=practice.name)


def _body_bytes(request: HttpRequest) -> int:
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isascii() and told.isdigit() else BODY_BYTES_MAX + 1
