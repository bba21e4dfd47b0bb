"""Verbs on service mails for doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.letters import entries
from bedside.correspondence.letters.sending import send_due
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.letter_claims import LIST_MAX, letters_of, put_back
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.letter_claims import ShownLetter
    from bedside.records.consent.rules import LetterState

__all__ = ["LIST_MAX", "list_letters", "retry", "send_due"]


def retry(scope: Scope, letter_id: UUID, *, at: datetime) -> None:
    """Has a letter sent once more that failed, or may not have arrived. Raises NotAllowed, NotFound, Refusal."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        kind, patient_id = put_back(scope, letter_id, at=at)
        record(
            scope,
            entries.RETRIED,
            at=at,
            subject=patient_id or letter_id,
            letter=kind.value,
            id=letter_id.hex,
        )


def list_letters(
    scope: Scope, *, patient_id: UUID | None = None, state: LetterState | None = None, at: datetime
) -> Sequence[ShownLetter]:
    """The newest letters, of one person or of all; recorded as a look at those persons. Raises NotAllowed."""
    scope.require(Right.SEE_PATIENTS)
    with in_scope(scope):
        shown = letters_of(scope, patient_id=patient_id, state=state, at=at)
        people = list({one.patient_id for one in shown if one.patient_id})
        if people:
            record_look(scope, entries.LISTED, at=at, about="", subjects=people, count=len(shown))
    return shown
