"""Reading the ledger is an act too: whose names a page showed is recorded, in the transaction that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record_each
from bedside.safeguards.audit.entries import LEDGER_SEEN
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID


def note_names(scope: Scope, people: Sequence[UUID], *, page: str, at: datetime) -> None:
    """Records whose names the reader saw, if any. `page` is a code for where (45 CFR 164.312(b))."""
    if not people:
        return
    scope.require(Right.SEE_PATIENTS)
    with in_scope(scope):
        record_each(scope, LEDGER_SEEN, at=at, about="", subjects=people, page=page)
