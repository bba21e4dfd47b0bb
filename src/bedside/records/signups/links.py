"""The tokens of sign-ups: of a form (`f/<token>`), of a pending sign-up (`s/<token>`), and the stamp within a form.

Promise: whoever reads a token learns nothing from it and cannot make another that opens (16 bytes of AES-GCM tag); one
of one kind opens as no other. A form's token is the same each time, for it stands on websites; the others are made
anew each time, with 16 random bytes inside. Not covered: a form's token is public and keeps nobody out.
Keys: 256 lanes per kind derived from the installation key, as for the links in mails (`records.consent.links`).
Compatibility pledge: base64url of `1 | lane, 1 byte | nonce, 12 | ciphertext | tag, 16`.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
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
_TAG_BYTES: Final = 16
_RANDOM_BYTES: Final = 16


class _Kind(StrEnum):
    FORM = "form"
    PENDING = "pending"
    STAMP = "stamp"


_PLAIN_BYTES: Final = {_Kind.FORM: 32, _Kind.PENDING: 32 + _RANDOM_BYTES, _Kind.STAMP: 24 + _RANDOM_BYTES}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLink:
    practice_id: UUID
    form_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLink:
    practice_id: UUID
    pending_id: UUID


def seal_form_link(link: FormLink) -> str:
    """Always the same token for one form."""
    plain = link.practice_id.bytes + link.form_id.bytes
    key = installation().derive("signup form links 1 nonce")
    return _seal(_Kind.FORM, plain, head=hmac.digest(key, plain, "sha256")[: _HEAD_BYTES - 1])


def open_form_link(token: str) -> FormLink | None:
    """None for anything that this installation did not make, as with all that open tokens."""
    plain = _open(_Kind.FORM, token)
    if plain is None:
        return None
    return FormLink(practice_id=UUID(bytes=plain[:16]), form_id=UUID(bytes=plain[16:]))


def seal_pending_link(link: PendingLink) -> str:
    plain = link.practice_id.bytes + link.pending_id.bytes + os.urandom(_RANDOM_BYTES)
    return _seal(_Kind.PENDING, plain, head=os.urandom(_HEAD_BYTES - 1))


def open_pending_link(token: str) -> PendingLink | None:
    plain = _open(_Kind.PENDING, token)
    if plain is None:
        return None
    return PendingLink(practice_id=UUID(bytes=plain[:16]), pending_id=UUID(bytes=plain[16:32]))


def make_stamp(form_id: UUID, *, at: datetime) -> str:
    """What a form carries from being shown to being sent: for which form, and since when (whole milliseconds)."""
    moment = int(at.timestamp() * 1000).to_bytes(8, "big")
    plain = form_id.bytes + moment + os.urandom(_RANDOM_BYTES)
    return _seal(_Kind.STAMP, plain, head=os.urandom(_HEAD_BYTES - 1))


def open_stamp(stamp: str, *, form_id: UUID) -> datetime | None:
    """When that form was shown; None for a stamp that is not ours or another form's."""
    plain = _open(_Kind.STAMP, stamp)
    if plain is None or plain[:16] != form_id.bytes:
        return None
    return datetime.fromtimestamp(int.from_bytes(plain[16:24], "big") / 1000, tz=UTC)


def form_address(token: str) -> str:
    return f"{settings.BEDSIDE_PICKUP_URL}/f/{token}"


def _seal(kind: _Kind, plain: bytes, *, head: bytes) -> str:
    whole = _FORMAT + head
    sealed = _cipher(kind, whole[1]).encrypt(whole[2:], plain, _FORMAT)
    return urlsafe_b64encode(whole + sealed).rstrip(b"=").decode()


def _open(kind: _Kind, token: str) -> bytes | None:
    size = _HEAD_BYTES + _PLAIN_BYTES[kind] + _TAG_BYTES
    if len(token) != -(-size * 4 // 3) or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    # One token, one spelling: base64 readers forgive foreign characters and loose bits at the end.
    if raw[:1] != _FORMAT or urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        return None
    try:
        return _cipher(kind, raw[1]).decrypt(raw[2:_HEAD_BYTES], raw[_HEAD_BYTES:], _FORMAT)
    except InvalidTag:
        return None


def _cipher(kind: _Kind, lane: int) -> AESGCM:
    return _cipher_of(settings.BEDSIDE_ROOT.installation_key_file, kind, lane)


@lru_cache(maxsize=768)
def _cipher_of(_key_file: Path, kind: _Kind, lane: int) -> AESGCM:
    return AESGCM(installation().derive(f"signup {kind.value} links 1 lane {lane}"))
