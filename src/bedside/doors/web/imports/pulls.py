"""Fetching from a FHIR server: our key, where to fetch from and how often, how it stands, and letting it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bedside.doors.web.imports.pull_words import state_of
from bedside.doors.web.imports.systems import manages
from bedside.doors.web.pages import done, whole_number
from bedside.ground import clock
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.pulling.actions import pull_now, pulls
from bedside.records.intake.pulling.bulk import Server
from bedside.records.intake.pulling.problems import Problem
from bedside.records.intake.pulling.setting_up import (
    USUAL_HOURS,
    USUAL_SCOPE,
    Chosen,
    choose,
    make_own_key,
    set_up,
)
from bedside.records.intake.sources import source

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict

    from bedside.ground.scope import Scope
    from bedside.records.intake.pulling.setting_up import SetUp

EVERY: Final = {1: "hour", 4: "4 hours", 12: "12 hours", 24: "day", 168: "week"}
_PUT_RIGHT_UNDER_MORE: Final = {Problem.FOREIGN_HOST, Problem.PRIVATE_ADDRESS, Problem.CERTIFICATE}
_TEXTS: Final = ("fhir_url", "token_url", "client_id", "key_id", "token_scope", "group")
_LISTS: Final = ("hosts", "private_hosts")


@manages
def pull(request: HttpRequest, scope: Scope, source_id: UUID) -> HttpResponse:
    """How fetching from this system stands and is set up; POST changes where from and how often."""
    if request.method != "POST":
        return _page(request, scope, source_id)
    try:
        choose(scope, source_id, _chosen(request.POST), at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as error:
        return _page(request, scope, source_id, refusal=error)
    return done(request, "Set. Fetching begins within a minute.", "system_pull", source_id)


@require_POST
@manages
def key(request: HttpRequest, scope: Scope, source_id: UUID) -> HttpResponse:
    """Makes our key for this system, or another one instead."""
    make_own_key(scope, source_id, at=clock.now())
    return done(request, "The key is made. Hand its public half to the server.", "system_pull", source_id)


@require_POST
@manages
def now(request: HttpRequest, scope: Scope, source_id: UUID) -> HttpResponse:
    """Fetches at once, or goes on with what had stopped."""
    pull_now(scope, source_id, at=clock.now(), anew=request.POST.get("then") == "anew")
    return done(request, "Fetching goes on within a minute.", "system_pull", source_id)


def _chosen(posted: QueryDict) -> Chosen:
    texts = {name: posted.get(name, "").strip() for name in _TEXTS}
    texts |= {"fhir_url": texts["fhir_url"].rstrip("/"), "token_scope": texts["token_scope"] or USUAL_SCOPE}
    return Chosen(
        server=Server(**texts),
        hosts=tuple(posted.get("hosts", "").split()),
        private_hosts=tuple(posted.get("private_hosts", "").split()),
        ca_pem=posted.get("ca_pem", "").strip(),
        every_hours=whole_number(posted.get("every_hours", ""), otherwise=0),
    )


def _page(
    request: HttpRequest, scope: Scope, source_id: UUID, *, refusal: Refusal | None = None
) -> HttpResponse:
    found = source(scope, source_id)
    if found.kind is not SourceKind.SERVER:
        return redirect("system", source_id)
    held = set_up(scope, source_id)
    view = next((each for each in pulls(scope) if each.source_id == source_id), None)
    typed = _typed(request.POST) if refusal else _held(held)
    context = {
        "source": found,
        "held": held,
        "state": state_of(view) if view else None,
        "typed": typed,
        "every": _every(typed["every_hours"]),
        "has_more": any(typed[name] for name in ("group", *_LISTS, "ca_pem"))
        or typed["token_scope"] != USUAL_SCOPE
        or bool(view and view.problem in _PUT_RIGHT_UNDER_MORE),
        "problem": refusal.sentence if refusal else "",
    }
    return render(request, "web/imports/pull.html", context, status=422 if refusal else 200)


def _held(held: SetUp | None) -> dict[str, str]:
    if held is None:
        empty = dict.fromkeys((*_TEXTS, *_LISTS, "ca_pem"), "")
        return empty | {"every_hours": str(USUAL_HOURS), "token_scope": USUAL_SCOPE}
    chosen = held.chosen
    texts = {name: getattr(chosen.server, name) for name in _TEXTS}
    lists = {name: "\n".join(getattr(chosen, name)) for name in _LISTS}
    return texts | lists | {"ca_pem": chosen.ca_pem, "every_hours": str(chosen.every_hours)}


def _typed(posted: QueryDict) -> dict[str, str]:
    return {name: posted.get(name, "") for name in (*_TEXTS, *_LISTS, "ca_pem", "every_hours")}


def _every(chosen: str) -> list[tuple[str, str]]:
    """The usual timetables, and the one that somebody chose elsewhere."""
    options = {str(hours): words for hours, words in EVERY.items()}
    if chosen.isdecimal() and chosen not in options:
        options[chosen] = f"{chosen} hours"
    return list(options.items())
