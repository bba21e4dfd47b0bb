"""The tokens in unsubscribe and preference links.

Promise: whoever reads a token learns nothing from it and cannot make another that opens; every token has the
same length; saying no never expires (CSP-06). Not covered: whoever holds a person's mail can say no with its
links; saying yes takes more (`by_link`), for which a token says when and to which address it was written.
Keys: 256 lanes derived from the installation key, chosen by the token's first random byte, so that random nonces stay
below 2**32 per key (NIST SP 800-38D section 8.3) for far more mails than anybody sends.
Compatibility pledge: format byte 2 is base64url of `2 | lane, 1 byte | nonce, 12 | ciphertext, 61 | tag, 16`;
the plain text is practice, patient, campaign (16 bytes each, campaign zeros for none), category (one byte), the
mark of the address (8 bytes, zeros for none) and the second of writing since 1970 (4 bytes, zeros for none).
Format byte 1 lacks the last two, 49 bytes in all; such tokens are no longer made and stay good for saying no.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from bedside.records.consent.rules import Category
from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from pathlib import Path

    from bedside.safeguards.vault.keys import PracticeKeys

_FORMAT = b"\x02"
_ID_BYTES = 16
_NO_CAMPAIGN = bytes(_ID_BYTES)
_MARK_BYTES = 8
_NO_MARK = bytes(_MARK_BYTES)
_TIME_BYTES = 4
_SAYING_NO_BYTES = 3 * _ID_BYTES + 1
_HEAD_BYTES = 14  # format, lane, nonce
_TAG_BYTES = 16
_TOKEN_BYTES = {
    b"\x01": _HEAD_BYTES + _SAYING_NO_BYTES + _TAG_BYTES,
    _FORMAT: _HEAD_BYTES + _SAYING_NO_BYTES + _MARK_BYTES + _TIME_BYTES + _TAG_BYTES,
}
TOKEN_LENGTH = -(-_TOKEN_BYTES[_FORMAT] * 4 // 3)
_LENGTHS = frozenset(-(-size * 4 // 3) for size in _TOKEN_BYTES.values())
# The numbers are part of the pledge: add at the end, never change one.
_NUMBERS: dict[Category | None, bytes] = {
    None: b"\x00",
    Category.REMINDERS: b"\x01",
    Category.NEWSLETTER: b"\x02",
    Category.SERVICES: b"\x03",
    Category.OFFERS: b"\x04",
    Category.FUNDRAISING: b"\x05",
    Category.RESEARCH: b"\x06",
    Category.NOTICES: b"\x07",
}
_CATEGORIES = {number: category for category, number in _NUMBERS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a token says. `category` None means all mail.

    `address_mark` is of the address the mail went to (`address_mark`), empty where the token does not say;
    `written_at` has whole seconds.
    """

    practice_id: UUID
    patient_id: UUID
    campaign_id: UUID | None
    category: Category | None
    address_mark: bytes = b""
    written_at: datetime | None = None


def address_mark(keys: PracticeKeys, lookup_key: str) -> bytes:
    """Eight bytes by which an address is known again and nothing learnt about it; of a parsed address."""
    return keys.blind_index("address of a link", lookup_key)[:_MARK_BYTES]


def seal_link(
    *,
    practice_id: UUID,
    patient_id: UUID,
    campaign_id: UUID | None,
    category: Category | None,
    address_mark: bytes = b"",
    written_at: datetime | None = None,
) -> str:
    """A token of `TOKEN_LENGTH` letters, digits, hyphens and underscores; another one each time.

    Without mark and time it is good for saying no only.
    """
    head = _FORMAT + os.urandom(_HEAD_BYTES - 1)
    campaign = _NO_CAMPAIGN if campaign_id is None else campaign_id.bytes
    plain = practice_id.bytes + patient_id.bytes + campaign + _NUMBERS[category]
    seconds = 0 if written_at is None else int(written_at.timestamp())
    plain += (address_mark or _NO_MARK) + seconds.to_bytes(_TIME_BYTES)
    sealed = _cipher(head[1]).encrypt(head[2:], plain, _FORMAT)
    return urlsafe_b64encode(head + sealed).rstrip(b"=").decode()


def open_link(token: str) -> Link | None:
    """None for anything that this installation did not make, whatever is wrong with it."""
    raw = _decode(token)
    if raw is None:
        return None
    try:
        plain = _cipher(raw[1]).decrypt(raw[2:_HEAD_BYTES], raw[_HEAD_BYTES:], raw[:1])
    except InvalidTag:
        return None
    practice, patient, campaign = (plain[at : at + _ID_BYTES] for at in (0, _ID_BYTES, 2 * _ID_BYTES))
    mark, seconds = _rest(plain[_SAYING_NO_BYTES:])
    return Link(
        practice_id=UUID(bytes=practice),
        patient_id=UUID(bytes=patient),
        campaign_id=None if campaign == _NO_CAMPAIGN else UUID(bytes=campaign),
        category=_CATEGORIES[plain[_SAYING_NO_BYTES - 1 : _SAYING_NO_BYTES]],
        address_mark=mark,
        written_at=datetime.fromtimestamp(seconds, tz=UTC) if seconds else None,
    )


def _rest(plain: bytes) -> tuple[bytes, int]:
    """Mark and second of writing, empty and 0 in a token of the first format."""
    mark = plain[:_MARK_BYTES]
    return b"" if mark == _NO_MARK else mark, int.from_bytes(plain[_MARK_BYTES:])


def unsubscribe_address(token: str) -> str:
    """The absolute address for the List-Unsubscribe header and the link in the mail (RFC 8058)."""
    return f"{settings.BEDSIDE_PICKUP_URL}/u/{token}"


def preferences_address(token: str) -> str:
    """The absolute address of the page where a person chooses."""
    return f"{settings.BEDSIDE_PICKUP_URL}/p/{token}"


def _decode(token: str) -> bytes | None:
    if len(token) not in _LENGTHS or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    # One token, one spelling: base64 readers forgive foreign characters and loose bits at the end.
    whole = len(raw) == _TOKEN_BYTES.get(raw[:1]) and urlsafe_b64encode(raw).rstrip(b"=").decode() == token
    return raw if whole else None


def _cipher(lane: int) -> AESGCM:
    return _cipher_of(settings.BEDSIDE_ROOT.installation_key_file, lane)


@lru_cache(maxsize=1024)
def _cipher_of(_key_file: Path, lane: int) -> AESGCM:
    return AESGCM(installation().derive(f"pickup links 1 lane {lane}"))
