"""Signed notes and the checkpoints in them (C2SP signed-note and tlog-checkpoint)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bedside_verify.canonical import read_base64
from bedside_verify.findings import Unreadable, Unusable
from bedside_verify.tree import HASH_BYTES

NOTE_BYTES_MAX: Final = 65_536
SIGNATURES_MAX: Final = 16
ANCHOR_BYTES_MAX: Final = 16 << 20
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_LINES: Final = 4
_MARK: Final = "\u2014 "
_KEY_ID_BYTES: Final = 4
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_AT: Final = re.compile(r"at ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6})Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    name: str
    key_id: bytes
    raw: bytes

    def names(self, public: bytes) -> bool:
        """Whether the line says that this key signed; says nothing about whether it did."""
        digest = hashlib.sha256(self.name.encode() + b"\n\x01" + public).digest()
        return digest[:_KEY_ID_BYTES] == self.key_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a note says about a log; nothing is vouched for until a signature of the note was checked."""

    origin: str
    size: int
    root: bytes
    at: datetime
    note: Note


def read_note(raw: str) -> Note:
    """Raises Unreadable; never checks a signature."""
    if len(raw) > NOTE_BYTES_MAX:
        raise Unreadable("it is too long")
    text, blank, lines = raw.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Unreadable("it has no signatures")
    if _CONTROL.search(text):
        raise Unreadable("it holds control characters")
    signatures = tuple(_read_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise Unreadable("it has too many signatures")
    return Note(text=text + "\n", signatures=signatures)


def read_checkpoint(raw: str) -> Checkpoint:
    """Raises Unreadable; never checks a signature."""
    note = read_note(raw)
    lines = note.text.split("\n")
    if len(lines) != _LINES + 1:  # and nothing after the last line end
        raise Unreadable("it does not have the four lines of a checkpoint")
    origin, size, root, at, _ = lines
    if not origin or not _SIZE.fullmatch(size) or int(size) >= 1 << 63:
        raise Unreadable("it names no log or no size")
    return Checkpoint(
        origin=origin, size=int(size), root=read_base64(root, size=HASH_BYTES), at=_read_time(at), note=note
    )


def is_signed(note: Note, signature: Signature, public: bytes) -> bool:
    """Whether this key really made this signature over the text of the note."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature.raw, note.text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def read_anchors(raw: bytes) -> list[Checkpoint]:
    """The checkpoints in a file kept outside: one note, or several one after the other. Raises Unusable."""
    if len(raw) > ANCHOR_BYTES_MAX:
        raise Unusable("The file with outside checkpoints is too long.")
    try:
        return [read_checkpoint(note) for note in _notes_in(raw.decode())]
    except UnicodeDecodeError:
        raise Unusable("The file with outside checkpoints is not text in UTF-8.") from None
    except Unreadable as error:
        raise Unusable(f"The file with outside checkpoints holds something that is none: {error}.") from None


def _notes_in(text: str) -> list[str]:
    notes: list[str] = []
    lines: list[str] = []
    signed = False
    for line in text.splitlines(keepends=True):
        if signed and not line.startswith(_MARK):
            notes.append("".join(lines))
            lines, signed = [], False
        if lines or line != "\n":
            lines.append(line)
        signed = signed or (line.startswith(_MARK) and "\n" in lines)
    if lines:
        notes.append("".join(lines))
    if not notes:
        raise Unreadable("it is empty")
    return notes


def _read_signature(line: str) -> Signature:
    name, blank, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not blank or not name or not name.isprintable() or "+" in name:
        raise Unreadable("it has a malformed signature line")
    raw = read_base64(encoded, size=None)  # a witness may sign in another way, with another length
    return Signature(name=name, key_id=raw[:_KEY_ID_BYTES], raw=raw[_KEY_ID_BYTES:])


def _read_time(line: str) -> datetime:
    match = _AT.fullmatch(line)
    if match is None:
        raise Unreadable("it gives no time")
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        raise Unreadable("it gives a time that does not exist") from None
