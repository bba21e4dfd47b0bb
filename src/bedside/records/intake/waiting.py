"""How much of one system's may wait at once.

What is bounded is the number of imports that are not over, not the bytes of a day: each keeps its file, sealed, on
this disk until it is over, so that number bounds what a stolen key can fill. A hospital that sends all of its years on
its first day is no threat, and with a limit by the day it could not be told from one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.records.intake.models import Import
from bedside.records.intake.nouns import ImportState

if TYPE_CHECKING:
    from uuid import UUID

WAITING_MAX: Final = 20
_OVER: Final = (ImportState.FINISHED.value, ImportState.CANCELLED.value)


def require_room(scope: Scope, source_id: UUID) -> None:
    """Raises Refusal "too_many_imports" where as many files of this system wait as are taken."""
    with in_scope(scope):
        rows = Import.objects.filter(practice_id=scope.practice_id, source_id=source_id, file_removed_at=None)
        if rows.exclude(state__in=_OVER).count() >= WAITING_MAX:
            raise Refusal(
                "too_many_imports",
                f"{WAITING_MAX} imports of this system are not over yet; wait until one is, or have a stuck one "
                "cancelled.",
            )
