"""Cuts what a client sends into command lines and contents.

Promise: the same result whatever the pieces; a content ends only at CRLF dot CRLF or at its stated length, a
command only at CRLF; memory is bounded by the largest content allowed. Bytes are searched once.
Source: RFC 5321 section 4.1.1.4 and 4.5.2; RFC 3030; CVE-2023-51764 (other line ends are not line ends).
"""

from __future__ import annotations

from enum import Enum
from typing import Final

COMMAND_BYTES_MAX: Final = 2048
_END: Final = b"\r\n.\r\n"


class Overlong(Enum):
    """Stands in the place of what was too long to keep and has been thrown away."""

    COMMAND = "command"
    CONTENT = "content"


class Incoming:
    """The client's bytes. After a command that announces content, say so before asking for more."""

    def __init__(self, *, content_bytes_max: int) -> None:
        self._content_bytes_max = content_bytes_max
        self._pending = bytearray()
        self._searched = 0
        self._in_data = False
        self._chunk_left: int | None = None
        self._is_overlong = False

    @property
    def is_empty(self) -> bool:
        """True when every byte received has been given out."""
        return not self._pending

    def feed(self, received: memoryview) -> None:
        """Bytes as they came."""
        self._pending += received

    def expect_data(self) -> None:
        """What follows is content up to its final dot."""
        self._in_data = True
        self._pending[:0] = b"\r\n"  # a dot on the very first line is a dot at a line start too
        self._searched = 0

    def expect_chunk(self, content_bytes: int) -> None:
        """What follows is this much content."""
        self._chunk_left = content_bytes
        self._is_overlong = content_bytes > self._content_bytes_max

    def next(self) -> bytes | Overlong | None:
        """The next command line, content or chunk, without line end or dots; None until it is whole."""
        if self._in_data:
            return self._next_data()
        if self._chunk_left is not None:
            return self._next_chunk(self._chunk_left)
        return self._next_line()

    def _next_line(self) -> bytes | Overlong | None:
        end = self._pending.find(b"\r\n", 0, COMMAND_BYTES_MAX)
        if end < 0:
            return Overlong.COMMAND if len(self._pending) >= COMMAND_BYTES_MAX else None
        return self._cut(end, dropping=2)

    def _next_data(self) -> bytes | Overlong | None:
        found = self._pending.find(_END, self._searched)
        if found < 0:
            if len(self._pending) > self._content_bytes_max + len(_END):
                self._is_overlong = True
                del self._pending[: 1 - len(_END)]
            self._searched = max(0, len(self._pending) - len(_END) + 1)
            return None
        stuffed = self._cut(found + 2, dropping=3)
        self._in_data = False
        return self._unless_overlong(stuffed.replace(b"\r\n.", b"\r\n")[2:])

    def _next_chunk(self, left: int) -> bytes | Overlong | None:
        if self._is_overlong:
            dropped = min(left, len(self._pending))
            del self._pending[:dropped]
            self._chunk_left = left - dropped
            if self._chunk_left:
                return None
        elif len(self._pending) < left:
            return None
        self._chunk_left = None
        return self._unless_overlong(b"" if self._is_overlong else self._cut(left, dropping=0))

    def _unless_overlong(self, content: bytes) -> bytes | Overlong:
        was_overlong, self._is_overlong = self._is_overlong, False
        return Overlong.CONTENT if was_overlong else content

    def _cut(self, end: int, *, dropping: int) -> bytes:
        with memoryview(self._pending) as view:
            cut = bytes(view[:end])
        del self._pending[: end + dropping]
        return cut
