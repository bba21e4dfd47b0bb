"""Writing forms: the list, the builder with what is missing beside it, looking at it, publishing."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bedside.doors.web.authorizations import words
from bedside.doors.web.authorizations.forms import content_from, purpose_from
from bedside.doors.web.messages.frames import mail_frame
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.renewing import ending_soon
from bedside.records.authorizations.rules import (
    LANGUAGE_NAMES,
    PLAIN_GRADE_MAX,
    Content,
    Language,
    Part,
    document_bytes,
    starters,
)
from bedside.records.authorizations.rules.nouns import Signature, SignatureKind, SignerKind
from bedside.records.authorizations.rules.rendering import Signed
from bedside.records.authorizations.templates import SavedMeanwhile
from bedside.records.consent.rules import StateProfile
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.authorizations.queries import Draft, TemplateView

Code = TypeVar("Code", bound=StrEnum)
_writes = staff_page(Right.RECORD_CONSENT)


@_writes
def forms(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every form with its state and grade; POST asks those whose document ends soon to sign again."""
    if request.method == "POST":
        asked = actions.ask_again(scope, at=clock.now())
        people = "1 person" if asked == 1 else f"{asked} people"
        return done(request, f"{people} will be asked by email whether they want to sign again.", "forms")
    rows = [_line(scope, view) for view in queries.templates(scope)]
    context = {
        "rows": rows,
        "ending": len(ending_soon(scope, today=today(scope))),
        "plain": PLAIN_GRADE_MAX,
    }
    return render(request, "web/authorizations/forms.html", context)


