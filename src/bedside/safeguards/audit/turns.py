"""One at a time per practice: for sealing and for the keys that seal, and for nothing that an act waits for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from uuid import UUID


def may_take_turn(practice_id: UUID) -> bool:
    """True if nobody else is at it; then it is ours until the transaction ends. Never waits."""
    return _ask("SELECT pg_try_advisory_xact_lock(%s)", practice_id)


def take_turn(practice_id: UUID) -> None:
    """Waits until nobody else is at it; then it is ours until the transaction ends."""
    _ask("SELECT pg_advisory_xact_lock(%s) IS NOT NULL", practice_id)


def _ask(question: str, practice_id: UUID) -> bool:
    digest = hashlib.sha256(b"bedside ledger" + practice_id.bytes).digest()
    with connection.cursor() as cursor:
        cursor.execute(question, [int.from_bytes(digest[:8], signed=True)])
        return bool(cursor.fetchone()[0])
