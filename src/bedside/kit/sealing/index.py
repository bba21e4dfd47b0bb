"""Blind index: equality look-ups on sealed values.

Only for values with many possibilities (an address, a record number): whoever can add records and see the
index can test guesses, so a birth date, a sex or a postal code is never indexed this way.
"""

from __future__ import annotations

import hmac


class BlindIndex:
    """HMAC-SHA256 under a key of its own; equal values of one label give equal 32 bytes."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, label: str, value: str) -> bytes:
        """`value` is already normalised by the caller; equal spellings must be equal texts."""
        return hmac.digest(self._key, label.encode() + b"\0" + value.encode(), "sha256")
