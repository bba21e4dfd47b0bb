"""What is shown and handed over about the ledger as a whole: earlier verifications, the newest checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.findings import verifications_kept
from bedside.safeguards.audit.standing import shown
from bedside.safeguards.audit.tail import newest

if TYPE_CHECKING:
    from bedside.safeguards.audit.standing import Verification


def verifications(scope: Scope, *, limit: int) -> list[Verification]:
    """What was found, newest first."""
    return [shown(row) for row in verifications_kept(scope, at_most=limit)]


def newest_checkpoint(scope: Scope) -> str:
    """The newest signed checkpoint as text, for whoever keeps one outside; empty while nothing is sealed."""
    with reading(scope):
        head = newest(scope.practice_id)
    return head.note if head else ""
