"""The columns as somebody chose them before: said on the page of columns, and forgotten on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.records.intake import actions
from bedside.records.intake.saved_mappings import forget_mapping
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.intake.saved_mappings import SavedChoice


@require_POST
@staff_page(Right.IMPORT_PATIENTS)
def forget(request: HttpRequest, scope: Scope, import_id: UUID) -> HttpResponse:
    """Forgets what was chosen for files with the names of columns of this one."""
    at = clock.now()
    proposal = actions.propose(scope, import_id, fields=None, date_order=None, at=at)
    if forget_mapping(scope, proposal.layout.header, at=at):
        return done(
            request, "Forgotten. These columns are our own proposal again.", "import_columns", import_id
        )
    return redirect("import_columns", import_id)


def saved_words(scope: Scope, saved: SavedChoice | None) -> dict[str, Any] | None:
    """When and by whom the shown columns were chosen before; None when they are not taken from there."""
    if saved is None:
        return None
    names = {} if saved.saved_by.startswith("cli:") else names_of(scope, {saved.saved_by})
    return {"at": saved.saved_at, "by": names.get(saved.saved_by, "")}
