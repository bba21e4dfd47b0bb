"""The token in the link to a form: opaque, of one length, made anew each time, and nothing in it but two ids.

Promise: whoever reads a token learns nothing from it and cannot make another that opens. How long it is good for
stands with the request, not in the token. Not covered: whoever holds the link can read the form; signing it, and
seeing what was signed, takes the day of birth as well.
Keys: 256 lanes derived from the installation key, as for the links in mails (`records.consent.links`), of their own.
Compatibility pledge: base64url of `1 | lane, 1 byte | nonce, 12 | ciphertext, 32 | tag, 16`; the plain text is
practice and request, 16 bytes each.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT = b"\x01"
_HEAD_BYTES = 14  # format, lane, nonce
_ID_BYTES = 16
_TOKEN_BYTES = _HEAD_BYTES + 2 * _ID_BYTES + 16
TOKEN_LENGTH = -(-_TOKEN_BYTES * 4 // 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningLink:
    practice_id: UUID
    request_id: UUID


def seal_signing_link(*, practice_id: UUID, request_id: UUID) -> str:
    """A token of `TOKEN_LENGTH` letters, digits, hyphens and underscores; another one each time."""
    head = _FORMAT + os.urandom(_HEAD_BYTES - 1)
    sealed = _cipher(head[1]).encrypt(head[2:], practice_id.bytes + request_id.bytes, _FORMAT)
    return urlsafe_b64encode(head + sealed).rstrip(b"=").decode()


def open_signing_link(token: str) -> SigningLink | None:
    """None for anything that this installation did not make, whatever is wrong with it."""
    raw = _decode(token)
    if raw is None:
        return None
    try:
        plain = _cipher(raw[1]).decrypt(raw[2:_HEAD_BYTES], raw[_HEAD_BYTES:], raw[:1])
    except InvalidTag:
        return None
    return SigningLink(practice_id=UUID(bytes=plain[:_ID_BYTES]), request_id=UUID(bytes=plain[_ID_BYTES:]))


def signing_path(token: str) -> str:
    """Below the address of the patients' door, without a slash in front, as letters take it."""
    return f"a/{token}"


def signing_address(token: str) -> str:
    return f"{settings.BEDSIDE_PICKUP_URL}/{signing_path(token)}"


def _decode(token: str) -> bytes | None:
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    # One token, one spelling: base64 readers forgive foreign characters and loose bits at the end.
    whole = raw[:1] == _FORMAT and urlsafe_b64encode(raw).rstrip(b"=").decode() == token
    return raw if whole else None


def _cipher(lane: int) -> AESGCM:
    return _cipher_of(settings.BEDSIDE_ROOT.installation_key_file, lane)


@lru_cache(maxsize=256)
def _cipher_of(_key_file: Path, lane: int) -> AESGCM:
    return AESGCM(installation().derive(f"signing links 1 lane {lane}"))
