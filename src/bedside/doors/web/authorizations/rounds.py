"""Asking many people by mail to sign a form: how many it would be, doing it, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render

from bedside.doors.web.authorizations import words
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.rounds import HERE_MAX, RoundState, recent_rounds, round_of
from bedside.records.authorizations.whom import Which, people_with, prospect
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.authorizations.queries import VersionView
    from bedside.records.authorizations.rules.left_alone import LeftAlone
    from bedside.records.authorizations.whom import Prospect

ROUNDS_SHOWN = 20
_writes = staff_page(Right.RECORD_CONSENT)
_STATES = {
    RoundState.RUNNING: ("Asking", "badge-warn"),
    RoundState.DONE: ("Done", "badge-ok"),
    RoundState.STOPPED: ("Stopped", "badge-quiet"),
}


@_writes
def rounds(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Each form in use with whose signature ends or has ended, and the rounds before."""
    today = clock.now().astimezone(profile(scope).zone).date()
    found = recent_rounds(scope, limit=ROUNDS_SHOWN)
    who = names_of(scope, {one.started_by for one in found if not one.started_by.startswith("cli:")})
    context = {
        "forms": [_line(scope, form, today=today) for form in queries.offered(scope)],
        "rounds": [(one, _STATES[one.state], who.get(one.started_by, "the command line")) for one in found],
    }
    return render(request, "web/authorizations/rounds.html", context)


@_writes
def ask(request: HttpRequest, scope: Scope, form_id: UUID, which: str) -> HttpResponse:
    """How many would get a mail; POST asks them."""
    form, at = in_use(scope, form_id), clock.now()
    today = at.astimezone(profile(scope).zone).date()
    people = people_with(scope, form_id, which=_which(which), today=today)
    if request.method == "POST":
        return begin(request, scope, form, people)
    context = {
        **told(prospect(scope, form, people, at=at)),
        "form": form,
        "who": words.WHICH[_which(which)],
        "back": "form_rounds",
    }
    return render(request, "web/authorizations/ask_many.html", context)


@_writes
def progress(request: HttpRequest, scope: Scope, round_id: UUID) -> HttpResponse:
    """One round: how far it is, and who was left alone and why."""
    found = round_of(scope, round_id)
    context = {"round": found, "state": _STATES[found.state], "alone": alone(found.left_alone)}
    return render(request, "web/authorizations/round.html", context)


@_writes
def stop(request: HttpRequest, scope: Scope, round_id: UUID) -> HttpResponse:
    """POST stops it; a GET leads to its page."""
    if request.method != "POST":
        return redirect("form_round", round_of(scope, round_id).id)
    stopped = actions.stop_round(scope, round_id, at=clock.now())
    sentence = "Stopped. Nobody else is asked." if stopped else "That was over already."
    return done(request, sentence, "form_round", round_id)


def begin(request: HttpRequest, scope: Scope, form: VersionView, people: Sequence[UUID]) -> HttpResponse:
    """Starts a round; a few people are asked at once, more by a worker. Shows the refusal where there is one."""
    at, here = clock.now(), len(people) <= HERE_MAX
    try:
        round_id = actions.start_round(scope, form.id, people, at=at, here=here)
    except Refusal as error:
        return render(request, "web/authorizations/ask_many.html", _refused(form, error), status=422)
    if here:
        actions.work_round(scope, round_id, at=at)
    return redirect("form_round", round_id)


def in_use(scope: Scope, form_id: UUID) -> VersionView:
    """The newest version of a form that people can be asked to sign. Raises NotFound."""
    for one in queries.offered(scope):
        if one.template_id == form_id:
            return one
    raise NotFound


def told(found: Prospect) -> dict[str, object]:
    """What a page says of whom it would ask."""
    return {
        "asked": found.asked,
        "total": len(found.people),
        "left": found.left,
        "alone": alone(found.left_alone),
    }


def alone(counted: Mapping[LeftAlone, int]) -> list[tuple[str, int]]:
    """(why, how many), the commonest first."""
    found = [(words.LEFT_ALONE[why], count) for why, count in counted.items()]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _refused(form: VersionView, error: Refusal) -> dict[str, object]:
    return {"form": form, "problem": error.sentence, "asked": 0, "total": 0, "back": "form_rounds"}


def _line(scope: Scope, form: VersionView, *, today: date) -> dict[str, object]:
    counted = [
        (which.value, len(people_with(scope, form.template_id, which=which, today=today))) for which in Which
    ]
    return {"form": form, "counted": counted}


def _which(text: str) -> Which:
    try:
        return Which(text)
    except ValueError:
        raise NotFound from None
