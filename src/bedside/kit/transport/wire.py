"""One TCP connection to an SMTP server: commands out, replies in, strictly in order.

How it waits: whoever speaks writes a dialogue, a generator that yields the longest silence it tolerates and is
resumed when something has happened. A bulk sender so answers within the callback that brought the reply, which
spares a turn of the event loop a message (a fifth of the cost).

Promise: the server may owe only the replies that were asked for; one more ends the connection, so no reply
is ever taken for the answer to another message. Every wait has a deadline. After a failure nothing more is
written and every wait raises that failure.
Threat met here: bytes that arrive in clear around STARTTLS (CVE-2011-0411) end the connection.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from bedside.kit.transport.encryption import failure_of_handshake
from bedside.kit.transport.failures import FailureKind, Progress, TransportFailure
from bedside.kit.transport.replies import BadReply, Reply, ReplyParser

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")
Dialogue = Generator[float, None, T]

SERVICE_ENDS: Final = 421
SERVICE_ENDED: Final = "The server ended the session (421); try later."
_READ_BYTES: Final = 16_384
_CLOSED: Final = "The connection to the server was closed."
_GIVEN_UP: Final = "The connection was given up."
_INJECTED: Final = "Somebody added bytes in clear before encryption began; the connection was dropped."


class _Turn(Generic[T]):
    """A dialogue with the future of what it gives."""

    def __init__(self, dialogue: Dialogue[T], *, result: asyncio.Future[T]) -> None:
        self.dialogue = dialogue
        self.result = result
        self.is_running = False

    def go_on(self) -> float | None:
        """Resume; the silence now tolerated, or None when the dialogue is over."""
        self.is_running = True
        try:
            return next(self.dialogue)
        except StopIteration as end:
            if not self.result.done():
                self.result.set_result(end.value)
        except BaseException as error:  # noqa: BLE001  whoever awaits the result gets it
            if not self.result.done():
                self.result.set_exception(error)
        finally:
            self.is_running = False
        return None


class Wire(asyncio.BufferedProtocol):
    """The client's end of the connection. One dialogue at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser = ReplyParser()
        self._replies: deque[Reply] = deque()
        self._owed = 0
        self._failure: TransportFailure | None = None
        self._turn: _Turn[Any] | None = None
        self._is_paused = False
        self._is_sealing = False
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._lost = loop.create_future()
        # A buffer of our own saves the 256 KB that asyncio's TLS allocates for every read.
        self._buffer = bytearray(_READ_BYTES)
        self._view = memoryview(self._buffer)

    # What the connection's owner calls.

    @property
    def failure(self) -> TransportFailure | None:
        """Why the connection ended; None while it is usable."""
        return self._failure

    def transport(self) -> asyncio.Transport:
        """The transport in use; raises the failure when the connection has ended."""
        if self._failure is not None or self._transport is None:
            raise self.ended()
        return self._transport

    def ended(self) -> TransportFailure:
        """The reason of the end, told of a message that had not begun."""
        return (self._failure or self._closed()).at(Progress.NOT_STARTED)

    def expect_greeting(self) -> None:
        """The server speaks first."""
        self._owed += 1

    def write(self, commands: bytes, *, replies: int) -> None:
        """Write whole commands that will be answered by this many replies."""
        transport = self.transport()
        self._owed += replies
        transport.write(commands)

    def hear(self, *, within_s: float) -> Dialogue[Reply]:
        """The next reply; raises TransportFailure (timed_out, closed, protocol_error, injected)."""
        while not self._replies:
            self.transport()
            yield within_s
        return self._replies.popleft()

    def drained(self, *, within_s: float) -> Dialogue[None]:
        """Wait until the socket takes more."""
        self.transport()
        while self._is_paused:
            yield within_s
            self.transport()

    async def converse(self, dialogue: Dialogue[T]) -> T:
        """Carry out a dialogue and give its result. Cancelling it ends the connection."""
        result: asyncio.Future[T] = self._loop.create_future()
        self._turn = _Turn(dialogue, result=result)
        self._go_on()
        try:
            return await result
        except asyncio.CancelledError:
            self.fail(FailureKind.CLOSED, _GIVEN_UP)
            raise
        finally:
            self._turn = None

    async def reply(self, *, within_s: float) -> Reply:
        """The next reply, for those who are not in a hurry."""
        return await self.converse(self.hear(within_s=within_s))

    def give_up(self) -> None:
        """End the connection for a reason of our own."""
        self.fail(FailureKind.CLOSED, _GIVEN_UP)

    def fail(self, kind: FailureKind, sentence: str, *, permanent: bool = False) -> None:
        """End the connection at once, without another byte, for this reason. The first reason stands."""
        if self._failure is None:
            self._failure = TransportFailure(kind=kind, permanent=permanent, sentence=sentence)
        if self._transport is not None:
            self._transport.abort()
        self._go_on()

    async def seal(
        self, context: ssl.SSLContext, *, name: str, greets: bool, within_s: float
    ) -> ssl.SSLObject:
        """Encrypt from here on, with the server verified as `name`; raises TransportFailure.

        `greets`: the server will speak first, which it may do together with the end of the handshake.
        """
        self.refuse_clear_bytes()
        self._owed += int(greets)
        sealed: asyncio.Transport | None = None
        try:
            async with asyncio.timeout(within_s):
                sealed = await self._loop.start_tls(self.transport(), self, context, server_hostname=name)
        except OSError as error:  # TimeoutError and ssl.SSLError are OSErrors
            failure = _failure_of_sealing(error)
            self.fail(failure.kind, failure.sentence, permanent=failure.permanent)
        self._is_sealing = False
        self._transport = sealed
        connection: ssl.SSLObject = self.transport().get_extra_info("ssl_object")
        return connection

    def begin_sealing(self) -> None:
        """From now until the handshake, any byte beyond the awaited reply counts as injected."""
        self._is_sealing = True

    def refuse_clear_bytes(self) -> None:
        """Raises (injected) when the server has said more in clear than it was asked."""
        if self._owed or self._replies or not self._parser.is_idle:
            self.fail(FailureKind.INJECTED, _INJECTED)
        self.transport()

    async def close(self, *, within_s: float) -> None:
        """Close in order if the server takes part in time, at once otherwise. Never raises."""
        if self._failure is None:
            self._failure = self._closed()
        if self._transport is not None:
            self._transport.close()
            await asyncio.wait([self._lost], timeout=within_s)
            if self._transport is not None:
                self._transport.abort()
                await asyncio.wait([self._lost], timeout=within_s)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  TCP transports are
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        del sizehint
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        if self._failure is not None:
            return
        try:
            replies = self._parser.feed(bytes(self._view[:nbytes]))
        except BadReply as error:
            self._fail_reading(f"The server did not speak SMTP: {error}.")
            return
        self._owed -= len(replies)
        if self._is_sealing and not (self._owed >= 0 and self._is_clean_for_sealing()):
            self.fail(FailureKind.INJECTED, _INJECTED)
        elif self._owed < 0:
            self._take_unasked(replies)
        elif replies:
            self._replies.extend(replies)
            self._go_on()

    def eof_received(self) -> None:
        self.fail(FailureKind.CLOSED, _CLOSED)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # its text may hold addresses of machines, and says no more than "closed"
        self._transport = None
        if self._alarm is not None:
            self._alarm.cancel()
        if not self._lost.done():
            self._lost.set_result(None)
        self.fail(FailureKind.CLOSED, _CLOSED)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._go_on()

    # Below: how.

    def _is_clean_for_sealing(self) -> bool:
        """Once the awaited reply is whole, nothing may follow it; before that, its parts may come."""
        return self._owed > 0 or self._parser.is_idle

    def _fail_reading(self, sentence: str) -> None:
        if self._is_sealing:
            self.fail(FailureKind.INJECTED, _INJECTED)
        else:
            self.fail(FailureKind.PROTOCOL_ERROR, sentence)

    def _take_unasked(self, replies: list[Reply]) -> None:
        """A server may say 421 at any time and leave; everything else unasked is a broken dialogue."""
        if replies[-1].code == SERVICE_ENDS and self._owed == -1:
            self._replies.extend(replies[:-1])
            self.fail(FailureKind.CLOSED, SERVICE_ENDED)
        else:
            self.fail(FailureKind.PROTOCOL_ERROR, "The server sent a reply that nothing had asked for.")

    def _go_on(self) -> None:
        """Resume the dialogue, which looks for itself what has happened; never from within itself."""
        if self._turn is not None and not self._turn.is_running:
            within_s = self._turn.go_on()
            if within_s is not None:
                self._set_deadline(within_s)

    def _set_deadline(self, within_s: float) -> None:
        """One timer serves all waits: it is moved only when a wait would end before it."""
        self._deadline = self._loop.time() + within_s
        if self._alarm is None or self._alarm.when() > self._deadline:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_at(self._deadline, self._on_alarm)

    def _on_alarm(self) -> None:
        self._alarm = None
        if self._turn is None:
            return
        if self._loop.time() >= self._deadline:
            self.fail(FailureKind.TIMED_OUT, "The server did not answer in time.")
        else:
            self._alarm = self._loop.call_at(self._deadline, self._on_alarm)

    def _closed(self) -> TransportFailure:
        return TransportFailure(kind=FailureKind.CLOSED, permanent=False, sentence=_CLOSED)


def _failure_of_sealing(error: BaseException) -> TransportFailure:
    if isinstance(error, TimeoutError):
        return TransportFailure(
            kind=FailureKind.TIMED_OUT,
            permanent=False,
            sentence="The server did not finish the encrypted handshake in time; nothing was sent.",
        )
    return failure_of_handshake(error)
