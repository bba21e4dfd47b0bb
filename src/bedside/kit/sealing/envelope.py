"""The envelope itself: see the package's docstring for the promise and the format."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32
_FORMAT = b"\x01"
_NONCE_BYTES = 12
_HEADER_BYTES = 5
_TAG_BYTES = 16
_SHORTEST = _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES


class Unsealable(Exception):
    """A sealed value does not open: wrong key, wrong place, changed, cut, or of an unknown format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sealed value lies. Two values with different places can never stand in for each other."""

    practice: str
    table: str
    row: str
    column: str
    version: int

    def associated(self) -> bytes:
        """Each part with its length before it, so that no two places give the same bytes."""
        return (
            _measured(self.practice)
            + _measured(self.table)
            + _with_length(self.row.encode())
            + _measured(self.column)
            + _measured(str(self.version))
        )


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part


@lru_cache(maxsize=4096)
def _measured(text: str) -> bytes:
    # All parts but the row come back a million times in bulk work.
    return _with_length(text.encode())


class Sealer:
    """Seals and opens under one key. Cheap to keep, safe to share between threads."""

    __slots__ = ("_cipher", "_header", "_key", "version")

    def __init__(self, key: bytes, *, version: int = 1) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a sealing key has 32 bytes")
        self._key = key
        self._cipher = AESGCM(key)
        self.version = version
        self._header = _FORMAT + version.to_bytes(4, "big")

    def __repr__(self) -> str:
        return f"Sealer(version={self.version})"  # never the key

    def seal(self, plain: bytes, *, place: Place) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return self._header + nonce + self._cipher.encrypt(nonce, plain, place.associated())

    def open(self, sealed: bytes, *, place: Place) -> bytes:
        """Raises Unsealable, with no hint of the content, if anything at all is off."""
        sealed = bytes(sealed)
        if len(sealed) < _SHORTEST or sealed[:_HEADER_BYTES] != self._header:
            raise Unsealable("not sealed under this key")
        nonce = sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        try:
            return self._cipher.decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], place.associated())
        except InvalidTag:
            raise Unsealable("changed, moved, or sealed under another key") from None

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one other use of this key (HKDF-Expand, RFC 5869, since the key is already uniform)."""
        return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=purpose.encode()).derive(self._key)

    def child(self, purpose: str) -> Self:
        return type(self)(self.derive(purpose), version=self.version)


def key_version(sealed: bytes) -> int:
    """The version of the key a value was sealed under. Raises Unsealable for what is no sealed value."""
    sealed = bytes(sealed)
    if len(sealed) < _SHORTEST or sealed[:1] != _FORMAT:
        raise Unsealable("not a sealed value")
    return int.from_bytes(sealed[1:_HEADER_BYTES], "big")


def random_key() -> bytes:
    return os.urandom(KEY_BYTES)
