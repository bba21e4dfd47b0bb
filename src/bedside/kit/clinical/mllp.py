"""MLLP framing for HL7 v2 (Minimal Lower Layer Protocol, release 1): bytes in, whole messages out. No network.

Promise: however the bytes are cut, the messages are the same; no more than `FRAME_BYTES_MAX` and one piece are held.
After a fault nothing more is read: what follows could be part of one message or of two, and a message put together
from two people's would be worse than a closed connection. Peers that stall are the server's business.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

START: Final = b"\x0b"
END: Final = b"\x1c\r"
FRAME_BYTES_MAX: Final = 4 * 1024 * 1024

_END_MARK: Final = b"\x1c"
_BETWEEN: Final = b"\r\n"  # some senders part their frames by these


class FramingFault(StrEnum):
    """Why a connection can no longer be read."""

    OUTSIDE = "outside"
    UNENDED = "unended"
    BROKEN_END = "broken_end"
    TOO_LARGE = "too_large"


class BadFrame(ValueError):
    """The peer broke the framing; close the connection. Holds none of its bytes."""

    def __init__(self, fault: FramingFault) -> None:
        self.fault = fault
        super().__init__(f"The peer broke the framing of HL7 messages ({fault.value}).")


def frame(message: bytes) -> bytes:
    """One message ready for the wire. Raises BadFrame if it holds a mark of the framing itself."""
    if START in message:
        raise BadFrame(FramingFault.UNENDED)
    if _END_MARK in message:
        raise BadFrame(FramingFault.BROKEN_END)
    return START + message + END


class Deframer:
    """Takes the bytes of one connection, gives the messages in them."""

    def __init__(self, *, bytes_max: int = FRAME_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._held = bytearray()
        self._is_within = False
        self._seen = 0  # so many of the held bytes are known not to end the message
        self._fault: FramingFault | None = None
        self._ready: list[bytes] = []

    @property
    def is_idle(self) -> bool:
        """Whether no message has begun: the only moment to close without losing one."""
        return not self._is_within and self._fault is None

    def feed(self, piece: bytes) -> list[bytes]:
        """The messages that these bytes complete.

        Raises BadFrame, at once and ever after; messages completed before the fault are given first, and the fault
        is raised by the next call (also with no bytes), which `has_fault` announces.
        """
        if self._fault is None:
            self._held += piece
            while self._fault is None and self._step():
                pass
        ready, self._ready = self._ready, []
        if self._fault is not None and not ready:
            raise BadFrame(self._fault)
        return ready

    @property
    def has_fault(self) -> bool:
        """Whether the connection is to be closed."""
        return self._fault is not None

    def _step(self) -> bool:
        """Take one beginning or one message off what is held; False if there is neither yet."""
        return self._take_message() if self._is_within else self._take_start()

    def _take_start(self) -> bool:
        self._held = self._held.lstrip(_BETWEEN)
        if not self._held:
            return False
        if not self._held.startswith(START):
            return self._fail(FramingFault.OUTSIDE)
        del self._held[:1]
        self._is_within, self._seen = True, 0
        return True

    def _take_message(self) -> bool:
        mark = self._held.find(_END_MARK, self._seen)
        length = len(self._held) if mark < 0 else mark
        if self._held.find(START, self._seen, min(length, self._bytes_max + 1)) >= 0:
            return self._fail(FramingFault.UNENDED)
        if length > self._bytes_max:
            return self._fail(FramingFault.TOO_LARGE)
        self._seen = length
        if mark < 0 or len(self._held) == mark + 1:
            return False
        if self._held[mark + 1] != END[1]:
            return self._fail(FramingFault.BROKEN_END)
        self._ready.append(bytes(self._held[:mark]))
        del self._held[: mark + len(END)]
        self._is_within = False
        return True

    def _fail(self, fault: FramingFault) -> bool:
        self._fault, self._held = fault, bytearray()
        return False
