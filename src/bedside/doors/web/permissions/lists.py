"""Lists of suppressions: one brought in, looked at, confirmed, followed, undone; and one given out as hashes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.records.consent import list_export, lists
from bedside.records.consent.rules import SuppressionScope
from bedside.records.consent.rules.lists import LIST_BYTES_MAX
from bedside.records.consent.rules.suppressions import LIST_KEY_BYTES, ListOrigin, ListState
from bedside.records.consent.sentences import SCOPE_NAMES
from bedside.records.intake.rules.exporting import write_csv
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, QueryDict

    from bedside.ground.scope import Scope

ORIGINS = {
    ListOrigin.OWN_FORMER_SENDER: "The service that sent our mail before",
    ListOrigin.PROCESSOR: "A service that sends mail for us now",
    ListOrigin.JOINED_PRACTICE: "A practice whose patients we took over",
    ListOrigin.OWN_LIST: "Our own list",
}
STATES = {
    ListState.RECEIVED: ("Not started", "badge-warn"),
    ListState.QUEUED: ("Waiting", "badge-info"),
    ListState.RUNNING: ("Running", "badge-info"),
    ListState.FINISHED: ("Done", "badge-ok"),
    ListState.CANCELLED: ("Thrown away", "badge-quiet"),
    ListState.UNDONE: ("Undone", "badge-quiet"),
}
_WORKING = {ListState.QUEUED, ListState.RUNNING}


@staff_page(Right.RECORD_CONSENT)
def new_list(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Uploading a list; nothing is suppressed before it is confirmed."""
    problem = ""
    if request.method == "POST":
        try:
            return redirect("suppression_list", _receive(request, scope))
        except Refusal as error:
            problem = error.sentence
    context = {"problem": problem, "scopes": [(one.value, SCOPE_NAMES[one]) for one in SuppressionScope]}
    return render(request, "web/permissions/list_new.html", context, status=422 if problem else 200)


def _receive(request: HttpRequest, scope: Scope) -> UUID:
    upload = request.FILES.get("file")
    if upload is None:
        raise Refusal("no_file", "Choose a file first.")
    content = upload.read(LIST_BYTES_MAX + 1)
    return lists.receive_list(scope, content, at=clock.now())


@staff_page(Right.RECORD_CONSENT)
def one_list(request: HttpRequest, scope: Scope, list_id: UUID) -> HttpResponse:
    """Where a list stands; POST confirms it."""
    problem = ""
    if request.method == "POST":
        try:
            _start(request.POST, scope, list_id)
            return redirect("suppression_list", list_id)
        except Refusal as error:
            problem = error.sentence
    view = lists.list_view(scope, list_id)
    by = names_of(scope, {view.created_by}) if not view.created_by.startswith("cli:") else {}
    context = {
        "list": view,
        "state": STATES[view.state],
        "is_working": view.state in _WORKING,
        "by": by.get(view.created_by, "Command line"),
        "covers": SCOPE_NAMES[view.covers],
        "origin": ORIGINS[view.origin] if view.origin else "",
        "origins": [(one.value, words) for one, words in ORIGINS.items()],
        "scopes": [(one.value, SCOPE_NAMES[one]) for one in SuppressionScope],
        "typed": request.POST,
        "problem": problem,
    }
    return render(request, "web/permissions/list.html", context, status=422 if problem else 200)


def _start(posted: QueryDict, scope: Scope, list_id: UUID) -> None:
    covers, origin = posted.get("covers", ""), posted.get("origin", "")
    if origin not in set(ListOrigin):
        raise Refusal("origin", "Say where this list comes from.")
    if covers not in set(SuppressionScope):
        raise Refusal("covers", "Choose which mail must stop.")
    lists.start_list(
        scope, list_id, covers=SuppressionScope(covers), origin=ListOrigin(origin), at=clock.now(), here=False
    )


@require_POST
@staff_page(Right.RECORD_CONSENT)
def cancel_list(request: HttpRequest, scope: Scope, list_id: UUID) -> HttpResponse:
    lists.cancel_list(scope, list_id, at=clock.now())
    return done(request, "The list is thrown away. Nothing of its file is kept.", "suppressions")


@staff_page(Right.RECORD_CONSENT)
def undo_list(request: HttpRequest, scope: Scope, list_id: UUID) -> HttpResponse:
    """Asks first, then lifts all that the list added."""
    view = lists.list_view(scope, list_id)
    if request.method != "POST":
        return render(request, "web/permissions/list_undo.html", {"list": view})
    lifted = lists.undo_list(scope, list_id, at=clock.now())
    return done(request, f"Undone: {lifted:,} suppressions are lifted.", "suppression_list", list_id)


@require_POST
@staff_page(Right.RECORD_CONSENT)
def bad_lines(request: HttpRequest, scope: Scope, list_id: UUID) -> HttpResponse:  # noqa: ARG001
    """The lines that could not be read, with their numbers, safe to open in a spreadsheet."""
    found = lists.bad_lines(scope, list_id, at=clock.now())
    rows = ((str(one.line), one.sentence, one.text) for one in found)
    pieces = b"".join(write_csv(("Line", "Why it was not read", "As written"), rows))
    return _file(pieces, "lines-not-read.csv", "text/csv; charset=utf-8")


@staff_page(Right.EXPORT_PATIENTS, purpose=Purpose.COMPLIANCE)
def export(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Says what a list of hashes is; shows a fresh key once; gives the file for that key, or one without a key."""
    form = request.POST.get("form", "")
    if request.method != "POST" or form not in {"keyed", "plain"}:
        problem = "Choose one of the two." if request.method == "POST" else ""
        context = {"problem": problem}
        return render(request, "web/permissions/export.html", context, status=422 if problem else 200)
    if form == "plain":
        return _exported(scope, key=None)
    typed = request.POST.get("list_key", "")
    if not typed:
        context = {"list_key": secrets.token_hex(LIST_KEY_BYTES)}
        return render(request, "web/permissions/export_key.html", context)
    return _exported(scope, key=_key(typed))


def _key(typed: str) -> bytes:
    try:
        return bytes.fromhex(typed)
    except ValueError:
        raise Refusal("list_key", "That is no key of a list. Begin the export anew.") from None


def _exported(scope: Scope, *, key: bytes | None) -> HttpResponse:
    made = list_export.export_list(scope, key=key, at=clock.now())
    kind = "sha256" if key is None else "keyed"
    name = f"suppressions-{kind}-{made.lines}-lines-{made.left_out}-left-out.csv"
    return _file(made.text.encode(), name, "text/csv; charset=utf-8")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
