"""Checkpoints (C2SP tlog-checkpoint): one signed statement that a log had this root at this size."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bedside.kit.ledger.merkle import HASH_BYTES
from bedside.kit.ledger.notes import BadNote, decode_base64, encode_base64, open_text, sign_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIZE_MAX: Final = 2**63 - 1
_SIZE: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z", re.ASCII)
_AT: Final = re.compile(r"at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z\Z", re.ASCII)
_LINES: Final = 4


class BadCheckpoint(Exception):
    """A checkpoint that is malformed or not vouched for; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """`root` (32 bytes) is the root of the first `size` leaves of the log named `origin`, as of `at` (aware)."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """The four lines that are signed: origin, size, root in base64, `at` in UTC with microseconds."""
        _check(self)
        at = self.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\nat {at}Z\n"


def sign(checkpoint: Checkpoint, *, key: Ed25519PrivateKey, name: str) -> str:
    """The signed note. Raises BadCheckpoint for a checkpoint or name that no note can hold."""
    try:
        return sign_text(checkpoint.text(), key=key, name=name)
    except BadNote as error:
        raise BadCheckpoint(str(error)) from None


def open_note(text: str, *, keys: Mapping[str, Ed25519PublicKey]) -> Checkpoint:
    """The checkpoint in a note that one of `keys` (by name) signed. Raises BadCheckpoint; never trusts part of it.

    Does not compare the origin: whoever knows which log this should be, must.
    """
    try:
        return _read(open_text(text, keys=keys))
    except BadNote as error:
        raise BadCheckpoint(str(error)) from None


def _read(text: str) -> Checkpoint:
    lines = text.split("\n")[:-1]
    if len(lines) != _LINES:
        raise BadCheckpoint("A checkpoint has four lines.")
    origin, size, root, at = lines
    if not _SIZE.match(size):
        raise BadCheckpoint("The second line of a checkpoint is a number.")
    checkpoint = Checkpoint(origin=origin, size=int(size), root=decode_base64(root), at=_read_at(at))
    _check(checkpoint)
    return checkpoint


def _read_at(line: str) -> datetime:
    match = _AT.match(line)
    if match is None:
        raise BadCheckpoint("The fourth line of a checkpoint is its time.")
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        raise BadCheckpoint("The time of a checkpoint does not exist.") from None


def _check(checkpoint: Checkpoint) -> None:
    if not checkpoint.origin or not checkpoint.origin.isprintable():
        raise BadCheckpoint("The origin of a checkpoint is one line of text.")
    if not 0 <= checkpoint.size <= SIZE_MAX:
        raise BadCheckpoint("The size of a checkpoint is out of range.")
    if len(checkpoint.root) != HASH_BYTES:
        raise BadCheckpoint("The root of a checkpoint is 32 bytes.")
    if checkpoint.at.utcoffset() is None:
        raise BadCheckpoint("The time of a checkpoint needs a zone.")
