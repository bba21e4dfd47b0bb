"""Deleting signed documents whose six years are over, but of nobody on whom a legal hold stands (AUT-19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.oversight.retention import entries
from bedside.oversight.retention.holds import people_under_hold
from bedside.records.authorizations.actions import purge
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from datetime import datetime

_ROUNDS_MAX = 1000


def purge_documents(scope: Scope, *, at: datetime) -> int:
    """Deletes all that may go, some hundred in a transaction; the ledger keeps each and the count. Gives how many.

    The holds are asked anew for each transaction. Raises NotAllowed.
    """
    gone = 0
    for _ in range(_ROUNDS_MAX):
        with in_scope(scope):
            deleted = purge(scope, held=people_under_hold(scope), at=at)
            if deleted:
                record(scope, entries.DOCUMENTS_PURGED, at=at, deleted=deleted)
        if not deleted:
            break
        gone += deleted
    return gone
