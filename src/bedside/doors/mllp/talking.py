"""One connection: whole messages in their order, one answer each, and an end to peers that stall."""

from __future__ import annotations

import asyncio
import functools
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from bedside.doors.mllp.answering import NotNow, answer, find_peer
from bedside.doors.mllp.peers import fingerprint_of
from bedside.ground import logs
from bedside.kit.clinical import BadFrame, Deframer, frame

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from concurrent.futures import Executor

    from bedside.doors.mllp.peers import Peer, Peers

READ_BYTES: Final = 65_536
_Result = TypeVar("_Result")

log = logs.logger("mllp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a peer may take, in seconds: between messages, for one whole message, for taking an answer."""

    idle_s: float = 900
    message_s: float = 30
    answer_s: float = 30


class Talk:
    """Serves one peer until it leaves, breaks the framing, or runs out of patience."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        peers: Peers,
        threads: Executor,
        patience: Patience,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._peers, self._threads, self._patience = peers, threads, patience
        self._deframer = Deframer()
        self._begun_s: float | None = None
        self._count = 0
        self._is_busy = self._is_ending = False

    def end_soon(self) -> bool:
        """Whether a message is in hand, after whose answer the talk ends; else it may be ended at once."""
        self._is_ending = True
        return self._is_busy

    async def run(self) -> None:
        """Never raises for what the peer does."""
        reason = "left"
        try:
            reason = await self._serve()
        except TimeoutError:
            reason = "stalled" if not self._deframer.is_idle else "idle"
        except BadFrame as bad:
            reason = bad.fault.value
        except NotNow:
            reason = "not_now"
        except (ConnectionError, OSError):
            reason = "lost"
        finally:
            log.info("mllp.closed", reason=reason, count=self._count)
            self._writer.close()
            with suppress(Exception):  # it may be gone already
                await asyncio.wait_for(self._writer.wait_closed(), timeout=1)

    async def _serve(self) -> str:
        if await self._peer() is None:
            return "unknown"
        while piece := await self._read():
            for message in self._deframer.feed(piece):
                # Asked again each time: a connection may last for days, and who is let in may change.
                peer = await self._peer()
                if peer is None:
                    return "unknown"
                await self._answer(peer, message)
                if self._is_ending:
                    return "ended"
            if self._deframer.has_fault:
                self._deframer.feed(b"")
        return "left" if self._deframer.is_idle else "cut_off"

    async def _peer(self) -> Peer | None:
        return await self._in_thread(find_peer, self._peers, self._fingerprint(), now_s=time.monotonic())

    async def _read(self) -> bytes:
        """The next bytes. A message that has begun must be whole within its time, however it trickles."""
        if self._deframer.is_idle:
            self._begun_s = None
            return await asyncio.wait_for(self._reader.read(READ_BYTES), timeout=self._patience.idle_s)
        now_s = time.monotonic()
        if self._begun_s is None:
            self._begun_s = now_s
        left_s = self._patience.message_s - (now_s - self._begun_s)
        return await asyncio.wait_for(self._reader.read(READ_BYTES), timeout=max(0.0, left_s))

    async def _answer(self, peer: Peer, message: bytes) -> None:
        self._is_busy = True
        try:
            told = await self._in_thread(answer, peer, message)
            self._writer.write(frame(told))
            await asyncio.wait_for(self._writer.drain(), timeout=self._patience.answer_s)
        finally:
            self._is_busy = False
        self._count += 1

    async def _in_thread(self, work: Callable[..., _Result], *arguments: object, **named: object) -> _Result:
        run = functools.partial(work, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _fingerprint(self) -> str:
        layer: ssl.SSLObject | None = self._writer.get_extra_info("ssl_object")
        der = layer.getpeercert(binary_form=True) if layer is not None else None
        return fingerprint_of(der) if der else ""
