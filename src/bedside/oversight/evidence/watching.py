"""The comparison made each day without anybody asking, and what the last one found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bedside.ground.scope import Scope, in_scope
from bedside.oversight.evidence.comparing import compare
from bedside.oversight.evidence.entries import COMPARED
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.queries import entries

if TYPE_CHECKING:
    from datetime import datetime

EVERY: Final = timedelta(hours=23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What one comparison found; `differing` people are listed by `bedside patients compare`."""

    at: datetime
    compared: int
    differing: int


def compare_and_note(scope: Scope, *, at: datetime) -> Compared:
    """Compares and writes into the ledger what it came to. Raises as `compare`."""
    found = compare(scope)
    with in_scope(scope):
        record(scope, COMPARED, at=at, compared=found.compared, differing=found.differing)
    return Compared(at=at, compared=found.compared, differing=found.differing)


def last_comparison(scope: Scope) -> Compared | None:
    """None when there was none yet."""
    found = entries(scope, before_id=None, kind=COMPARED.name, actor_id="", subject="", limit=1)
    if not found or "differing" not in found[0].details:
        return None
    told = found[0]
    return Compared(
        at=told.at, compared=int(told.details["compared"]), differing=int(told.details["differing"])
    )


def is_due(scope: Scope, *, at: datetime) -> bool:
    last = last_comparison(scope)
    return last is None or abs(at - last.at) >= EVERY  # a clock set back must not put it off
