"""Identifiers: opaque, time-ordered UUIDs (RFC 9562 version 7) so that index pages fill in order."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

_RANDOM_BITS = 74


def new_id() -> UUID:
    """A fresh version 7 UUID. Reveals the millisecond of its making and nothing else."""
    millisecond = time.time_ns() // 1_000_000
    random = secrets.randbits(_RANDOM_BITS)
    high = (millisecond & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | random >> 62
    low = 0x8000_0000_0000_0000 | random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=high << 64 | low)
