"""How the receiving server's replies leave: together by default, or as badly as the behaviour says.

Promise: once it has fallen silent it never speaks again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bedside.kit.transport.behaviour import Behaviour, Moment

_ENDLESS_PIECE: Final = b"250-and so on\r\n" * 1000
_PACE_S: Final = 0.001  # lets one process hold both ends


class Voice:
    """Collects the replies to a group of commands and writes them in one piece."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._transport: asyncio.Transport | None = None
        self._replies: list[bytes] = []
        self.is_silent = False

    def speak_through(self, transport: asyncio.Transport) -> None:
        """Use this transport from now on."""
        self._transport = transport

    def say(self, reply: bytes, *, at: Moment | None = None) -> None:
        """Add a reply without its line end; with a moment it may be tampered with."""
        behaviour = self._behaviour
        if self.is_silent:
            return
        if at is not None and at in {behaviour.stall_at, behaviour.close_at, behaviour.endless_at}:
            self._misbehave(at)
        elif behaviour.replaced is not None and behaviour.replaced[0] is at:
            self._replies.append(behaviour.replaced[1])
        elif behaviour.is_wordy and b"\r\n" not in reply:
            code = reply[:3]
            self._replies.append(b"%s-First a word\r\n%s-and another\r\n%s\r\n" % (code, code, reply))
        else:
            self._replies.append(reply + b"\r\n")

    def add_raw(self, injected: bytes) -> None:
        """Bytes that leave in one piece with the reply before them."""
        self._replies.append(injected)

    def flush(self) -> None:
        """Write what has been said."""
        if not self._replies or self._transport is None:
            return
        group = b"".join(self._replies)
        self._replies = []
        size = self._behaviour.reply_bytes or len(group) or 1
        for at in range(0, len(group), size):
            self._transport.write(group[at : at + size])

    def leave(self) -> None:
        """Write what has been said, then close in order."""
        self.flush()
        self.is_silent = True
        if self._transport is not None:
            self._transport.close()

    def drop(self) -> None:
        """Close at once."""
        self.is_silent = True
        if self._transport is not None:
            self._transport.abort()

    def _misbehave(self, at: Moment) -> None:
        self.flush()
        self.is_silent = True
        if at is self._behaviour.close_at:
            self.drop()
        elif at is self._behaviour.endless_at:
            self._say_without_end()

    def _say_without_end(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            if self._transport.get_write_buffer_size() < len(_ENDLESS_PIECE):
                self._transport.write(_ENDLESS_PIECE)
            asyncio.get_running_loop().call_later(_PACE_S, self._say_without_end)
