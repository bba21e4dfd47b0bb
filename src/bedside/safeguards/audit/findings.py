"""What verifications and anchors found, as rows with a mark that only the vault can make.

Without it whoever can add a row could say that all is sound, which puts the next look off and shows green, or that
the ledger was once longer, which would make every later look a false alarm. A row without its mark counts for nothing.
"""

from __future__ import annotations

import hmac
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bedside.ground.scope import Scope, in_scope, reading
from bedside.safeguards.audit.models import Anchoring, Verification
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

KEPT: Final = "kept"  # the outcome of an anchoring that came to lie where it was to
# Looks are kept for years, one a day; nobody asks for more at once.
READ_MAX: Final = 4000
# Mostly the newest row is genuine, and it alone is asked for.
_ROWS_PER_QUESTION: Final = 16
_Row = TypeVar("_Row", Verification, Anchoring)


def keep_verification(scope: Scope, **found: Any) -> Verification:
    """Stores what one look found. Raises Refusal or Fault when the vault cannot be opened."""
    row = Verification(practice_id=scope.practice_id, **found)
    row.mark = _mark(scope, row)
    with in_scope(scope):
        row.save(force_insert=True)
    return row


def keep_anchoring(scope: Scope, **tried: Any) -> Anchoring:
    """Stores one try. Only what was kept is marked: a failure is believed of anybody, and may be the vault's own."""
    row = Anchoring(practice_id=scope.practice_id, **tried)
    row.mark = _mark(scope, row) if row.outcome == KEPT else b""
    with in_scope(scope):
        row.save(force_insert=True)
    return row


def verifications_kept(scope: Scope, *, at_most: int, **wanted: Any) -> list[Verification]:
    """Genuine results, newest first."""
    return newest_genuine(scope, Verification.objects.filter(**wanted), at_most=at_most)


def last_verification_kept(scope: Scope, **wanted: Any) -> Verification | None:
    return next(iter(verifications_kept(scope, at_most=1, **wanted)), None)


def anchorings_kept(scope: Scope, *, at_most: int, **wanted: Any) -> list[Anchoring]:
    """What certainly came to lie outside, newest first."""
    return newest_genuine(scope, Anchoring.objects.filter(outcome=KEPT, **wanted), at_most=at_most)


def newest_genuine(scope: Scope, rows: QuerySet[_Row], *, at_most: int) -> list[_Row]:
    """The newest of the practice's rows that are genuine, newest first; looks at READ_MAX rows at the most."""
    found: list[_Row] = []
    rows = rows.filter(practice_id=scope.practice_id).order_by("-id")
    per_question = max(at_most, _ROWS_PER_QUESTION)
    with reading(scope):
        left = rows
        for _ in range(0, READ_MAX, per_question):
            looked_at = list(left[:per_question])
            found += [row for row in looked_at if is_genuine(scope, row)]
            if len(looked_at) < per_question or len(found) >= at_most:
                break
            left = rows.filter(id__lt=looked_at[-1].id)
    return found[:at_most]


def invented(scope: Scope) -> int:
    """How many results of verification nobody but a forger can have written."""
    with reading(scope):
        rows = Verification.objects.filter(practice_id=scope.practice_id).order_by("-id")[:READ_MAX]
        return sum(not is_genuine(scope, row) for row in rows)


def is_genuine(scope: Scope, row: Verification | Anchoring) -> bool:
    """Whether the vault marked the row. That an anchoring failed is believed of anybody."""
    if isinstance(row, Anchoring) and row.outcome != KEPT:
        return True
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
