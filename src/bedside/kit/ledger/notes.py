"""Signed notes (C2SP signed-note): a text, and under it signature lines that anybody can check with a public key.

<text, ends with a line break>
<empty line>
— <key name> <base64 of 4 bytes key id and 64 bytes Ed25519 signature over the text>
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NOTE_CHARACTERS_MAX: Final = 65_536
SIGNATURES_MAX: Final = 16
_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_DASH: Final = "\u2014 "


class BadNote(Exception):
    """A note that is malformed or not vouched for; the sentence says which."""


def sign_text(text: str, *, key: Ed25519PrivateKey, name: str) -> str:
    """The note over a text with one signature. Raises BadNote for a text or name that no note can hold."""
    _check_text(text)
    _check_name(name)
    return f"{text}\n{_signature_line(text, key, name)}"


def add_signature(note: str, *, key: Ed25519PrivateKey, name: str) -> str:
    """The same note with one signature more, under those it has. Raises BadNote."""
    text, _ = _split(note)
    _check_name(name)
    return note + _signature_line(text, key, name)


def open_text(note: str, *, keys: Mapping[str, Ed25519PublicKey]) -> str:
    """The text, when at least one of `keys` (by name) signed it and none that seems to, did not.

    Signatures of keys that are not given are left aside, as C2SP asks for. Raises BadNote.
    """
    text, signatures = _split(note)
    wanted = {(name, key_id(key, name=name)): key for name, key in keys.items()}
    vouched = False
    for name, raw in signatures:
        key = wanted.get((name, raw[:_KEY_ID_BYTES]))
        if key is not None:
            _verify(key, raw[_KEY_ID_BYTES:], text)
            vouched = True
    if not vouched:
        raise BadNote("The note is not signed by any of the keys given.")
    return text


def key_id(key: Ed25519PublicKey, *, name: str) -> bytes:
    """Four bytes that tell keys of one name apart; not a fingerprint to trust. Source: C2SP signed-note."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:_KEY_ID_BYTES]


def encode_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def decode_base64(text: str) -> bytes:
    """Raises BadNote unless `text` is the one way to write its bytes (RFC 4648 section 3.5)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("The note holds something that is not base64.") from None
    if encode_base64(raw) != text:
        raise BadNote("The note holds base64 with stray bits.")
    return raw


def _signature_line(text: str, key: Ed25519PrivateKey, name: str) -> str:
    raw = key_id(key.public_key(), name=name) + key.sign(text.encode())
    return f"{_DASH}{name} {encode_base64(raw)}\n"


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > NOTE_CHARACTERS_MAX:
        raise BadNote("The note is too long.")
    text, found, signatures = note.rpartition("\n\n")
    if not found or not signatures.endswith("\n"):
        raise BadNote("The note has no signatures.")
    _check_text(text + "\n")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise BadNote("The note has too many signatures.")
    return text + "\n", [_read_signature(line) for line in lines]


def _read_signature(line: str) -> tuple[str, bytes]:
    name, found, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not found:
        raise BadNote("The note has a malformed signature line.")
    _check_name(name)
    raw = decode_base64(encoded)
    if len(raw) <= _KEY_ID_BYTES:
        raise BadNote("The note has a signature that is too short.")
    return name, raw


def _verify(key: Ed25519PublicKey, signature: bytes, text: str) -> None:
    try:
        key.verify(signature, text.encode())
    except InvalidSignature:
        raise BadNote("The note has a signature that does not fit its text.") from None


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(character < " " and character != "\n" for character in text):
        raise BadNote("The text of a note ends with a line break and holds no control characters.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadNote("The text of a note must be writable as UTF-8.") from None


def _check_name(name: str) -> None:
    if not name or "+" in name or not name.isprintable() or any(character.isspace() for character in name):
        raise BadNote("The name of a key holds no blanks, no plus sign and no control characters.")
