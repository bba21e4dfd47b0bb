"""All that proves what one person agreed to, as one signed file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.ground.scope import Purpose
from bedside.oversight.evidence.dossier import export_evidence
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from bedside.ground.scope import Scope


@require_POST
@staff_page(Right.EXPORT_PATIENTS, purpose=Purpose.COMPLIANCE)
def export(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:  # noqa: ARG001
    """The file; `bedside-verify consent` reads it. Its name says nothing about the person."""
    response = HttpResponse(
        export_evidence(scope, patient_id, at=clock.now()), content_type="application/json"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="permissions-{patient_id}.json"'
    return response