@_writes
def start(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Choosing what to begin with; POST makes the draft."""
    known = starters(profile(scope).name)
    if request.method != "POST":
        return render(request, "web/authorizations/start.html", {"starters": known.values()})
    chosen = known.get(request.POST.get("starter", ""), known["marketing"])
    form_id = actions.save_template(scope, None, chosen.content, at=clock.now())
    return done(request, "Made a draft. Fill in what only you know.", "form", form_id)


@_writes
def form(request: HttpRequest, scope: Scope, form_id: UUID) -> HttpResponse:
    """The builder. POST saves the draft, however incomplete."""
    saved = queries.template(scope, form_id)
    if request.method != "POST":
        return _builder(request, scope, saved, saved.draft, based_on=saved.draft_number)
    based_on = whole_number(request.POST.get("based_on", ""), otherwise=0)
    content = content_from(request.POST)
    if request.POST.get("do") == "look":
        return _builder(request, scope, saved, content, based_on=based_on)
    try:
        actions.save_template(scope, form_id, content, based_on=based_on, at=clock.now())
    except SavedMeanwhile as error:
        return _builder(
            request, scope, saved, content, based_on=error.number, problem=error.sentence, status=409
        )
    except Refusal as error:
        return _builder(request, scope, saved, content, based_on=based_on, problem=error.sentence, status=422)
    left = len(queries.judged(scope, content).problems)
    things = "one thing is" if left == 1 else f"{left} things are"
    sentence = "Saved. The form can be published." if not left else f"Saved. {things} still missing."
    return done(request, sentence, "form", form_id)


@_writes
@require_POST
def check(request: HttpRequest, scope: Scope, form_id: UUID) -> HttpResponse:
    """What is missing in what is being typed, and how hard it reads, as a piece of the page. Saves nothing."""
    queries.template(scope, form_id)
    judged = queries.judged(scope, content_from(request.POST))
    return render(request, "web/authorizations/missing.html", _judged(judged))


@_writes
def frame(request: HttpRequest, scope: Scope, form_id: UUID) -> HttpResponse:
    """The document as it would be kept, signed by an invented patient; with `version`, one that was published."""
    saved = queries.template(scope, form_id)
    number = whole_number(request.GET.get("version", ""), otherwise=0)
    published = {one.number: one.content for one in queries.versions(scope, form_id)}
    content = published.get(number, saved.draft)
    language = _language(request.GET.get("language", ""), content)
    return mail_frame(_example(scope, content, language).decode())


@_writes
def preview(request: HttpRequest, scope: Scope, form_id: UUID) -> HttpResponse:
    """The exact rendering in each language, at the width of a computer and of a phone."""
    saved = queries.template(scope, form_id)
    language = _language(request.GET.get("language", ""), saved.draft)
    context = {
        "saved": saved,
        "languages": [(one.value, LANGUAGE_NAMES[one]) for one in saved.draft.languages],
        "language": language.value,
        "versions": queries.versions(scope, form_id),
    }
    return render(request, "web/authorizations/preview.html", context)


@_writes
def publish(request: HttpRequest, scope: Scope, form_id: UUID) -> HttpResponse:
    """Asks once more, then publishes what was looked at."""
    saved = queries.template(scope, form_id)
    judged = queries.judged(scope, saved.draft)
    problem = ""
    if request.method == "POST":
        based_on = whole_number(request.POST.get("based_on", ""), otherwise=0)
        try:
            actions.publish_version(scope, form_id, based_on=based_on, at=clock.now())
        except Refusal as error:
            problem = error.sentence
        else:
            number = queries.template(scope, form_id).published
            return done(request, f"Published version {number}. People can be asked to sign it.", "forms")
    context = {"saved": saved, "problem": problem, "next": saved.published + 1, **_judged(judged)}
    return render(request, "web/authorizations/publish.html", context, status=422 if problem else 200)


@_writes
def retire(request: HttpRequest, scope: Scope, form_id: UUID) -> HttpResponse:
    saved = queries.template(scope, form_id)
    if request.method == "POST":
        actions.retire(scope, form_id, at=clock.now())
        return done(request, "The form is retired. What people signed stays in force.", "forms")
    return render(request, "web/authorizations/retire.html", {"saved": saved})


@_writes
@require_POST
def copy(_request: HttpRequest, scope: Scope, form_id: UUID) -> HttpResponse:
    """A new form that begins with the words of this one."""
    draft = queries.template(scope, form_id).draft
    name = f"{draft.name[:70]} (copy)"
    new_id = actions.save_template(scope, None, replace(draft, name=name), at=clock.now())
    return redirect("form", new_id)


@_writes
def purposes(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What forms and campaigns call the uses of information."""
    problem = ""
    if request.method == "POST":
        try:
            actions.save_purpose(scope, purpose_from(request.POST), at=clock.now())
        except Refusal as error:
            problem = error.sentence
        else:
            return done(request, "Saved the purpose.", "form_purposes")
    rows = [
        (one, words.PURPOSE_KINDS[one.kind], one.names.get(Language.ENGLISH), one.names.get(Language.SPANISH))
        for one in queries.purposes(scope)
    ]
    context = {
        "rows": rows,
        "typed": request.POST if problem else {},
        "typed_names": [request.POST.get(f"name-{one.value}", "") if problem else "" for one in Language],
        "problem": problem,
        "kinds": choices(words.PURPOSE_KINDS),
    }
    return render(request, "web/authorizations/purposes.html", context, status=422 if problem else 200)


def today(scope: Scope) -> date:
    return clock.now().astimezone(profile(scope).zone).date()


def choices(names: Mapping[Code, str], chosen: Iterable[object] = ()) -> list[tuple[str, str, bool]]:
    """(code, words, chosen) of each."""
    held = set(chosen)
    return [(code.value, name, code in held) for code, name in names.items()]


def purpose_choices(scope: Scope, chosen: Iterable[str]) -> list[tuple[str, str, bool]]:
    """With the sort of each, since one name may sound like another."""
    held = set(chosen)
    return [
        (
            one.code,
            f"{one.name(Language.ENGLISH)} · {words.PURPOSE_KINDS[one.kind].lower()}",
            one.code in held,
        )
        for one in queries.purposes(scope)
    ]


def _line(scope: Scope, view: TemplateView) -> dict[str, object]:
    if view.retired_at is not None:
        state = ("Retired", "badge-quiet")
    elif view.published and not view.changed:
        state = (f"Published, version {view.published}", "badge-ok")
    elif view.published:
        state = (f"Version {view.published}, changes not published", "badge-warn")
    else:
        state = ("Draft", "badge-quiet")
    judged = queries.judged(scope, view.draft)
    return {
        "form": view,
        "state": state,
        "missing": len(judged.problems),
        "grades": [
            (LANGUAGE_NAMES[language], years, years > PLAIN_GRADE_MAX)
            for language, years in judged.grades.items()
        ],
    }


def _builder(
    request: HttpRequest,
    scope: Scope,
    saved: TemplateView,
    content: Content,
    *,
    based_on: int,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    judged = queries.judged(scope, content)
    at_fault = {(one.language, one.part): one.sentence for one in reversed(judged.problems)}
    languages = [
        {
            "code": language.value,
            "name": LANGUAGE_NAMES[language],
            "texts": [
                {
                    "name": f"text-{language.value}-{part.value}",
                    "label": words.PARTS[part][0],
                    "help": words.PARTS[part][1],
                    "text": content.text(language, part),
                    "missing": at_fault.get((language, part), ""),
                    "rows": 2 if part is Part.TITLE else 4,
                }
                for part in Part
            ],
        }
        for language in Language
    ]
    context = {
        "saved": saved,
        "content": content,
        "based_on": based_on,
        "problem": problem,
        "languages": languages,
        "purposes": purpose_choices(scope, content.purposes),
        "kinds": choices(words.KINDS, {content.kind}),
        "profiles": choices(words.PROFILES, {content.profile}),
        "sensitivities": choices(words.SENSITIVITIES, content.sensitivities),
        "events": choices(words.EVENTS, {content.expiry.event}),
        "exceptions": choices(words.EXCEPTIONS, {content.expiry.exception}),
        "also": choices(words.ALSO_SIGNS, content.also_signs),
        **_judged(judged),
    }
    return render(request, "web/authorizations/form.html", context, status=status)


def _judged(judged: Draft) -> dict[str, object]:
    return {
        "missing": judged.problems,
        "grades": [
            (LANGUAGE_NAMES[language], years, years > PLAIN_GRADE_MAX)
            for language, years in judged.grades.items()
        ],
        "plain": PLAIN_GRADE_MAX,
    }


def _language(text: str, content: Content) -> Language:
    offered = content.languages or (Language.ENGLISH,)
    return next((one for one in offered if one.value == text), offered[0])


def _example(scope: Scope, content: Content, language: Language) -> bytes:
    """As Maria Jones, who is invented, would have signed it just now."""
    from uuid import UUID

    practice, at = profile(scope), clock.now()
    text = queries.text_of(scope, content, language, signed_on=today(scope))
    mark = Signature(kind=SignatureKind.TYPED, name="Maria Jones", signer=SignerKind.SELF)
    signed = Signed(
        document_id=UUID(int=0),
        person="Maria Jones",
        signature=mark,
        signed_at=at.astimezone(practice.zone),
        zone=practice.time_zone,
    )
    return document_bytes(
        text,
        language,
        signed=signed,
        large=content.profile is StateProfile.CALIFORNIA,
        title=content.text(language, Part.TITLE),
    )
