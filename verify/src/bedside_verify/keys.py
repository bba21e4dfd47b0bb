"""Which keys may vouch: those the auditor brought, and those the log introduced under one that already may."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from bedside_verify.canonical import is_whole_number, read_base64
from bedside_verify.findings import Unreadable, Unusable, entries, number, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bedside_verify.findings import Report
    from bedside_verify.notes import Note

KEYS_MAX: Final = 1000
_PUBLIC_BYTES: Final = 32
_FINGERPRINT: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE | re.ASCII)
_NOTE_KEY: Final = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+([A-Za-z0-9+/=]{44})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A key the auditor brought: its SHA-256, and the key itself unless only that was given."""

    sha256: bytes
    public: bytes | None


@dataclass(slots=True, kw_only=True)
class LogKey:
    """A key that the export names, and what it was seen to sign."""

    name: str
    public: bytes
    from_size: int
    first_size: int | None = None
    last_size: int | None = None

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.public).digest()

    def saw(self, size: int) -> None:
        if self.first_size is None:
            self.first_size = size
        self.last_size = size


def read_key(text: str) -> TrustedKey:
    """A public key: base64 of its 32 bytes, PEM, the form of C2SP signed notes, or only its SHA-256 in hex.

    Raises Unusable for anything else.
    """
    plain = text.strip()
    fingerprint = _FINGERPRINT.fullmatch(plain)
    if fingerprint is not None:
        return TrustedKey(sha256=bytes.fromhex(fingerprint[1]), public=None)
    public = _from_pem(plain) if plain.startswith("-----BEGIN") else _from_base64(plain)
    if public is None:
        raise Unusable(
            "The key is none: give base64 of 32 bytes, PEM of an Ed25519 key, or a SHA-256 in hex."
        )
    return TrustedKey(sha256=hashlib.sha256(public).digest(), public=public)


def _from_base64(text: str) -> bytes | None:
    note_key = _NOTE_KEY.fullmatch(text)
    try:
        raw = base64.b64decode(note_key[1] if note_key else text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if note_key:
        return raw[1:] if raw[:1] == b"\x01" and len(raw) == _PUBLIC_BYTES + 1 else None
    return raw if len(raw) == _PUBLIC_BYTES else None


def _from_pem(text: str) -> bytes | None:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, Ed25519PublicKey):
        return None
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def read_log_keys(value: object) -> list[LogKey]:
    """The keys of an export's header. Raises Unreadable."""
    if not isinstance(value, list) or len(value) > KEYS_MAX:
        raise Unreadable("its keys are no list")
    keys = [_read_log_key(each) for each in value]
    if len({key.public for key in keys}) != len(keys):
        raise Unreadable("it names a key twice")
    return keys


def _read_log_key(value: object) -> LogKey:
    if not isinstance(value, dict) or set(value) != {"name", "public", "from_size"}:
        raise Unreadable("a key of it has other fields than it should")
    name, from_size = value["name"], value["from_size"]
    if not isinstance(name, str) or not is_whole_number(from_size):
        raise Unreadable("a key of it has no name or no beginning")
    return LogKey(name=name, public=read_base64(value["public"], size=_PUBLIC_BYTES), from_size=from_size)


def signers(note: Note, keys: Sequence[LogKey]) -> list[int]:
    """Places in `keys` of those that a note says it is signed by; the signatures are still to be checked."""
    return [
        place
        for place, key in enumerate(keys)
        if any(line.name == key.name and line.names(key.public) for line in note.signatures)
    ]


def accepted_keys(
    keys: Sequence[LogKey], *, trusted: Iterable[TrustedKey], introduced: Mapping[bytes, int]
) -> set[bytes]:
    """SHA-256 of every key whose word counts.

    A key counts when the auditor brought it, or when an entry introduced it (`introduced`: SHA-256 -> index) and a
    checkpoint of another key that counts covers that entry. A key never vouches for itself.
    """
    accepted = {key.sha256 for key in trusted}
    reach = -1  # the newest checkpoint by a key that counts, so far
    waiting = list(keys)
    while True:
        counted = [key for key in waiting if key.sha256 in accepted]
        waiting = [key for key in waiting if key.sha256 not in accepted]
        reach = max([reach, *(key.last_size for key in counted if key.last_size is not None)])
        new = {key.sha256 for key in waiting if introduced.get(key.sha256, reach) < reach}
        if not new:
            return accepted
        accepted |= new


def check_keys(keys: Sequence[LogKey], *, accepted: set[bytes], report: Report) -> None:
    """Findings about keys that may not vouch, and about a header that tells another story than the checkpoints."""
    for key in keys:
        if key.first_size is None or key.last_size is None:
            report.add(
                "unused-key", f"The header names the key {shown(key.name)}, which signed no checkpoint."
            )
            continue
        if key.sha256 not in accepted:
            report.add(
                "key-not-introduced",
                f"The checkpoints of {number(key.first_size)} to {entries(key.last_size)} are signed by the key "
                f"{shown(key.name)} (SHA-256 {key.sha256.hex()}), which was neither given nor introduced by the log "
                "under an earlier key.",
            )
        if key.first_size != key.from_size:
            report.add(
                "wrong-key-start",
                f"The header says that the key {shown(key.name)} begins at {entries(key.from_size)}, but the first "
                f"checkpoint it signed is of {entries(key.first_size)}.",
            )
