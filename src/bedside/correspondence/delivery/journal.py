"""The journal of one claim: which messages were on the wire, readable after the process was killed.

Promise: an intent stands in the file before the first byte of content is written to the socket, an outcome as
soon as the reply is read; both survive a killed process, and a power cut but for the last SYNC_EVERY_S. Records
have a fixed size and a checksum; reading stops at the first one that is torn. The owner holds a lock on the file
as long as it lives, so a file without a lock is one of a dead process.
Never: anything but ids, times, hashes, codes and the evidence of connections; no address, no text.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from bedside.kit.transport.smtp import Outcome

if TYPE_CHECKING:
    from pathlib import Path

RECORD_BYTES: Final = 256
SYNC_EVERY_S: Final = 0.05
_SUFFIX: Final = ".journal"
_BODY_BYTES: Final = RECORD_BYTES - 4
_HEAD = struct.Struct("<1s4s16s16s16si20s100s")
_ROUTE = struct.Struct("<1sI12s60s32s64s")
_INTENT = struct.Struct("<1sqHId32s")
_RESULT = struct.Struct("<1sqHIdBH12s")
_VERSION: Final = b"BJ01"
_OUTCOMES: Final = tuple(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Whose journal it is. `message_class` decides what to do in doubt."""

    practice_id: UUID
    campaign_id: UUID
    claim_id: UUID
    chunk_no: int
    message_class: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The evidence of one connection."""

    tls_version: str
    cipher: str
    certificate_sha256: bytes
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Content of this hash was about to be written."""

    attempt: int
    connection: int
    at: datetime
    content_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The server's answer to the same attempt."""

    attempt: int
    connection: int
    at: datetime
    outcome: Outcome
    code: int
    enhanced: str


@dataclass(slots=True, kw_only=True)
class Story:
    """A whole journal, by recipient number; the newest of each counts."""

    heading: Heading
    routes: dict[int, Route] = field(default_factory=dict)
    intents: dict[int, Intent] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)


class Journal:
    """An open journal; safe to write from two threads."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle
        self._lock = threading.Lock()
        self._synced_at = time.monotonic()
        self._is_dirty = False

    @classmethod
    def create(cls, folder: Path, heading: Heading) -> Journal:
        """A new file, locked before anybody can see it under its name."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f"{heading.claim_id.hex}.new"
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        journal = cls(folder / f"{heading.claim_id.hex}{_SUFFIX}", handle)
        journal._write(_pack_heading(heading))
        draft.rename(journal.path)
        return journal

    def opened(self, connection: int, route: Route) -> None:
        """A connection is verified; everything that says its number went this way."""
        self._write(
            _ROUTE.pack(
                b"T", connection, route.tls_version.encode(), route.cipher.encode(), route.certificate_sha256,
                route.peer.encode(),
            )
        )  # fmt: skip

    def intent(self, recipient_id: int, intent: Intent) -> None:
        """Must return before the first byte of content is written."""
        self._write(
            _INTENT.pack(
                b"I", recipient_id, intent.attempt, intent.connection, intent.at.timestamp(),
                intent.content_sha256,
            )
        )  # fmt: skip

    def answer(self, recipient_id: int, answer: Answer) -> None:
        self._write(
            _RESULT.pack(
                b"O", recipient_id, answer.attempt, answer.connection, answer.at.timestamp(),
                _OUTCOMES.index(answer.outcome), answer.code, answer.enhanced.encode()[:12],
            )
        )  # fmt: skip

    def sync_if_due(self) -> None:
        """Puts it on the disk if something is new and the last time was SYNC_EVERY_S ago."""
        if self._is_dirty and time.monotonic() - self._synced_at >= SYNC_EVERY_S:
            self._is_dirty = False
            os.fdatasync(self._handle)
            self._synced_at = time.monotonic()

    def discard(self) -> None:
        """Everything in it is stored elsewhere: removes the file."""
        self.path.unlink(missing_ok=True)
        self.leave()

    def leave(self) -> None:
        """Gives up the lock and leaves the file for recovery. May be called twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _write(self, body: bytes) -> None:
        padded = body.ljust(_BODY_BYTES, b"\0")
        record = padded + zlib.crc32(padded).to_bytes(4, "big")
        with self._lock:
            if os.write(self._handle, record) != RECORD_BYTES:
                raise OSError("the journal could not be written; the disk is full")
        self._is_dirty = True


def leftovers(folder: Path) -> list[Path]:
    """Journals there are, oldest first; those of living processes among them."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


