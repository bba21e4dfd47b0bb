"""Addresses that are not to be written to. An address is typed, looked up and forgotten; it is never stored."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.doors.web.permissions.lists import STATES
from bedside.doors.web.permissions.words import LIFT_REASONS, STAFF_SOURCES
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.kit.mail.addresses import InvalidAddress
from bedside.records.consent import actions, queries
from bedside.records.consent.lists import recent_lists
from bedside.records.consent.looking import note_sought, require_suppression
from bedside.records.consent.queries import Wanted
from bedside.records.consent.rules import LiftReason, SuppressionReason, SuppressionScope
from bedside.records.consent.rules.suppressions import SuppressionKind
from bedside.records.consent.sentences import REASON_NAMES, SCOPE_NAMES, source_in_words
from bedside.records.consent.suppressing import suppress_domain
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict

    from bedside.ground.scope import Scope
    from bedside.records.consent.queries import SuppressionView

PAGE_ROWS = 25
LISTS_SHOWN = 10
_LIST = re.compile(r"import:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
SOURCES = {
    "link": "The person, by a link",
    "staff": "Staff",
    "bounce": "Mail came back",
    "complaint": "A complaint",
    "import": "A list",
    "erased": "An erasure",
}
KINDS = {"address": "One address", "domain": "A whole domain", "hash": "A hash from a list"}
# Bounces and complaints come from mail servers; these two come from people.
_BY_HAND = (SuppressionReason.ASKED, SuppressionReason.STAFF)


@staff_page(Right.RECORD_CONSENT)
def suppressions(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Counts and the newest rows; POST looks an address up or adds it (never by GET: an address is PHI)."""
    if request.method != "POST":
        return _list_page(request, scope)
    address = request.POST.get("address", "")
    try:
        if request.POST.get("act") == "add":
            return _add(request, scope, address)
        if request.POST.get("act") == "domain":
            return _add_domain(request, scope)
        found = queries.suppressions_of(scope, address)
        note_sought(scope, address, found=len(found), at=clock.now())
    except InvalidAddress as error:
        return _list_page(request, scope, problem=str(error), typed=address)
    except Refusal as error:
        return _list_page(request, scope, problem=error.sentence, typed=address)
    return _list_page(request, scope, found=[_row(view) for view in found], typed=address)


@staff_page(Right.RECORD_CONSENT)
def lift(request: HttpRequest, scope: Scope, suppression_id: UUID) -> HttpResponse:
    """Asks why, then ends one suppression."""
    require_suppression(scope, suppression_id)
    problem = ""
    if request.method == "POST":
        try:
            _lift(request, scope, suppression_id)
        except Refusal as error:
            problem = error.sentence
        else:
            return done(request, "Lifted. Mail may go to that address again.", "suppressions")
    context = {
        "reasons": [(reason.value, words) for reason, words in LIFT_REASONS.items()],
        "sources": [(source.value, words) for source, words in STAFF_SOURCES.items()],
        "problem": problem,
        "typed": request.POST,
        "suppression_id": suppression_id,
    }
    return render(request, "web/permissions/lift.html", context, status=422 if problem else 200)


def _lift(request: HttpRequest, scope: Scope, suppression_id: UUID) -> None:
    chosen, note = request.POST.get("because", ""), request.POST.get("note", "").strip()
    if chosen not in set(LiftReason):
        raise Refusal("because", "Choose why it may be lifted.")
    if not note:
        raise Refusal("note", "Write down how you know, such as who called and when.")
    actions.lift_suppression(
        scope, suppression_id, because=LiftReason(chosen), at=clock.now(),
        source=request.POST.get("source", ""), note=note,
    )  # fmt: skip


def _add(request: HttpRequest, scope: Scope, address: str) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if reason not in {one.value for one in _BY_HAND}:
        raise Refusal("reason", "Choose why mail to this address must stop.")
    covers = request.POST.get("covers", "")
    if covers not in set(SuppressionScope):
        raise Refusal("covers", "Choose which mail must stop.")
    added = actions.suppress_address(
        scope, address, reason=SuppressionReason(reason), covers=SuppressionScope(covers), at=clock.now()
    )
    sentence = "Added. Nothing of that kind goes there any more." if added else "It was on the list already."
    return done(request, sentence, "suppressions")


