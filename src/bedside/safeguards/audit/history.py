"""What is shown and handed over about the ledger as a whole: earlier verifications, the newest checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.models import Verification as Row
from bedside.safeguards.audit.standing import shown
from bedside.safeguards.audit.tail import newest

if TYPE_CHECKING:
    from bedside.safeguards.audit.standing import Verification


def verifications(scope: Scope, *, limit: int) -> list[Verification]:
    """What was found, newest first."""
    with reading(scope):
        rows = Row.objects.filter(practice_id=scope.practice_id).order_by("-id")
        return [shown(row) for row in rows[:limit]]


def newest_checkpoint(scope: Scope) -> str:
    """The newest signed checkpoint as text, for whoever keeps one outside; empty while nothing is sealed."""
    with reading(scope):
        head = newest(scope.practice_id)
    return head.note if head else ""
