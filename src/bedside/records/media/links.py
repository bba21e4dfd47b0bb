"""The token of a picture in its public address (`p/<token>/<width>`).

Promise: whoever reads a token learns nothing from it, and can neither guess nor make another that opens (16 bytes of
AES-GCM tag). It is the same each time, for it stands in every mail that shows the picture: it tells nobody which mail
or which reader asked. Not covered: a token is public and keeps nobody out.
Keys: 256 lanes derived from the installation key, as for the links in mails (`records.consent.links`).
Compatibility pledge: base64url of `1 | lane, 1 byte | nonce, 12 | ciphertext of practice and picture, 32 | tag, 16`.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT: Final = b"\x01"
_HEAD_BYTES: Final = 14  # format, lane, nonce
_PLAIN_BYTES: Final = 32
_TAG_BYTES: Final = 16
TOKEN_LENGTH: Final = -(-(_HEAD_BYTES + _PLAIN_BYTES + _TAG_BYTES) * 4 // 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLink:
    practice_id: UUID
    picture_id: UUID


def seal_picture_link(link: PictureLink) -> str:
    """Always the same token for one picture."""
    plain = link.practice_id.bytes + link.picture_id.bytes
    head = hmac.digest(_nonce_key(_key_file()), plain, "sha256")[: _HEAD_BYTES - 1]
    sealed = _cipher(_key_file(), head[0]).encrypt(head[1:], plain, _FORMAT)
    return urlsafe_b64encode(_FORMAT + head + sealed).rstrip(b"=").decode()


def open_picture_link(token: str) -> PictureLink | None:
    """None for anything that this installation did not make."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    # One token, one spelling: base64 readers forgive foreign characters and loose bits at the end.
    if raw[:1] != _FORMAT or urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        return None
    try:
        plain = _cipher(_key_file(), raw[1]).decrypt(raw[2:_HEAD_BYTES], raw[_HEAD_BYTES:], _FORMAT)
    except InvalidTag:
        return None
    return PictureLink(practice_id=UUID(bytes=plain[:16]), picture_id=UUID(bytes=plain[16:]))


def picture_address(link: PictureLink, *, at_most: int) -> str:
    return f"{settings.BEDSIDE_PICKUP_URL}/p/{seal_picture_link(link)}/{at_most}"


def _key_file() -> Path:
    found: Path = settings.BEDSIDE_ROOT.installation_key_file
    return found


@lru_cache(maxsize=4)
def _nonce_key(_key_file: Path) -> bytes:
    return installation().derive("picture links 1 nonce")


@lru_cache(maxsize=512)
def _cipher(_key_file: Path, lane: int) -> AESGCM:
    return AESGCM(installation().derive(f"picture links 1 lane {lane}"))
