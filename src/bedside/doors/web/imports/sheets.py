"""Which sheet of a workbook is imported, in the words of the pages, and choosing another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.records.intake import queries
from bedside.records.intake.workbook_files import choose_sheet, read_cover
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope


@require_POST
@staff_page(Right.IMPORT_PATIENTS)
def sheet(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """Reads another sheet of the workbook; its columns are proposed anew."""
    name = request.POST.get("sheet", "")
    queries.view(scope, import_id)
    if read_cover(scope, import_id) is None:
        return redirect("import", import_id)
    choose_sheet(scope, import_id, name=name, at=clock.now())
    return done(request, "The other sheet is read. Check its columns.", "import_columns", import_id)


def sheet_words(scope: Scope, import_id: UUID, *, otherwise: str) -> dict[str, Any]:
    """What the page of columns says about the sheet; `otherwise` is how a text file is laid out."""
    cover = read_cover(scope, import_id)
    if cover is None:
        return {"workbook": None, "layout": otherwise}
    return {"workbook": cover, "layout": f"Read from the sheet “{cover.sheet}” of an Excel workbook."}
