"""Imports: the list, uploading, following one import, its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bedside.doors.web.imports.words import STATE_WORDS, progress_of, size_words
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.intake import actions, queries
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.pieces import FILE_BYTES_MAX, FILE_TOO_LARGE
from bedside.records.intake.rules.exporting import write_csv
from bedside.records.intake.rules.refusing import sort_counts
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.intake.queries import ImportView

PAGE_IMPORTS = 25
PAGE_REJECTS = 20
imports_patients = staff_page(Right.IMPORT_PATIENTS)
_CHOOSING = {ImportState.UPLOADED, ImportState.MAPPED}
_OVER = {ImportState.FINISHED, ImportState.CANCELLED}


@imports_patients
def imports(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every import of the practice, newest first."""
    total, number = queries.count(scope), _page_number(request)
    shown = queries.imports(scope, offset=(number - 1) * PAGE_IMPORTS, limit=PAGE_IMPORTS)
    names = names_of(scope, {view.created_by for view in shown if ":" not in view.created_by})
    rows = [
        {"import": view, "state": STATE_WORDS[view.state], "by": names.get(view.created_by, "Command line")}
        for view in shown
    ]
    context = {"rows": rows, **_paging(number, total, PAGE_IMPORTS)}
    return render(request, "web/imports/imports.html", context)


@imports_patients
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Uploading a file."""
    if request.method != "POST":
        return render(request, "web/imports/new.html")
    try:
        import_id = _receive(request, scope)
    except Refusal as error:
        return render(request, "web/imports/new.html", {"problem": error.sentence}, status=422)
    return redirect("import_columns", import_id)


def _receive(request: HttpRequest, scope: Scope) -> UUID:
    upload = request.FILES.get("file")
    if upload is None:
        # What is over the limit is stopped on the way and arrives as no file at all.
        if int(request.META.get("CONTENT_LENGTH") or 0) > FILE_BYTES_MAX:
            raise Refusal("file_too_large", FILE_TOO_LARGE)
        raise Refusal("no_file", "Choose a file first.")
    return actions.receive(scope, name=upload.name or "", pieces=upload.chunks(), at=clock.now())


@imports_patients
def one(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """Where an import stands: choosing columns, progress, or the result."""
    view = queries.view(scope, import_id)
    if view.state in _CHOOSING:
        return redirect("import_columns", import_id)
    if view.state in _OVER:
        return _result(request, scope, view)
    return render(request, "web/imports/progress.html", _progress(scope, view))


@imports_patients
def progress(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """The moving part of the progress page, asked for each second."""
    view = queries.view(scope, import_id)
    if view.state in _OVER | _CHOOSING:
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = reverse("import", args=[import_id])
        return response
    context = _progress(scope, view)
    # A screen reader is told each tenth once, not every second.
    speak = request.GET.get("said") != str(context["progress"].said)
    return render(request, "web/imports/progress_piece.html", {**context, "speak": speak})


def _progress(scope: Scope, view: ImportView) -> dict[str, Any]:
    waits = view.state is ImportState.QUEUED and queries.is_waiting_for_another(scope, view.id)
    return {
        "import": view,
        "state": STATE_WORDS[view.state],
        "size": size_words(view.size_bytes),
        "progress": progress_of(view, waits_for_another=waits, at=clock.now()),
    }


def _result(request: HttpRequest, scope: Scope, view: ImportView) -> HttpResponse:
    number = _page_number(request)
    rejected = queries.rejected(scope, view.id, offset=(number - 1) * PAGE_REJECTS, limit=PAGE_REJECTS)
    context = {
        "import": view,
        "state": STATE_WORDS[view.state],
        "size": size_words(view.size_bytes),
        "rejected": rejected,
        "groups": queries.remark_groups(view.remark_counts),
        "sorts": sort_counts(view.remark_counts) if view.format.is_clinical else [],
        **_paging(number, view.rejected, PAGE_REJECTS),
    }
    return render(request, "web/imports/result.html", context)


@require_POST
@imports_patients
def pause(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:  # noqa: ARG001
    actions.pause(scope, import_id, at=clock.now())
    return redirect("import", import_id)


@require_POST
@imports_patients
def resume(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:  # noqa: ARG001
    actions.resume(scope, import_id, at=clock.now())
    return redirect("import", import_id)


@require_POST
@imports_patients
def confirm(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """Somebody looked at a list that seems made up, and says that it is not."""
    if request.POST.get("given") != "yes":
        queries.view(scope, import_id)
        raise Refusal("given", "Tick that these people gave you their addresses; else cancel the import.")
    actions.confirm(scope, import_id, at=clock.now())
    return redirect("import", import_id)


@imports_patients
def cancel(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """Asks first, then ends the import for good."""
    if request.method != "POST":
        return _question(request, scope, import_id, "web/imports/cancel.html")
    actions.cancel(scope, import_id, at=clock.now())
    return done(request, "The import is cancelled. Rows taken before stay.", "import", import_id)


@imports_patients
def remove(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """Asks first, then deletes the file and the rejected rows."""
    if request.method != "POST":
        return _question(request, scope, import_id, "web/imports/remove.html")
    actions.remove_file(scope, import_id, at=clock.now())
    return done(request, "The file and its rejected rows are deleted.", "import", import_id)


def _question(request: HttpRequest, scope: Scope, import_id: UUID, template: str) -> HttpResponse:
    return render(request, template, {"import": queries.view(scope, import_id)})


@require_POST
@imports_patients
def rejected_csv(
    request: HttpRequest,  # noqa: ARG001
    scope: Scope,
    import_id: UUID,
) -> StreamingHttpResponse:
    """The rejected rows as they stand in the file, with the reason, safe to open in a spreadsheet."""
    columns = actions.export_rejects(scope, import_id, at=clock.now())
    rows = ((str(each.line), each.sentence, *each.cells) for each in queries.every_rejected(scope, import_id))
    pieces = write_csv(("Line", "Why it was rejected", *columns), rows)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="rejected-rows.csv"'
    return response


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1  # noqa: PLR2004


def _paging(number: int, total: int, at_once: int) -> dict[str, int | None]:
    return {
        "total": total,
        "number": number,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number * at_once < total else None,
    }
