"""The builder: a draft in, the draft with what it means out, until it is saved."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.queries import Order
from bedside.decisions.segments.rules import FIELDS, from_json, sentence_of, shown, to_json, uses_health
from bedside.decisions.segments.rules.fields import Sensitivity
from bedside.decisions.segments.rules.language import BadRule
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.doors.web.segments.drafts import (
    DraftGroup,
    change,
    conditions_of,
    draft_of,
    draft_of_rule,
    focus_after,
    fresh_condition,
    judge,
    read_draft,
)
from bedside.doors.web.segments.starters import STARTERS, starter
from bedside.doors.web.segments.words import HOW_WORDS, SUGGESTED, field_options, group_box
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.records.patients import queries as patients
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.segments.queries import Segment
    from bedside.decisions.segments.rules import Rule
    from bedside.doors.web.segments.drafts import Judged
    from bedside.ground.scope import Scope

PREVIEW_PATIENTS = 10
SUGGESTIONS_MAX = 100
JSON_LENGTH_MAX = 100_000
PIECES = {"builder": "builder_piece", "result": "result_piece", "preview": "preview"}
builds_segments = staff_page(Right.BUILD_SEGMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """What stands in the form. `before` is the last count shown; `problems` are by place, "" for the whole form."""

    name: str
    draft: DraftGroup
    segment: Segment | None = None
    version: str = ""
    do: str = ""
    before: int | None = None
    pasted: str | None = None
    problems: Mapping[str, str] | None = None

    @property
    def insists(self) -> bool:
        return self.do == "save"


@builds_segments
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A new segment, from nothing or from a starting point."""
    if request.method == "POST":
        return _answer(request, scope, None)
    start = starter(request.GET.get("start", ""))
    draft = draft_of(start.rule) if start else DraftGroup(parts=(fresh_condition("last_visit"),))
    return _page(request, scope, Building(name=start.name if start else "", draft=draft))