def _add_domain(request: HttpRequest, scope: Scope) -> HttpResponse:
    covers, domain = request.POST.get("covers", ""), request.POST.get("domain", "")
    if covers not in set(SuppressionScope):
        raise Refusal("covers", "Choose which mail must stop.")
    try:
        added = suppress_domain(
            scope, domain, covers=SuppressionScope(covers), at=clock.now(),
            is_public_meant=request.POST.get("public") == "yes",
        )  # fmt: skip
    except Refusal as error:
        is_public = error.code == "public_domain"
        return _list_page(request, scope, domain_problem=error.sentence, is_public=is_public)
    sentence = "Added. Nothing of that kind goes there any more." if added else "It was on the list already."
    return done(request, sentence, "suppressions")


def _list_page(
    request: HttpRequest,
    scope: Scope,
    *,
    problem: str = "",
    domain_problem: str = "",
    is_public: bool = False,
    typed: str = "",
    found: list[dict[str, object]] | None = None,
) -> HttpResponse:
    page, wanted = max(1, _number(request.GET.get("page", "1"))), read_wanted(request.GET)
    rows = queries.recent_suppressions(
        scope, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS + 1, wanted=wanted
    )
    counts = queries.suppression_counts(scope)
    shown = queries.count_suppressions(scope, wanted)
    context = {
        "counts": [
            (reason.value, REASON_NAMES[reason], number) for reason, number in counts.items() if number
        ],
        "rows": [_row(view) for view in rows[:PAGE_ROWS]],
        "shown": shown,
        "pages": max(1, math.ceil(shown / PAGE_ROWS)),
        "lists": [(one, STATES[one.state]) for one in recent_lists(scope, limit=LISTS_SHOWN)],
        "page": page,
        "more": len(rows) > PAGE_ROWS,
        **_filter(wanted),
        "reasons": [(reason.value, REASON_NAMES[reason]) for reason in _BY_HAND],
        "scopes": [(one.value, SCOPE_NAMES[one]) for one in SuppressionScope],
        "chosen_scope": request.POST.get("covers", ""),
        "chosen_reason": request.POST.get("reason", ""),
        "problem": problem,
        "domain_problem": domain_problem,
        "is_public": is_public,
        "typed_domain": request.POST.get("domain", ""),
        "typed": typed,
        "found": found,
        "adding": request.POST.get("act") == "add",
        "may_export": scope.may(Right.EXPORT_PATIENTS),
    }
    refused = bool(problem or domain_problem)
    return render(request, "web/permissions/suppressions.html", context, status=422 if refused else 200)


def read_wanted(asked: QueryDict) -> Wanted:
    """The filter: codes only, so that it may stand in an address; what is none is ignored."""
    covers, why, of = asked.get("covers", ""), asked.get("why", ""), asked.get("of", "")
    source = asked.get("source", "")
    return Wanted(
        of=SuppressionKind(of) if of in set(SuppressionKind) else None,
        scope=SuppressionScope(covers) if covers in set(SuppressionScope) else None,
        reason=SuppressionReason(why) if why in set(SuppressionReason) else None,
        source=source if source in SOURCES or _LIST.match(source) else "",
    )


def _filter(wanted: Wanted) -> dict[str, object]:
    chosen = {"covers": wanted.scope, "why": wanted.reason, "source": wanted.source, "of": wanted.of}
    kept = {name: str(value) for name, value in chosen.items() if value}
    return {
        "wanted": wanted,
        "is_filtered": bool(kept),
        "is_narrowed": bool(kept.keys() - {"why"}),  # by more than the buttons over the list
        "query": urlencode(kept) + "&" if kept else "",
        "one_list": bool(_LIST.match(wanted.source)),
        "every_reason": [(reason.value, name) for reason, name in REASON_NAMES.items()],
        "sources": list(SOURCES.items()),
        "kinds": list(KINDS.items()),
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004


def _row(view: SuppressionView) -> dict[str, object]:
    source, _, list_id = view.source.partition(":")
    return {
        "id": view.id,
        "of": "" if view.of is SuppressionKind.ADDRESS else KINDS[view.of.value],
        "covers": SCOPE_NAMES[view.scope],
        "reason": REASON_NAMES[view.reason],
        "source": SOURCES.get(source, "Not recorded"),
        "list_id": list_id,
        "at": view.at,
        "lifted_at": view.lifted_at,
        "because": LIFT_REASONS[LiftReason(view.lifted_because)] if view.lifted_because else "",
        "told": source_in_words(view.lifted_source) if view.lifted_source else "",
        "note": view.note,
    }
