"""The builder: a draft in, the draft with what it means out, until it is saved."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.rules import from_json
from bedside.decisions.segments.rules.language import BadRule
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.doors.web.segments.changing import change, put_back, removed_by
from bedside.doors.web.segments.documents import draft_of, draft_of_rule
from bedside.doors.web.segments.drafts import DraftChart, DraftGroup, leaves_of
from bedside.doors.web.segments.judging import judge
from bedside.doors.web.segments.picking import exactly
from bedside.doors.web.segments.posting import FIRST_FIELD, fresh, read_draft
from bedside.doors.web.segments.showing import show
from bedside.doors.web.segments.starters import ASKED, starter
from bedside.doors.web.segments.vocabulary import Vocabulary, look_up, vocabulary_of
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.segments.queries import Segment
    from bedside.decisions.segments.rules import Rule
    from bedside.doors.web.segments.drafts import Draft
    from bedside.ground.scope import Scope

JSON_LENGTH_MAX = 100_000
UNDO = "u"  # where in the form the part travels that was removed last
builds_segments = staff_page(Right.BUILD_SEGMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """What stands in the form. `before` is the last count shown; `problems` are by place, "" for the whole form.

    `removed` is the part that was taken away just now and the path where it stood.
    """

    name: str
    draft: DraftGroup
    segment: Segment | None = None
    version: str = ""
    do: str = ""
    before: int | None = None
    pasted: str | None = None
    removed: tuple[str, Draft] | None = None
    problems: Mapping[str, str] | None = None

    @property
    def insists(self) -> bool:
        return self.do == "save"

    @property
    def segment_id(self) -> UUID | None:
        return self.segment.id if self.segment else None

    @property
    def finding(self) -> str:
        """The path of the condition whose search is to be answered on the page, for whoever has no script."""
        verb, _, path = self.do.partition(":")
        if verb == "find":
            return path
        searched = [
            path for path, leaf in leaves_of(self.draft) if isinstance(leaf, DraftChart) and leaf.find
        ]
        return searched[0] if searched and self.do in {"update", "save"} else ""


@builds_segments
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A new segment, from nothing or from a starting point."""
    if request.method == "POST":
        return _answer(request, scope, None)
    start = starter(request.GET.get("start", ""))
    if start is not None and not start.asks:
        return _started(request, scope, Building(name=start.name, draft=draft_of(start.opened())))
    return _started(request, scope, Building(name="", draft=DraftGroup(parts=(fresh(FIRST_FIELD, {}),))))


@builds_segments
@require_POST
def start_with(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    """A new segment from a ready-made one that lacks a value. It comes as POST: it may be a name."""
    start, value = starter(code), " ".join(request.POST.get("value", "").split())
    if start is None or not start.asks:
        raise NotFound("There is no such segment to start from.")
    try:
        start.rule(value)
    except BadRule:
        return redirect("segments_ready")
    return _started(
        request, scope, Building(name=f"{ASKED[start.asks]}: {value}", draft=draft_of(start.opened(value)))
    )


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
    return show(request, scope, building, vocabulary_of(scope, segment_id=segment_id))


@builds_segments
def duplicate(request: HttpRequest, scope: Scope, segment_id: UUID) -> HttpResponse:
    """A new segment with the rule of another; nothing is saved yet."""
    segment = queries.segment(scope, segment_id)
    if request.method == "POST":
        return _answer(request, scope, None)
    name = f"Copy of {segment.name}"[: actions.NAME_LENGTH_MAX]
    return _started(request, scope, Building(name=name, draft=draft_of_rule(segment.rule)))


def _started(request: HttpRequest, scope: Scope, building: Building) -> HttpResponse:
    return show(request, scope, building, vocabulary_of(scope, segment_id=None))


def _answer(request: HttpRequest, scope: Scope, segment: Segment | None) -> HttpResponse:
    vocabulary = vocabulary_of(scope, segment_id=segment.id if segment else None)
    building = _read(request, segment, vocabulary)
    if building.do == "json":
        building = _with_pasted(building)
    if building.do == "save":
        judged = judge(building.draft, insist=True, look_up=look_up(scope, segment_id=building.segment_id))
        if judged.is_whole:
            return _save(request, scope, building, judged.rule, vocabulary)
        problems = {"": judged.problem or "Put right what is marked, then save again."}
        if not building.name.strip():
            problems["name"] = "Give the segment a name."
        building = replace(building, problems=problems)
    return show(request, scope, building, vocabulary)


def _read(request: HttpRequest, segment: Segment | None, vocabulary: Vocabulary) -> Building:
    do, before = request.POST.get("do", ""), request.POST.get("before", "")
    draft = read_draft(request.POST, fields=vocabulary.fields)
    part = removed_by(draft, do=do)
    if do.startswith("undo:"):
        back = read_draft(request.POST, fields=vocabulary.fields, path=UNDO).parts[:1]
        draft = put_back(draft, back[0], path=do.partition(":")[2]) if back else draft
    return Building(
        name=request.POST.get("name", ""),
        draft=_with_found(change(draft, do=do), do=do),
        segment=segment,
        version=request.POST.get("version", ""),
        do=do,
        before=int(before) if before.isdecimal() and len(before) < len("1000000000") else None,
        pasted=request.POST.get("json", "")[:JSON_LENGTH_MAX] if do == "json" else None,
        removed=(do.partition(":")[2], part) if part is not None else None,
    )


def _with_found(draft: DraftGroup, *, do: str) -> DraftGroup:
    """Searches that can mean one thing only are taken as that, for whoever typed a code and went on."""
    if do not in {"update", "save"} and not do.startswith("find:"):
        return draft
    for path, leaf in leaves_of(draft):
        if isinstance(leaf, DraftChart) and (token := exactly(leaf.kind, leaf.find)):
            draft = change(draft, do=f"pick:{path} {token}")
    return draft


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


def _save(
    request: HttpRequest, scope: Scope, building: Building, rule: Rule, vocabulary: Vocabulary
) -> HttpResponse:
    segment = building.segment
    try:
        actions.save(
            scope,
            segment_id=building.segment_id,
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
        building = replace(building, version=newest, problems={place: error.sentence})
        return show(request, scope, building, vocabulary)
    return done(request, f"Saved “{' '.join(building.name.split())}”.", "segments")


def _based_on(building: Building) -> int | None:
    if building.segment is None:
        return None
    return whole_number(building.version, otherwise=0)
