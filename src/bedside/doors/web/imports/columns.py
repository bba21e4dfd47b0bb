"""The page where a person says which column becomes what, sees the first rows, and starts the import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render

from bedside.doors.web.imports.files_of_systems import choose_system
from bedside.doors.web.imports.origins import read_origin
from bedside.doors.web.imports.remembered import saved_words
from bedside.doors.web.imports.sheets import sheet_words
from bedside.doors.web.imports.words import (
    DATE_ORDERS,
    confidence_words,
    field_groups,
    layout_words,
    shown_row,
    size_words,
)
from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.intake import actions, queries
from bedside.records.intake.nouns import METHOD_LABELS, PROVENANCE_LABELS, ImportState
from bedside.records.intake.rules.mapping import Severity
from bedside.records.intake.rules.nouns import DateOrder, PatientField
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict

    from bedside.ground.scope import Scope
    from bedside.records.intake.proposing import Column

_PREFIX = "column-"
_CHOOSABLE = {ImportState.UPLOADED, ImportState.MAPPED}


@staff_page(Right.IMPORT_PATIENTS)
def columns(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """GET shows the proposal; POST checks the choice again, or starts the import with it."""
    view = queries.view(scope, import_id)
    if view.state not in _CHOOSABLE:
        return redirect("import", import_id)
    if view.format.is_clinical:
        return choose_system(request, scope, view)
    if request.method != "POST":
        return _page(request, scope, view, fields=None, date_order=None)
    fields, date_order = read_fields(request.POST), read_date_order(request.POST)
    if request.POST.get("then") != "start":
        return _page(request, scope, view, fields=fields, date_order=date_order)
    try:
        _start(scope, import_id, request.POST, fields, date_order)
    except Refusal as error:
        return _page(request, scope, view, fields=fields, date_order=date_order, refusal=error)
    return redirect("import", import_id)


def _start(
    scope: Scope,
    import_id: UUID,
    posted: QueryDict,
    fields: dict[int, PatientField],
    date_order: DateOrder | None,
) -> None:
    origin = read_origin(posted)
    actions.choose_mapping(scope, import_id, fields=fields, date_order=date_order, at=clock.now())
    actions.attest(scope, import_id, origin=origin, at=clock.now())
    actions.start(scope, import_id, provenance=origin.provenance, at=clock.now())


def read_fields(posted: QueryDict) -> dict[int, PatientField]:
    """The chosen field by column; what is not a column or a field of ours is ignored."""
    return {
        int(name.removeprefix(_PREFIX)): PatientField(value)
        for name, value in posted.items()
        if name.startswith(_PREFIX)
        and name.removeprefix(_PREFIX).isascii()
        and name.removeprefix(_PREFIX).isdigit()
        and value in set(PatientField)
    }


def read_date_order(posted: QueryDict) -> DateOrder | None:
    value = posted.get("date_order", "")
    return DateOrder(value) if value in set(DateOrder) else None


def _page(
    request: HttpRequest,
    scope: Scope,
    view: queries.ImportView,
    *,
    fields: dict[int, PatientField] | None,
    date_order: DateOrder | None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    proposal = actions.propose(scope, view.id, fields=fields, date_order=date_order, at=clock.now())
    context = {
        "import": view,
        "size": size_words(view.size_bytes),
        **sheet_words(scope, view.id, otherwise=layout_words(proposal.layout)),
        "columns": [_row(column) for column in proposal.columns],
        "recognised": sum(_row(column)["is_plain"] is True for column in proposal.columns),
        "groups": field_groups(),
        "remarks": proposal.remarks,
        "errors": [each for each in proposal.problems if each.severity is Severity.ERROR],
        "warnings": [each for each in proposal.problems if each.severity is Severity.WARNING],
        "date_orders": DATE_ORDERS,
        "date_order": proposal.date_order,
        "has_dates": proposal.has_dates,
        "preview": [shown_row(row) for row in proposal.preview],
        "provenances": list(PROVENANCE_LABELS.items()),
        "methods": list(METHOD_LABELS.items()),
        "posted": request.POST,
        "before": queries.imported_before(scope, view.id),
        "saved": saved_words(scope, proposal.saved),
        "problem": refusal.sentence if refusal else "",
        "problem_code": refusal.code if refusal else "",
    }
    if getattr(request, "htmx", False) and refusal is None:
        return render(request, "web/imports/check.html", context)
    return render(request, "web/imports/columns.html", context, status=422 if refusal else 200)


def _row(column: Column) -> dict[str, object]:
    """`is_plain`: recognised without doubt, so that nobody need read the reason."""
    check = confidence_words(column.confidence) if column.field else ""
    return {"column": column, "check": check, "is_plain": bool(column.field) and not check}
