"""Numbers that are never read, whoever sends them: what is not taken can neither leak nor be asked for.

Minimum necessary, 45 CFR 164.502(b).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

WITHHELD_KINDS: Final = frozenset(
    {"SS", "DL", "PPN", "PRC", "TAX", "NI", "NIIP", "BC", "DC", "MI", "CZ", "VS"}
)
"""Table 0203: numbers of state papers and bank or voter cards. No letter needs them, so they are never read."""

_WITHHELD_MARKS: Final = ("us-ssn", "passport", "driver", "2.16.840.1.113883.4.3.", "2.16.840.1.113883.4.330")
_SSN_ROOT: Final = "2.16.840.1.113883.4.1"


@lru_cache(maxsize=1_024)  # the same few systems come with every record
def is_withheld(kind: str, *, system: str) -> bool:
    """Whether a number is one of those that are never read."""
    if kind in WITHHELD_KINDS:
        return True
    if not system:
        return False
    lowered = system.lower()
    return any(mark in lowered for mark in _WITHHELD_MARKS) or lowered.endswith(_SSN_ROOT)
