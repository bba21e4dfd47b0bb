"""The links by which a person shows that a mailbox is theirs: `c/<token>`.

Promise: whoever reads a token learns nothing from it and cannot make another that opens (16 bytes of AES-GCM tag, a
random id inside); it works once, for `LINK_DAYS`, and only while the address is still the person's (CON-07). Reading
the page changes nothing (CON-06). Keys: 256 lanes derived from the installation key, as for `links`.
Compatibility pledge: base64url of `1 | lane, 1 byte | nonce, 12 | ciphertext, 32 | tag, 16`; the plain text is the
practice and the row's id.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from bedside.ground.scope import Scope, in_scope
from bedside.kit.mail.addresses import parse_address
from bedside.records.consent.links import address_mark
from bedside.records.consent.models import ConfirmationRow
from bedside.safeguards.vault.queries import installation, practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

LINK_DAYS: Final = 7  # the mail says so
_FORMAT: Final = b"\x01"
_HEAD_BYTES: Final = 14
_TOKEN_BYTES: Final = _HEAD_BYTES + 32 + 16
TOKEN_LENGTH: Final = -(-_TOKEN_BYTES * 4 // 3)


class ConfirmationLink(NamedTuple):
    """What a token says."""

    practice_id: UUID
    confirmation_id: UUID


def mark_of(scope: Scope, address: str) -> str:
    """The mark of an address as it stands in acts, 16 hex digits. Raises InvalidAddress."""
    return address_mark(practice_keys(scope), parse_address(address).lookup_key).hex()


def make_confirmation(scope: Scope, patient_id: UUID, address: str, *, at: datetime) -> str:
    """A fresh link's path, to be sent to `address` and nowhere else. Raises InvalidAddress."""
    row = ConfirmationRow(
        id=uuid4(),  # all random: nothing in a link tells when it was made
        practice_id=scope.practice_id,
        patient_id=patient_id,
        mark=mark_of(scope, address),
        made_at=at,
        expires_at=at + timedelta(days=LINK_DAYS),
    )
    with in_scope(scope):
        row.save(force_insert=True)
    return f"c/{seal_confirmation(ConfirmationLink(scope.practice_id, row.id))}"


def seal_confirmation(link: ConfirmationLink) -> str:
    head = _FORMAT + os.urandom(_HEAD_BYTES - 1)
    plain = link.practice_id.bytes + link.confirmation_id.bytes
    sealed = _cipher(head[1]).encrypt(head[2:], plain, _FORMAT)
    return urlsafe_b64encode(head + sealed).rstrip(b"=").decode()


def open_confirmation(token: str) -> ConfirmationLink | None:
    """None for anything that this installation did not make, whatever is wrong with it."""
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
        plain = _cipher(raw[1]).decrypt(raw[2:_HEAD_BYTES], raw[_HEAD_BYTES:], _FORMAT)
    except InvalidTag:
        return None
    return ConfirmationLink(UUID(bytes=plain[:16]), UUID(bytes=plain[16:]))


def _cipher(lane: int) -> AESGCM:
    return _cipher_of(settings.BEDSIDE_ROOT.installation_key_file, lane)


@lru_cache(maxsize=256)
def _cipher_of(_key_file: Path, lane: int) -> AESGCM:
    return AESGCM(installation().derive(f"confirmation links 1 lane {lane}"))
