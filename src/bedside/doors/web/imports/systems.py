"""The systems that send us data: the list, adding one, changing one, pausing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from django.shortcuts import render
from django.views.decorators.http import require_POST

from bedside.doors.web.imports.pull_words import state_of
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.pulling.actions import pulls
from bedside.records.intake.sources import (
    NUMBERS,
    add_source,
    change_source,
    pause_source,
    source,
    sources,
)
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.intake.sources import SourceView

manages = staff_page(Right.MANAGE_PRACTICE, purpose=Purpose.ADMINISTRATION)
KIND_WORDS = {
    SourceKind.FILES: "Files that you bring",
    SourceKind.SERVER: "Fetched from its FHIR server",
    SourceKind.MLLP: "HL7 messages over the network (MLLP)",
    SourceKind.REST: "Sent with an API key",
}
WAYS = [
    (SourceKind.FILES, "As files that you bring", "FHIR, HL7 v2, a spreadsheet: you upload what it exports."),
    (
        SourceKind.SERVER,
        "We fetch from its FHIR server",
        "On a timetable, by bulk export. You set it up next.",
    ),
    (SourceKind.REST, "It sends with an API key", "Its makers build that in. You make the key next."),
    (
        SourceKind.MLLP,
        "It sends HL7 messages (MLLP)",
        "An interface engine. Your IT administrator lets it in.",
    ),
]
_STATE_WORDS = {SourceKind.FILES: "Ready", SourceKind.SERVER: "Not set up yet"}
_BADGES = {SourceKind.SERVER: "badge-warn"}
_ADDED = {
    SourceKind.FILES: "The system is added. Choose it when you import its files.",
    SourceKind.SERVER: "The system is added. Make a key for it next.",
    SourceKind.REST: "The system is added. Make a key for it next.",
    SourceKind.MLLP: "The system is added. Your IT administrator lets it in next.",
}


@manages
def systems(request: HttpRequest, scope: Scope) -> HttpResponse:
    states = {view.source_id: state_of(view) for view in pulls(scope)}
    rows = [
        {
            "source": each,
            "kind": KIND_WORDS[each.kind],
            "state": states[each.id].words if each.id in states else _STATE_WORDS.get(each.kind, "Listening"),
            "badge": states[each.id].badge if each.id in states else _BADGES.get(each.kind, "badge-ok"),
        }
        for each in sources(scope)
    ]
    return render(request, "web/imports/systems.html", {"rows": rows})


@manages
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The form for a new system; POST adds it, and leads to what its way of sending asks for next."""
    if request.method != "POST":
        return _form(request, None)
    kind = _kind(request)
    try:
        source_id = add_source(
            scope,
            name=request.POST.get("name", ""),
            kind=kind,
            is_part2=request.POST.get("part2") == "yes",
            settings=_settings(request, {}),
            at=clock.now(),
        )
    except Refusal as error:
        return _form(request, None, problem=error.sentence)
    match kind:
        case SourceKind.FILES:
            return done(request, _ADDED[kind], "systems")
        case SourceKind.SERVER:
            return done(request, _ADDED[kind], "system_pull", source_id)
        case SourceKind.REST:
            return done(request, _ADDED[kind], "api_keys")
        case SourceKind.MLLP:
            return done(request, _ADDED[kind], "system", source_id)
        case _:
            assert_never(kind)


@manages
def system(request: HttpRequest, scope: Scope, source_id: UUID) -> HttpResponse:
    """One system; POST changes its name and what holds of its people."""
    found = source(scope, source_id)
    if request.method != "POST":
        return _form(request, found)
    try:
        change_source(
            scope,
            source_id,
            name=request.POST.get("name", ""),
            is_part2=request.POST.get("part2") == "yes",
            settings=_settings(request, dict(found.settings)),
            at=clock.now(),
        )
    except Refusal as error:
        return _form(request, found, problem=error.sentence)
    return done(request, "The system is changed.", "systems")


@require_POST
@manages
def pause(request: HttpRequest, scope: Scope, source_id: UUID) -> HttpResponse:
    """Stops taking records from a system, or goes on."""
    is_to_pause = request.POST.get("then") != "resume"
    pause_source(scope, source_id, paused=is_to_pause, at=clock.now())
    told = "Nothing more is taken from this system." if is_to_pause else "Records are taken from it again."
    if request.POST.get("back") == "pull":
        return done(request, told, "system_pull", source_id)
    return done(request, told, "systems")


def _kind(request: HttpRequest) -> SourceKind:
    sent = request.POST.get("kind", "")
    return SourceKind(sent) if sent in set(SourceKind) else SourceKind.FILES


def _settings(request: HttpRequest, held: dict[str, str]) -> dict[str, str]:
    """Those of its own door stay as they are."""
    return held | {NUMBERS: "own" if request.POST.get("own_numbers") == "yes" else "other"}


def _form(request: HttpRequest, found: SourceView | None, *, problem: str = "") -> HttpResponse:
    is_posted = request.method == "POST"
    context = {
        "source": found,
        "kind": KIND_WORDS[found.kind] if found else "",
        "ways": WAYS,
        "way": _kind(request) if found is None else found.kind,
        "name": request.POST.get("name", "") if is_posted else found.name if found else "",
        "part2": request.POST.get("part2") == "yes" if is_posted else bool(found and found.is_part2),
        "own_numbers": (
            request.POST.get("own_numbers") == "yes"
            if is_posted
            else found is None or found.gives_our_numbers
        ),
        "problem": problem,
    }
    return render(request, "web/imports/system.html", context, status=422 if problem else 200)