@builds_segments
def edit(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:
    """A saved segment: its name and its rule."""
    segment = queries.segment(scope, segment_id)
    if segment.removed_at:
        raise NotFound("This segment is in the bin; take it out before you change it.")
    if request.method == "POST":
        return _answer(request, scope, segment)
    building = Building(
        name=segment.name, draft=draft_of_rule(segment.rule), segment=segment, version=str(segment.version)
    )
    return _page(request, scope, building)


@builds_segments
def duplicate(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:
    """A new segment with the rule of another; nothing is saved yet."""
    segment = queries.segment(scope, segment_id)
    if request.method == "POST":
        return _answer(request, scope, None)
    name = f"Copy of {segment.name}"[: actions.NAME_LENGTH_MAX]
    return _page(request, scope, Building(name=name, draft=draft_of_rule(segment.rule)))


def _answer(request: HttpRequest, scope: Scope, segment: Segment | None) -> HttpResponse:
    building = _read(request, segment)
    if building.do == "json":
        building = _with_pasted(building)
    if building.do == "save":
        judged = judge(building.draft, insist=True)
        if judged.is_whole:
            return _save(request, scope, building, judged.rule)
        problems = {"": judged.problem or "Put right what is marked, then save again."}
        if not building.name.strip():
            problems["name"] = "Give the segment a name."
        building = replace(building, problems=problems)
    return _page(request, scope, building)


def _read(request: HttpRequest, segment: Segment | None) -> Building:
    do, before = request.POST.get("do", ""), request.POST.get("before", "")
    return Building(
        name=request.POST.get("name", ""),
        draft=change(read_draft(request.POST), do=do),
        segment=segment,
        version=request.POST.get("version", ""),
        do=do,
        before=int(before) if before.isdecimal() and len(before) < len("1000000000") else None,
        pasted=request.POST.get("json", "")[:JSON_LENGTH_MAX] if do == "json" else None,
    )


def _with_pasted(building: Building) -> Building:
    """The draft replaced by the pasted JSON, or else the JSON kept with what is wrong with it."""
    try:
        document = json.loads(building.pasted or "")
        from_json(document)
        return replace(building, draft=draft_of(document), pasted=None)
    except (ValueError, RecursionError):
        return replace(
            building, problems={"json": "This is not JSON; check the brackets, quotes and commas."}
        )
    except BadRule as error:
        return replace(building, problems={"json": error.sentence})


def _save(request: HttpRequest, scope: Scope, building: Building, rule: Rule) -> HttpResponse:
    segment = building.segment
    try:
        actions.save(
            scope,
            segment_id=segment.id if segment else None,
            name=building.name,
            rule=rule,
            at=clock.now(),
            based_on_version=_based_on(building),
        )
    except NotFound:
        raise
    except Refusal as error:
        place = "name" if error.code.startswith("segment_name") else ""
        newest = str(segment.version) if segment and error.code == "changed_meanwhile" else building.version
        return _page(request, scope, replace(building, version=newest, problems={place: error.sentence}))
    return done(request, f"Saved “{' '.join(building.name.split())}”.", "segments")


def _based_on(building: Building) -> int | None:
    if building.segment is None:
        return None
    return whole_number(building.version, otherwise=0)


# --- showing


def _page(request: HttpRequest, scope: Scope, building: Building) -> HttpResponse:
    """The whole page, or the piece that htmx asked for."""
    judged = judge(building.draft, insist=building.insists)
    htmx = getattr(request, "htmx", None)
    piece = PIECES.get(htmx.target or "") if htmx else None
    context = {
        "building": building,
        "judged": judged,
        "action": _action(building, request),
        "problems": {"whole": "", **_named(building.problems or {})},
        **(_preview(scope, building, judged) if building.do == "preview" else {}),
        **(_result(scope, building, judged) if piece != "preview" else {}),
        **(_controls(scope, building, judged) if piece in {None, "builder_piece"} else {}),
    }
    if piece == "result_piece":
        context["conditions"] = conditions_of(judged.draft)
    failed = building.insists or bool(building.problems)
    return render(
        request,
        f"web/segments/{piece or 'builder'}.html",
        context,
        status=422 if failed and not piece else 200,
    )


def _named(problems: Mapping[str, str]) -> dict[str, str]:
    return {place or "whole": sentence for place, sentence in problems.items()}


def _action(building: Building, request: HttpRequest) -> str:
    return reverse("segment", args=[building.segment.id]) if building.segment else request.path


def _result(scope: Scope, building: Building, judged: Judged) -> dict[str, Any]:
    """How many, in words, and what the rule gives away."""
    at, health = clock.now(), uses_health(judged.rule)
    found = queries.count(scope, judged.rule, today=timezone.localdate(at), at=at)
    segment = building.segment
    actions.note_counted(scope, segment_id=segment.id if segment else None, count=found, health=health, at=at)
    count = shown(found, exact=scope.may(Right.SEE_PATIENTS))
    return {
        "count": count,
        "change": "" if building.insists else count.change_since(building.before),
        "sentence": sentence_of(judged.rule),
        "telling": _telling_fields(judged) if health else [],
        "json": building.pasted
        if building.pasted is not None
        else json.dumps(to_json(judged.rule), indent=1),
        "changed": segment is not None
        and (to_json(judged.rule) != _as_built(segment) or building.name != segment.name),
        "left_out": judged.unfinished + judged.wrong,
    }


def _as_built(segment: Segment) -> dict[str, Any]:
    """The saved rule in the shape the builder would give it."""
    return to_json(judge(draft_of_rule(segment.rule), insist=False).rule)


def _telling_fields(judged: Judged) -> list[str]:
    used = dict.fromkeys(condition.field for _, condition in conditions_of(judged.draft))
    return [FIELDS[name].label.lower() for name in used if FIELDS[name].sensitivity is Sensitivity.HEALTH]


def _controls(scope: Scope, building: Building, judged: Judged) -> dict[str, Any]:
    fields = {condition.field for _, condition in conditions_of(judged.draft)} & SUGGESTED
    # Values in use name conditions that somebody has: only for those who may see patients.
    suggestions = (
        {
            name: queries.values_in_use(scope, name, limit=SUGGESTIONS_MAX, at=clock.now())
            for name in sorted(fields)
        }
        if scope.may(Right.SEE_PATIENTS)
        else {}
    )
    return {
        "group": group_box(judged.draft, suggestions=suggestions),
        "suggestions": suggestions,
        "field_options": field_options(),
        "how_words": HOW_WORDS,
        "focus": focus_after(judged.draft, do=building.do),
        "starters": STARTERS,
    }


def _preview(scope: Scope, building: Building, judged: Judged) -> dict[str, Any]:
    """The first ten patients by name, and an entry that they were seen."""
    scope.require(Right.SEE_PATIENTS)
    at = clock.now()
    today = timezone.localdate(at)
    page = queries.search_patients(
        scope,
        text="",
        rule=judged.rule,
        order=Order.NAME,
        offset=0,
        limit=PREVIEW_PATIENTS,
        today=today,
        at=at,
    )
    people = patients.by_ids(scope, page.ids)
    actions.note_previewed(
        scope, page.ids, segment_id=building.segment.id if building.segment else None,
        health=uses_health(judged.rule), at=at,
    )  # fmt: skip
    return {"preview": [(patient, patient.age_on(today)) for patient in people], "preview_total": page.total}
