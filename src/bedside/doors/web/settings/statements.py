"""What a practice states once for all its mail, and until when: registers that are not here yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.decisions.preflight import actions
from bedside.decisions.preflight.queries import stated, statements
from bedside.decisions.preflight.rules import REGISTER_NAMES, Register
from bedside.decisions.preflight.rules.questions import DAYS_MAX, ENDS_SOON_DAYS
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Purpose
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.preflight.rules import Statement
    from bedside.ground.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One register: what holds, who said so, and the days that may be chosen."""

    register: Register
    name: str
    about: str
    statement: Statement | None
    who: str
    ends_soon: bool
    first: date
    last: date
    usual: date


@staff_page(Right.SEE_REPORTS, purpose=Purpose.COMPLIANCE)
def statements_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Shows them to everybody who sees reports; whoever answers for the practice states them here."""
    if request.method != "POST":
        return _page(request, scope)
    register = _register(request.POST.get("register", ""))
    try:
        if request.POST.get("do") == "take_back":
            actions.take_back(scope, register, words=request.POST.get("words", ""), at=clock.now())
            return done(request, "Taken back. Mails wait until it is stated again.", "statements")
        until = _day(request.POST.get("until", ""))
        actions.state(scope, register, until=until, words=request.POST.get("words", ""), at=clock.now())
    except Refusal as problem:
        return _page(request, scope, problem=problem, register=register)
    return done(request, "Stated, with your name and the time.", "statements")


def _page(
    request: HttpRequest, scope: Scope, *, problem: Refusal | None = None, register: Register | None = None
) -> HttpResponse:
    at = clock.now()
    history = stated(scope)
    names = names_of(scope, {one.account_id for one in history})
    context = {
        "cards": _cards(scope, names, at=at),
        "history": [
            (one, REGISTER_NAMES[one.register][0], names.get(one.account_id, "The command line"))
            for one in history
        ],
        "may_state": scope.may(Right.ANSWER_FOR_PRACTICE),
        "problem": problem.sentence if problem else "",
        "at_register": register,
        "typed": {"until": request.POST.get("until", ""), "words": request.POST.get("words", "")},
    }
    return render(request, "web/settings/statements.html", context, status=422 if problem else 200)


def _cards(scope: Scope, names: dict[str, str], *, at: datetime) -> list[Card]:
    today = at.astimezone(profile(scope).zone).date()
    held = statements(scope, today=today)
    return [
        Card(
            register=register,
            name=name,
            about=about,
            statement=held.get(register),
            who=names.get(held[register].account_id, "The command line") if register in held else "",
            ends_soon=register in held and held[register].until - today <= timedelta(days=ENDS_SOON_DAYS),
            first=today,
            last=today + timedelta(days=DAYS_MAX[register]),
            usual=today + timedelta(days=DAYS_MAX[register]),
        )
        for register, (name, about) in REGISTER_NAMES.items()
    ]


def _register(typed: str) -> Register:
    if typed not in set(Register):
        raise NotFound
    return Register(typed)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refusal("until", "Give the last day as a date, such as 2027-06-30.") from None
