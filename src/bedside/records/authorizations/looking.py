"""Keeping who looked at a signed document, took its scan, or took their own copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.authorizations import entries
from bedside.records.authorizations.queries import document_row
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.safeguards.audit.rules import EntryKind


def note_seen(scope: Scope, document_id: UUID, *, at: datetime) -> None:
    _note(scope, entries.SEEN, document_id, at)


def note_scan_taken(scope: Scope, document_id: UUID, *, at: datetime) -> None:
    _note(scope, entries.SCAN_TAKEN, document_id, at)


def note_copied(scope: Scope, document_id: UUID, *, at: datetime) -> None:
    _note(scope, entries.COPIED, document_id, at)


def _note(scope: Scope, kind: EntryKind, document_id: UUID, at: datetime) -> None:
    """Raises NotFound."""
    with in_scope(scope):
        row = document_row(scope, document_id)
        record(scope, kind, at=at, subject=row.patient_id, document_id=document_id)
