"""Sign-up forms: the list with its counts, the builder with the form as people see it beside it, publishing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_POST

from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.doors.web.signups.reading import definition_from
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.consent.rules import Category
from bedside.records.consent.sentences import CATEGORY_NAMES
from bedside.records.patients.rules import Relationship
from bedside.records.signups import actions, queries
from bedside.records.signups.forms import promises_of
from bedside.records.signups.rules import (
    ASKED_NAMES,
    Asked,
    Definition,
    FormTexts,
    Language,
    check_publishable,
    statement,
)
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.signups.queries import FormView

_writes = staff_page(Right.RECORD_CONSENT)
_LANGUAGES = ((Language.ENGLISH, "English"), (Language.SPANISH, "Spanish"))


@_writes
def forms(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every form with how many signed up, who still has to confirm, and who never did."""
    return render(request, "web/signups/forms.html", {"rows": queries.forms(scope)})


@_writes
@require_POST
def start(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Makes a draft with the kinds of mail that the practice says how often it sends."""
    own = profile(scope)
    stated = tuple(one for one in Category if one.value in own.monthly_caps)
    draft = Definition(
        name="New sign-up form",
        relationship=Relationship.PROSPECT,
        categories=stated or (Category.NEWSLETTER,),
        asked=(Asked.FIRST_NAME, Asked.LAST_NAME),
        texts={
            Language.ENGLISH: FormTexts(
                title=f"Mail from {own.name}"[:80], why="News and tips from our practice."
            )
        },
    )
    form_id = actions.save_form(scope, None, draft, at=clock.now())
    return done(request, "Made a draft. Nobody sees it before you publish it.", "signup", form_id)


@_writes
def form(request: HttpRequest, scope: Scope, signup_form_id: UUID) -> HttpResponse:
    """The builder. POST saves the draft."""
    saved = queries.form(scope, signup_form_id)
    if request.method != "POST":
        return _builder(request, scope, saved, saved.definition)
    typed = definition_from(request.POST)
    if request.POST.get("do") == "look":
        return _builder(request, scope, saved, typed)
    based_on = whole_number(request.POST.get("based_on", ""), otherwise=0)
    try:
        actions.save_form(scope, signup_form_id, typed, based_on=based_on, at=clock.now())
    except Refusal as error:
        return _builder(request, scope, saved, typed, problem=error.sentence, status=422)
    return done(request, "Saved the draft.", "signup", signup_form_id)


@_writes
@require_POST
def check(request: HttpRequest, scope: Scope, signup_form_id: UUID) -> HttpResponse:
    """The form as it is being typed, and what keeps it from being published, as a piece. Saves nothing."""
    queries.form(scope, signup_form_id)
    return render(request, "web/signups/preview.html", _preview(scope, definition_from(request.POST)))


@_writes
@require_POST
def publish(request: HttpRequest, scope: Scope, signup_form_id: UUID) -> HttpResponse:
    saved = queries.form(scope, signup_form_id)
    based_on = whole_number(request.POST.get("based_on", ""), otherwise=0)
    try:
        number = actions.publish_form(scope, signup_form_id, based_on=based_on, at=clock.now())
    except Refusal as error:
        return _builder(request, scope, saved, saved.definition, problem=error.sentence, status=422)
    return done(request, f"Published version {number}. People can sign up now.", "signup", signup_form_id)


@_writes
@require_POST
def retire(request: HttpRequest, scope: Scope, signup_form_id: UUID) -> HttpResponse:
    actions.retire_form(scope, signup_form_id, at=clock.now())
    return done(request, "Took the form out of use. Who signed up by it stays signed up.", "signups")


def _builder(
    request: HttpRequest,
    scope: Scope,
    saved: FormView,
    definition: Definition,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "saved": saved,
        "definition": definition,
        "problem": problem,
        "up_to_date": saved.is_open and not saved.changed,
        "websites": "\n".join(definition.websites),
        "categories": [(one.value, CATEGORY_NAMES[one], one in definition.categories) for one in Category],
        "asked": [(one.value, name, one in definition.asked) for one, name in ASKED_NAMES.items()],
        "is_prospect": definition.relationship is Relationship.PROSPECT,
        "languages": [_language(definition, language, name) for language, name in _LANGUAGES],
        "pickup": settings.BEDSIDE_PICKUP_URL,
        **_preview(scope, definition),
    }
    return render(request, "web/signups/form.html", context, status=status)


def _language(definition: Definition, language: Language, name: str) -> dict[str, object]:
    texts = definition.texts.get(language, FormTexts(title="", why=""))
    return {
        "code": language.value,
        "name": name,
        "title": texts.title,
        "why": texts.why,
        "topics": "\n".join(texts.interests),
    }


def _preview(scope: Scope, definition: Definition) -> dict[str, object]:
    promises = promises_of(scope, definition)
    try:
        check_publishable(definition, promises)
        missing = ""
    except Refusal as refusal:
        missing = refusal.sentence
    return {
        "missing": missing,
        "previews": [
            {"code": one.value, "said": statement(definition, promises, language=one)}
            for one in definition.languages
        ],
        "preview_asked": [ASKED_NAMES[one] for one in definition.asked],
    }
