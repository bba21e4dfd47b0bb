"""The ledger for reading: who did what, to whom, when, for which purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.urls import reverse

from bedside.doors.web.ledger.noting import note_names
from bedside.doors.web.ledger.people import FOUND_MAX, find_people
from bedside.doors.web.ledger.phrases import DEED_WORDS, kind_groups
from bedside.doors.web.ledger.summary import result_sentence
from bedside.doors.web.ledger.things import Sort, Things
from bedside.doors.web.ledger.wanted import SOMEBODY_WORDS, Wanted, read_wanted
from bedside.doors.web.ledger.words import runs
from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.records.patients.queries import by_ids
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import members
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.doors.web.ledger.things import Thing
    from bedside.ground.scope import Scope

PAGE_RUNS = 50
PAGE_ENTRIES = 120  # of which runs make fewer lines
sees_ledger = staff_page(Right.SEE_LEDGER, purpose=Purpose.COMPLIANCE)


@sees_ledger
def ledger(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A page of entries, newest first, filtered. A search comes as POST: a name is typed in it."""
    typed = request.POST if request.method == "POST" else request.GET
    try:
        wanted = read_wanted(typed)
        if request.method == "POST":
            return _search(request, scope, wanted)
    except Refusal as error:
        context = {**_form(scope, Wanted(), Things(scope)), "typed": typed, "problem": error.sentence}
        return render(request, "web/ledger/ledger.html", context, status=422)
    return _page(request, scope, wanted)


def _page(request: HttpRequest, scope: Scope, wanted: Wanted) -> HttpResponse:
    things = Things(scope)
    found = entries(scope, **wanted.as_query(zone=profile(scope).zone), limit=PAGE_ENTRIES)
    shown = runs(scope, found, limit=PAGE_RUNS, things=things, person=wanted.person)
    is_last = not found or (len(found) < PAGE_ENTRIES and shown[-1].entries[-1].id == found[-1].id)
    context = {
        **_form(scope, wanted, things),
        "runs": shown,
        "typed": request.GET,
        "summary": result_sentence(scope, wanted, things) if wanted.is_filtered and shown else "",
        "older": "" if is_last else wanted.as_address(before_id=shown[-1].entries[-1].id),
        "newest": wanted.as_address() if wanted.before_id else None,
    }
    note_names(scope, things.named_patients, page="ledger", at=clock.now())
    return render(request, "web/ledger/ledger.html", context)


def _form(scope: Scope, wanted: Wanted, things: Things) -> dict[str, Any]:
    """What the search form shows; the chosen patient's name is looked up with the rest."""
    if wanted.person is not None:
        things.add_patients([wanted.person])
    return {
        "wanted": wanted,
        "chosen": things.get(str(wanted.person), Sort.PATIENT) if wanted.person else None,
        "about": _about(things, wanted.about),
        "kinds": kind_groups(),
        "deeds": DEED_WORDS.items(),
        "members": members(scope),
        "somebody": SOMEBODY_WORDS.items(),
    }


def _search(request: HttpRequest, scope: Scope, wanted: Wanted) -> HttpResponse:
    """To the list, over the choice of a patient if several answer to what was typed."""
    text = request.POST.get("patient", "").strip()
    if request.POST.get("without") == "person":
        wanted = replace(wanted, person=None)
    if not text:
        return redirect(_address(wanted))
    at = clock.now()
    found = find_people(scope, text, at=at)
    if not found:
        raise Refusal(
            "person", "No patient answers to that. Try the beginning of the name, or the record number."
        )
    if len(found) == 1:
        return redirect(_address(_on(wanted, found[0])))
    people = by_ids(scope, found[:FOUND_MAX])
    note_names(scope, [person.id for person in people], page="ledger_choice", at=at)
    context = {
        "people": [(person, _address(_on(wanted, person.id))) for person in people],
        "more": len(found) > FOUND_MAX,
        "back": _address(wanted),
    }
    return render(request, "web/ledger/choose.html", context)


def _on(wanted: Wanted, person: UUID) -> Wanted:
    return replace(wanted, person=person, before_id=None)


def _address(wanted: Wanted) -> str:
    return f"{reverse('ledger')}?{wanted.as_address()}".rstrip("?")


def _about(things: Things, identifier: str) -> Thing | None:
    if not identifier:
        return None
    things.add([(identifier, Sort.OTHER)])
    return things.get(identifier, Sort.OTHER)