class Abandoned:
    """A journal of a dead process, locked for as long as it is being dealt with."""

    def __init__(self, path: Path, handle: int, story: Story) -> None:
        self.story = story
        self._path = path
        self._handle = handle

    def done(self) -> None:
        """Everything in it is stored: removes it."""
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


def take_over(path: Path) -> Abandoned | None:
    """The journal if its owner is dead; None if it lives, or somebody else has just dealt with it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_same = os.fstat(handle).st_ino == path.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        is_same = False
    if not is_same:
        os.close(handle)
        return None
    story = read_story(os.pread(handle, os.fstat(handle).st_size, 0))
    if story is None:
        path.unlink(missing_ok=True)  # killed before the heading was whole: nobody was claimed yet
        os.close(handle)
        return None
    return Abandoned(path, handle, story)


def read_story(content: bytes) -> Story | None:
    """None without a whole heading. Stops at the first record that is torn or of an unknown kind."""
    story: Story | None = None
    for start in range(0, len(content) - RECORD_BYTES + 1, RECORD_BYTES):
        body = content[start : start + _BODY_BYTES]
        checksum = content[start + _BODY_BYTES : start + RECORD_BYTES]
        if zlib.crc32(body).to_bytes(4, "big") != checksum:
            break
        if story is None:
            heading = _read_heading(body)
            if heading is None:
                return None
            story = Story(heading=heading)
        elif not _tell(story, body):
            break
    return story


def _tell(story: Story, body: bytes) -> bool:
    kind = body[:1]
    if kind == b"T":
        _, number, version, cipher, fingerprint, peer = _ROUTE.unpack_from(body)
        story.routes[number] = Route(
            tls_version=_text(version), cipher=_text(cipher), certificate_sha256=fingerprint, peer=_text(peer)
        )
    elif kind == b"I":
        _, recipient, attempt, number, at, content = _INTENT.unpack_from(body)
        story.intents[recipient] = Intent(
            attempt=attempt, connection=number, at=_time(at), content_sha256=content
        )
    elif kind == b"O":
        _, recipient, attempt, number, at, outcome, code, enhanced = _RESULT.unpack_from(body)
        story.answers[recipient] = Answer(
            attempt=attempt, connection=number, at=_time(at), outcome=_OUTCOMES[outcome], code=code,
            enhanced=_text(enhanced),
        )  # fmt: skip
    else:
        return False
    return True


def _pack_heading(heading: Heading) -> bytes:
    return _HEAD.pack(
        b"H", _VERSION, heading.practice_id.bytes, heading.campaign_id.bytes, heading.claim_id.bytes,
        heading.chunk_no, heading.message_class.encode()[:20], heading.host.encode()[:100],
    )  # fmt: skip


def _read_heading(body: bytes) -> Heading | None:
    kind, version, practice, campaign, claim, chunk, message_class, host = _HEAD.unpack_from(body)
    if kind != b"H" or version != _VERSION:
        return None
    return Heading(
        practice_id=UUID(bytes=practice), campaign_id=UUID(bytes=campaign), claim_id=UUID(bytes=claim),
        chunk_no=chunk, message_class=_text(message_class), host=_text(host),
    )  # fmt: skip


def _text(padded: bytes) -> str:
    return padded.rstrip(b"\0").decode()


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
