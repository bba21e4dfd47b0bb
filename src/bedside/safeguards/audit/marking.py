"""The mark on what a checkpoint says about where looking may begin: made by a key that is not in the database.

Promise: who can write the tables cannot have the sealer pass entries over by moving that place ahead.
Key handling: derived from the installation key, so that a locked vault of one practice hides nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from bedside.ground.errors import Fault, Refusal
from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_PURPOSE = "ledger settled 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Up to where one checkpoint says that all is sealed, and the observation from which that moves on."""

    practice_id: UUID
    size: int
    root: bytes
    settled_id: int
    seen_id: int
    seen_xid: int
    seen_at: datetime


def mark_of(said: Settled) -> bytes:
    """32 bytes. Raises Refusal or Fault when the installation key cannot be opened."""
    return hmac.digest(installation().derive(_PURPOSE), _text(said).encode(), "sha256")


def is_marked(said: Settled, mark: bytes) -> bool:
    """Whether Bedside said so. Never raises: without the key nothing is believed, which costs looking and no more."""
    try:
        return hmac.compare_digest(mark_of(said), mark)
    except (Refusal, Fault):
        return False


def _text(said: Settled) -> str:
    lines = (
        said.practice_id,
        said.size,
        said.root.hex(),
        said.settled_id,
        said.seen_id,
        said.seen_xid,
        said.seen_at.astimezone(UTC).isoformat(),
    )
    return "\n".join(map(str, lines))
