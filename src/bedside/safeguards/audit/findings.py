"""What verifications and anchors found, as rows with a mark that only the vault can make.

Without it whoever can add a row could say that all is sound, which puts the next look off and shows green, or that
the ledger was once longer, which would make every later look a false alarm. A row without its mark counts for nothing.
"""

from __future__ import annotations

import hmac
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from bedside.ground.scope import Scope, in_scope, reading
from bedside.safeguards.audit.models import Anchoring, Verification
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

# Looks are kept for years, one a day; nobody asks for more at once.
READ_MAX: Final = 4000


def keep_verification(scope: Scope, **found: Any) -> Verification:
    """Stores what one look found. Raises Refusal or Fault when the vault cannot be opened."""
    row = Verification(practice_id=scope.practice_id, **found)
    row.mark = _mark(scope, row)
    with in_scope(scope):
        row.save(force_insert=True)
    return row


def keep_anchoring(scope: Scope, *, is_kept: bool, **tried: Any) -> Anchoring:
    """Stores one try. Only what was kept is marked: a failure is believed of anybody, and may be the vault's own."""
    row = Anchoring(practice_id=scope.practice_id, **tried)
    row.mark = _mark(scope, row) if is_kept else b""
    with in_scope(scope):
        row.save(force_insert=True)
    return row


def verifications_kept(scope: Scope, **wanted: Any) -> Iterator[Verification]:
    """Genuine results, newest first."""
    with reading(scope):
        rows = Verification.objects.filter(practice_id=scope.practice_id, **wanted).order_by("-id")
        yield from (row for row in rows[:READ_MAX] if is_genuine(scope, row))


def last_verification_kept(scope: Scope, **wanted: Any) -> Verification | None:
    return next(islice(verifications_kept(scope, **wanted), 1), None)


def invented(scope: Scope) -> int:
    """How many results of verification nobody but a forger can have written."""
    with reading(scope):
        rows = Verification.objects.filter(practice_id=scope.practice_id).order_by("-id")[:READ_MAX]
        return sum(not is_genuine(scope, row) for row in rows)


def is_genuine(scope: Scope, row: Verification | Anchoring) -> bool:
    return hmac.compare_digest(_mark(scope, row), bytes(row.mark))


def _mark(scope: Scope, row: Verification | Anchoring) -> bytes:
    if isinstance(row, Verification):
        said = (
            row.from_size,
            row.size,
            bytes(row.root).hex(),
            row.sound,
            row.finding,
            row.first_bad_index,
            row.entry_id,
        )
        return practice_keys(scope).blind_index("audit_verification", _text(row.at, *said))
    return practice_keys(scope).blind_index(
        "audit_anchoring", _text(row.at, row.size, bytes(row.root).hex(), row.outcome, row.place)
    )


def _text(at: datetime, *said: object) -> str:
    # One to a line; a place is an address without line ends and stands last.
    return "\n".join([at.astimezone(UTC).isoformat(), *(str(part) for part in said)])
