"""What ends a document before its day: taken back, found false, or the event that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, in_scope
from bedside.records.authorizations.queries import document_row
from bedside.records.consent import actions as consent
from bedside.records.consent.owing import drop_letters

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.consent.rules import Evidence


def revoke(
    scope: Scope,
    patient_id: UUID,
    document_id: UUID,
    *,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Takes one document back at once; what was done in reliance on it stays as it was (45 CFR 164.508(b)(5)).

    False when it was not in force. Raises NotFound, also for another person's document; NotAllowed.
    """
    with in_scope(scope):
        _require(scope, patient_id, document_id)
        done = consent.revoke_document(
            scope, patient_id, document_id=document_id, source=source, at=at, evidence=evidence
        )
        if done:
            drop_letters(scope, about=document_id)
    return done


def find_false(
    scope: Scope,
    patient_id: UUID,
    document_id: UUID,
    *,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records that something material in it is untrue (45 CFR 164.508(b)(2)(v)). Raises as `revoke`."""
    with in_scope(scope):
        _require(scope, patient_id, document_id)
        return consent.find_document_false(
            scope, patient_id, document_id=document_id, source=source, at=at, evidence=evidence
        )


def note_event(
    scope: Scope, patient_id: UUID, document_id: UUID, *, last_day: date, source: str, at: datetime
) -> bool:
    """Records that the event has come with which it ends (45 CFR 164.508(b)(2)(i)). Raises as `revoke`."""
    with in_scope(scope):
        _require(scope, patient_id, document_id)
        return consent.end_document(
            scope, patient_id, document_id=document_id, last_day=last_day, source=source, at=at
        )


def _require(scope: Scope, patient_id: UUID, document_id: UUID) -> None:
    if document_row(scope, document_id).patient_id != patient_id:
        raise NotFound
