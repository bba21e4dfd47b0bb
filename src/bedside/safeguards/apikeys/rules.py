"""The text of a key: which practice and which row it is of, and a secret. Pure."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from bedside.safeguards.staff.rules import Right

PREFIX: Final = "bedside_api_"
SECRET_BYTES: Final = 32
CALLS_PER_MINUTE_MAX: Final = 600
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
# What a key can be made for. A key never reads a patient: it says what became of what it sent, in numbers.
GRANTABLE: Final = {Right.IMPORT_PATIENTS: "send people and what happened to them"}
_IDS_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What a key's text says; only the database knows whether there is such a key."""

    practice_id: UUID
    key_id: UUID
    secret: bytes


def written(key: ApiKey) -> str:
    """The text to be shown once."""
    raw = key.practice_id.bytes + key.key_id.bytes + key.secret
    return PREFIX + urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(text: str) -> ApiKey | None:
    """None for what is no key of ours. Each key has one text only."""
    if not text.startswith(PREFIX) or not text.isascii():
        return None
    body = text.removeprefix(PREFIX)
    try:
        raw = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except ValueError:
        return None
    if len(raw) != _IDS_BYTES + SECRET_BYTES or urlsafe_b64encode(raw).rstrip(b"=").decode() != body:
        return None
    return ApiKey(practice_id=UUID(bytes=raw[:16]), key_id=UUID(bytes=raw[16:32]), secret=raw[32:])
