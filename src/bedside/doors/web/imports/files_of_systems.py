"""A hospital's file before it is imported: which system it is from, where the people come from, and the start."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import redirect, render

from bedside.doors.web.imports.origins import read_origin
from bedside.doors.web.imports.words import kept_words, size_words
from bedside.ground import clock
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.intake import actions, queries
from bedside.records.intake.allowing import allow_list
from bedside.records.intake.clinical.receiving import choose_source
from bedside.records.intake.nouns import METHOD_LABELS, PROVENANCE_LABELS, SourceKind
from bedside.records.intake.sources import add_source, sources
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from bedside.ground.scope import Scope
    from bedside.records.intake.queries import ImportView


def choose_system(request: HttpRequest, scope: Scope, view: ImportView) -> HttpResponse:
    """GET asks; POST starts the import, with a new system if one was named."""
    if request.method != "POST":
        return _page(request, scope, view)
    try:
        with in_scope(scope):
            _start(scope, view.id, request.POST)
    except (NotAllowed, NotFound):
        raise
    except Refusal as error:
        return _page(request, scope, view, refusal=error)
    return redirect("import", view.id)


def _start(scope: Scope, import_id: UUID, posted: QueryDict) -> None:
    origin, at = read_origin(posted), clock.now()
    choose_source(scope, import_id, source_id=_source_id(scope, posted), at=at)
    actions.attest(scope, import_id, origin=origin, at=at)
    actions.start(scope, import_id, provenance=origin.provenance, at=at)


def _source_id(scope: Scope, posted: QueryDict) -> UUID:
    name = posted.get("new_system", "").strip()
    if name:
        is_part2 = posted.get("part2") == "yes"
        return add_source(
            scope, name=name, kind=SourceKind.FILES, is_part2=is_part2, settings={}, at=clock.now()
        )
    try:
        return UUID(posted.get("system", ""))
    except ValueError:
        raise Refusal("system", "Say which system this file is from.") from None


def _page(
    request: HttpRequest, scope: Scope, view: ImportView, *, refusal: Refusal | None = None
) -> HttpResponse:
    context = {
        "import": view,
        "size": size_words(view.size_bytes),
        "sources": [each for each in sources(scope) if each.paused_at is None],
        "may_add": scope.may(Right.MANAGE_PRACTICE),
        "kept": kept_words(allow_list(scope)),
        "provenances": list(PROVENANCE_LABELS.items()),
        "methods": list(METHOD_LABELS.items()),
        "posted": request.POST,
        "before": queries.imported_before(scope, view.id),
        "problem": refusal.sentence if refusal else "",
        "problem_code": refusal.code if refusal else "",
    }
    return render(request, "web/imports/system_of_file.html", context, status=422 if refusal else 200)
