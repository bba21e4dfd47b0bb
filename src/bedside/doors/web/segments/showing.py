"""The page of the builder, or the piece of it that was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.queries import Order
from bedside.decisions.segments.rules import (
    as_saved,
    sentence_of,
    shown,
    to_json,
    uses_health,
)
from bedside.decisions.segments.rules.reveals import Cause, Level
from bedside.decisions.segments.rules.reveals_words import sentence_of as sentence_of_finding
from bedside.doors.web.segments.changing import focus_after
from bedside.doors.web.segments.documents import draft_of_rule
from bedside.doors.web.segments.drafts import DraftCondition, leaves_of
from bedside.doors.web.segments.judging import judge
from bedside.doors.web.segments.posting import fields_of
from bedside.doors.web.segments.rows import group_box
from bedside.doors.web.segments.vocabulary import look_up, suggested
from bedside.doors.web.segments.words import HOW_WORDS, SUGGESTED, unit_options
from bedside.ground import clock
from bedside.records.patients import queries as patients
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.segments.queries import Segment
    from bedside.decisions.segments.rules import Rule
    from bedside.doors.web.segments.building import Building
    from bedside.doors.web.segments.judging import Judged
    from bedside.doors.web.segments.vocabulary import Vocabulary
    from bedside.ground.scope import Scope

PREVIEW_PATIENTS = 10
SUGGESTIONS_MAX = 100
_TITLES = {
    Level.NOTHING: "What this mail tells",
    Level.WARNING: "This hints at something about health",
    Level.PHI: "This tells something about health",
    Level.SPECIAL: "This tells something specially protected",
}
PIECES = {"builder": "builder_piece", "result": "result_piece", "preview": "preview", "advice": "advice"}


def show(request: HttpRequest, scope: Scope, building: Building, vocabulary: Vocabulary) -> HttpResponse:
    """The whole page, or the piece that htmx asked for."""
    judged = judge(
        building.draft, insist=building.insists, look_up=look_up(scope, segment_id=building.segment_id)
    )
    htmx = getattr(request, "htmx", None)
    piece = PIECES.get(htmx.target or "") if htmx else None
    context = {
        "building": building,
        "judged": judged,
        "action": reverse("segment", args=[building.segment.id])
        if building.segment
        else reverse("segment_new"),
        "problems": {"whole": "", **_named(building.problems or {})},
        **(_preview(scope, building, judged) if building.do == "preview" else {}),
        **(_result(scope, building, judged) if piece not in {"preview", "advice"} else {}),
        # To look for a less telling audience is to judge several: only after the count is shown.
        **({"advice": _advice(scope, judged.rule)} if piece in {None, "advice"} else {}),
        **(_controls(scope, building, judged, vocabulary) if piece in {None, "builder_piece"} else {}),
    }
    if piece == "result_piece":
        context["leaves"] = leaves_of(judged.draft)
    failed = building.insists or bool(building.problems)
    return render(
        request,
        f"web/segments/{piece or 'builder'}.html",
        context,
        status=422 if failed and not piece else 200,
    )


def _named(problems: Mapping[str, str]) -> dict[str, str]:
    return {place or "whole": sentence for place, sentence in problems.items()}


def _result(scope: Scope, building: Building, judged: Judged) -> dict[str, Any]:
    """How many, in words, and what the rule gives away."""
    at, health = clock.now(), uses_health(judged.rule)
    found = queries.count(scope, judged.rule, today=timezone.localdate(at), at=at)
    segment = building.segment
    actions.note_counted(scope, segment_id=building.segment_id, count=found, health=health, at=at)
    count = shown(found, exact=queries.may_see_whom(scope, judged.rule))
    plain = to_json(as_saved(judged.rule))
    return {
        "count": count,
        "change": "" if building.insists else count.change_since(building.before),
        "sentence": sentence_of(judged.rule),
        "telling": _telling(scope, judged.rule, at=at),
        "json": building.pasted if building.pasted is not None else json.dumps(plain, indent=1),
        "changed": segment is not None and (plain != _as_built(segment) or building.name != segment.name),
        "left_out": judged.unfinished + judged.wrong,
    }


def _as_built(segment: Segment) -> dict[str, Any]:
    """The saved rule in the shape the builder would give it."""
    return to_json(as_saved(judge(draft_of_rule(segment.rule), insist=False).rule))


def _telling(scope: Scope, rule: Rule, *, at: datetime) -> dict[str, Any] | None:
    """The worst of what a mail by this rule tells, and a less telling audience; None if it tells nothing.

    What a handful of people have in common is no count, and still only for whoever may see them.
    """
    from bedside.decisions.segments.revealing import reveal

    today, exact = timezone.localdate(at), queries.may_see_whom(scope, rule)
    findings = [
        finding
        for finding in reveal(scope, rule, today=today, at=at).findings
        if exact or finding.certainty is not None or finding.cause in {Cause.RULE, Cause.SENDER}
    ]
    if not findings:
        return None
    return {
        "title": _TITLES[findings[0].level],
        "is_special": findings[0].level is Level.SPECIAL,
        "finding": sentence_of_finding(findings[0], exact=exact, special=scope.may(Right.SEE_SPECIAL)),
    }


def _advice(scope: Scope, rule: Rule) -> str:
    """An audience that tells less, in a sentence; empty if this one tells nothing or nothing helps."""
    from bedside.decisions.segments.revealing import advice

    at, exact = clock.now(), queries.may_see_whom(scope, rule)
    better = advice(scope, rule, today=timezone.localdate(at), at=at, exact=exact)
    return better[0].sentence if better else ""


def _controls(scope: Scope, building: Building, judged: Judged, vocabulary: Vocabulary) -> dict[str, Any]:
    asked = {leaf.field for _, leaf in leaves_of(judged.draft) if isinstance(leaf, DraftCondition)}
    # Values in use name conditions that somebody has: only for those who may see patients.
    suggestions = (
        {
            name: suggested(scope, name, limit=SUGGESTIONS_MAX, at=clock.now())
            for name in sorted(asked & SUGGESTED)
        }
        if scope.may(Right.SEE_PATIENTS)
        else {}
    )
    box = group_box(
        judged.draft, vocabulary=vocabulary, suggestions=suggestions.keys(), finding=building.finding
    )
    return {
        "group": box,
        "suggestions": suggestions,
        "how_words": HOW_WORDS,
        "units": unit_options(),
        "focus": focus_after(judged.draft, do=building.do),
        "undo": _undo(building),
    }


def _undo(building: Building) -> dict[str, Any] | None:
    """The removed part as hidden controls, so that it can be put back."""
    if building.removed is None:
        return None
    path, part = building.removed
    return {"path": path, "fields": list(fields_of(part, path="u-0"))}


def _preview(scope: Scope, building: Building, judged: Judged) -> dict[str, Any]:
    """The first ten patients by name, and an entry that they were seen."""
    scope.require(Right.SEE_PATIENTS)
    if not queries.may_see_whom(scope, judged.rule):
        scope.require(Right.SEE_SPECIAL)
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
        scope, page.ids, segment_id=building.segment_id, health=uses_health(judged.rule), at=at
    )
    return {"preview": [(patient, patient.age_on(today)) for patient in people], "preview_total": page.total}
