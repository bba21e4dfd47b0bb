"""Keeping who looked an address up: on whom, without the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.consent import entries
from bedside.records.consent.models import AddressSuppression
from bedside.records.patients.queries import ids_by_address
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def note_sought(scope: Scope, address: str, *, found: int, at: datetime) -> None:
    """Records that somebody asked whether mail to `address` is suppressed, on each patient who has the address."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        subjects = ids_by_address(scope, address)
        record_look(scope, entries.SUPPRESSION_SOUGHT, at=at, about="", subjects=subjects, found=found)


def require_suppression(scope: Scope, suppression_id: UUID) -> None:
    """Raises NotFound unless the practice has this suppression."""
    with reading(scope):
        rows = AddressSuppression.objects.filter(practice_id=scope.practice_id, id=suppression_id)
        if not rows.exists():
            raise NotFound
