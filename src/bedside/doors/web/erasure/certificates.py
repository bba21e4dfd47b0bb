"""The list of erasures, and each one's certificate: on a page, on paper, as a signed file."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render

from bedside.doors.web.erasure.words import destroyed_lines, kept_lines
from bedside.doors.web.pages import staff_page, whole_number
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.oversight.retention import actions, queries
from bedside.oversight.retention.rules import (
    CHECK_NAMES,
    NOT_COVERED,
    NOT_COVERED_UNOPENED,
    REASON_NAMES,
    Check,
)
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from bedside.ground.scope import Scope
    from bedside.oversight.retention.queries import Erasure

PAGE_ROWS = 50
sees_ledger = staff_page(Right.SEE_LEDGER, purpose=Purpose.COMPLIANCE)

_NOT_COVERED = {**NOT_COVERED, **NOT_COVERED_UNOPENED}


@sees_ledger
def erasures(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A page of erasures, newest first, between two days. People are numbers here: their names are gone."""
    typed = {name: request.GET.get(name, "")[:10] for name in ("since", "until")}
    problem = ""
    try:
        since, until = _days(scope, typed["since"], typed["until"])
    except Refusal as error:
        since, until, problem = None, None, error.sentence
    page = max(1, whole_number(request.GET.get("page", "1"), otherwise=1))
    found, total = queries.erasures(
        scope, since=since, until=until, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS
    )
    names = names_of(scope, {one.actor_id for one in found if one.actor_kind == "staff"})
    context = {
        "rows": [(one, REASON_NAMES[one.reason], _who(one, names)) for one in found],
        "total": total,
        "page": page,
        "more": total > page * PAGE_ROWS,
        "typed": typed,
        "is_filtered": bool(since or until),
        "problem": problem,
    }
    return render(request, "web/erasure/erasures.html", context, status=422 if problem else 200)


@sees_ledger
def erasure(request: HttpRequest, scope: Scope, erasure_id: UUID) -> HttpResponse:
    """One certificate, ready for the printer."""
    found = queries.erasure(scope, erasure_id)
    actions.note_certificate_seen(scope, found.patient_id, at=clock.now())
    statement = queries.statement_of(scope, erasure_id)
    signed = json.loads(queries.certificate(scope, erasure_id))
    context = {
        "erasure": found,
        "reason": REASON_NAMES[found.reason],
        "who": _who(found, names_of(scope, {found.actor_id} if found.actor_kind == "staff" else set())),
        "statement": statement,
        "destroyed": destroyed_lines(found.destroyed),
        "kept": kept_lines(found.kept),
        "checks": [CHECK_NAMES[Check(code)] for code in statement["verified"]],
        "not_covered": [_NOT_COVERED[code] for code in statement["not_covered"] if code in _NOT_COVERED],
        "is_proven": "proof" in signed,
        "note": signed["note"],
    }
    return render(request, "web/erasure/erasure.html", context)


@sees_ledger
def download(request: HttpRequest, scope: Scope, erasure_id: UUID) -> HttpResponse:  # noqa: ARG001
    """The signed statement, with the ledger's proof once its entry is sealed; `bedside-verify erasure` reads it."""
    found = queries.erasure(scope, erasure_id)
    actions.note_certificate_seen(scope, found.patient_id, at=clock.now())
    response = HttpResponse(queries.certificate(scope, erasure_id), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="erasure-{erasure_id}.json"'
    return response


def _who(one: Erasure, names: dict[str, str]) -> str:
    if one.actor_id.startswith("cli:"):
        return "an administrator of this system"
    return names.get(one.actor_id, "this system")


def _days(scope: Scope, since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """From the beginning of one day to the end of the other, in the practice's zone. Raises Refusal."""
    first, last = _moment(scope, since), _moment(scope, until)
    if first is not None and last is not None and last < first:
        raise Refusal("days", "The last day comes before the first; change one of them.")
    return first, None if last is None else last + timedelta(days=1)


def _moment(scope: Scope, text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), profile(scope).zone)
    except ValueError:
        raise Refusal("day", "Give the day like 2026-12-01.") from None
