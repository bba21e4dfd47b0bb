"""Keeping who asked for what is not theirs: a missing right, another practice's id, an id that nobody has.

The asker learns nothing that they would not learn otherwise; their own practice's ledger gets an entry. It names
the page by its code, never the address or the id that was typed: that could be another practice's, or anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache

from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.rules import Outcome
from bedside.safeguards.staff import entries

if TYPE_CHECKING:
    from datetime import datetime

# One entry per account and page in this time: nobody fills the ledger, and so the disk, by asking in a loop.
ONE_ENTRY_PER_S = 60
_CODE_LENGTH_MAX = 60


def note_refused(scope: Scope, *, page: str, reason: str, at: datetime) -> bool:
    """Records one refused access, at most one per account, page and minute; False when one stands already.

    `page` is the code of a page or of a command, `reason` the refusal's code. The mark that it stands is written in
    the same transaction, so a ledger that cannot be written leaves no mark either.
    """
    with in_scope(scope):
        mark = f"refused:{scope.practice_id}:{scope.actor.id}:{page}:{reason}"
        if not cache.add(mark, 1, timeout=ONE_ENTRY_PER_S):
            return False
        record(
            scope,
            entries.ACCESS_REFUSED,
            at=at,
            outcome=Outcome.REFUSED,
            page=page[:_CODE_LENGTH_MAX],
            reason=reason[:_CODE_LENGTH_MAX],
        )
    return True
