"""Where a receiving server puts what it accepted.

Promise: a sink that returns has the message; one that raises makes the server refuse it for now (451).
"""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

_OWNER_ONLY_FOLDER = 0o700
_OWNER_ONLY_FILE = 0o600


class Sink(Protocol):
    """Takes accepted messages."""

    def accept(self, mail_from: str, *, rcpt_to: str, content: bytes, tls_version: str) -> None:
        """One message to one recipient, dots and chunks undone; raises OSError when it cannot be kept."""


@dataclass(slots=True, kw_only=True)
class CountingSink:
    """Counts, and keeps the messages themselves when asked to."""

    keep: bool = False
    messages: int = 0
    content_bytes: int = 0
    kept: list[tuple[str, str, bytes, str]] = field(default_factory=list)

    def accept(self, mail_from: str, *, rcpt_to: str, content: bytes, tls_version: str) -> None:
        """Kept as (mail_from, rcpt_to, content, tls_version)."""
        self.messages += 1
        self.content_bytes += len(content)
        if self.keep:
            self.kept.append((mail_from, rcpt_to, content, tls_version))


class MaildirSink:
    """Writes each message into the `new` folder of a Maildir, whole or not at all.

    Return-Path, Delivered-To and Received (with the TLS version) stand before the message, so that a page can
    list the folder without an envelope beside it. Files and folders are for their owner only. Not synced to
    disk: this is a demonstration's mailbox, not a mail store.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = itertools.count(1)
        for folder in (path, path / "tmp", path / "new", path / "cur"):
            folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)

    def accept(self, mail_from: str, *, rcpt_to: str, content: bytes, tls_version: str) -> None:
        """Written under `tmp`, then renamed."""
        name = f"{time.time_ns()}.P{os.getpid()}Q{next(self._numbers)}.bedside"
        received = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
        trace = (
            f"Return-Path: <{mail_from}>\r\n"
            f"Delivered-To: {rcpt_to}\r\n"
            f"Received: by the demonstration receiver with ESMTPS ({tls_version}); {received}\r\n"
        )
        unfinished = self._path / "tmp" / name
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(trace.encode("utf-8") + content)
        unfinished.rename(self._path / "new" / name)
