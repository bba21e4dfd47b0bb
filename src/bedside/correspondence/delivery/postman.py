"""The connections to the relay: one event loop in a thread of its own.

The clerk (`chunks.py`) writes letters and stores results in its own thread, since both the database and RSA
would hold up the sockets. Letters go in by `offer`, results come out of `results`; every letter that was pulled
comes back exactly once; those that were not pulled never were on the wire.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from bedside.correspondence.delivery.journal import Answer, Intent, Route
from bedside.kit.transport.smtp import HandOff, Outgoing, TransportFailure, connect

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime

    from bedside.correspondence.delivery.journal import Journal
    from bedside.correspondence.delivery.letters import Letter
    from bedside.kit.transport.smtp import Target, Timeouts, TlsEvidence

FAILURES_MAX: Final = 3  # of one connection in a row, before it is given up
_RECONNECT_WAIT_S: Final = 0.2
_IDLE_WAIT_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one letter: an answer with its evidence, or a failure that says whether it is in doubt."""

    letter: Letter
    at: datetime
    answer: HandOff | TransportFailure


class Opened:
    """The first thing in `results`, if there is a way: a connection is encrypted and verified."""


class Ended:
    """The last thing in `results`: no connection is left. `failure` says why, None after an orderly end."""

    def __init__(self, failure: TransportFailure | None, fault: BaseException | None) -> None:
        self.failure = failure
        self.fault = fault  # a bug, to be raised by the clerk


class Postman:
    """Sends over up to `connections` at once."""

    def __init__(
        self,
        target: Target,
        *,
        tls: ssl.SSLContext,
        timeouts: Timeouts,
        ehlo_name: str,
        connections: int,
        journal: Journal,
        clock: Callable[[], datetime],
    ) -> None:
        self._target = target
        self._tls = tls
        self._timeouts = timeouts
        self._ehlo_name = ehlo_name
        self._wanted = connections
        self._journal = journal
        self._clock = clock
        self._ready: deque[Letter] = deque()
        self._flying: dict[int, tuple[Letter, Outgoing, int]] = {}
        self._last_failure: TransportFailure | None = None
        self._is_stopping = False  # pulls nothing any more
        self._is_complete = False  # nothing more is coming
        self._opened = 0
        self.results: SimpleQueue[Result | Ended | Opened] = SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="postman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def offer(self, letter: Letter) -> None:
        self._ready.append(letter)

    @property
    def backlog(self) -> int:
        """Letters not yet pulled."""
        return len(self._ready)

    def complete(self) -> None:
        """Nothing more is coming: ends when everything offered is answered."""
        self._is_complete = True

    def stop(self) -> None:
        """Pulls nothing more; what is on the wire is finished."""
        self._is_stopping = True

    def join(self) -> None:
        """Waits for the end. Everything that was pulled is in `results` then."""
        self._thread.join()

    def _live(self) -> None:
        fault: BaseException | None = None
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  the clerk raises it again in its own thread
            fault = error
        self.results.put(Ended(self._last_failure, fault))

    async def _serve(self) -> None:
        """The first connection alone decides whether there is a way at all; then the others follow."""
        first_is_open = asyncio.Event()
        others = [asyncio.create_task(self._after(first_is_open)) for _ in range(1, self._wanted)]
        try:
            await self._keep_sending(first_is_open)
            first_is_open.set()
            await asyncio.gather(*others)
        finally:
            for other in others:
                other.cancel()

    async def _after(self, first_is_open: asyncio.Event) -> None:
        await first_is_open.wait()
        if self._opened:
            await self._keep_sending(first_is_open)

    async def _keep_sending(self, is_open: asyncio.Event) -> None:
        failures = 0
        while failures < FAILURES_MAX and not self._is_over():
            before = self._opened
            try:
                await self._use_one(is_open)
            except TransportFailure as failure:
                self._last_failure = failure
                # A connection that did some work and then ended, as servers do, is no bad sign.
                failures = 1 if self._opened > before else failures + 1
                if failure.permanent or not self._opened:
                    return
                await asyncio.sleep(_RECONNECT_WAIT_S * failures)

    async def _use_one(self, is_open: asyncio.Event) -> None:
        connection = await connect(
            self._target, tls=self._tls, timeouts=self._timeouts, ehlo_name=self._ehlo_name, clock=self._clock
        )
        self._opened += 1
        route_number = self._opened
        self._journal.opened(route_number, _route(connection.tls))
        if not is_open.is_set():
            is_open.set()
            self.results.put(Opened())
        try:
            while not self._is_over():
                await connection.run(lambda: self._pull(route_number), self._report)
                if not self._is_over():
                    await asyncio.sleep(_IDLE_WAIT_S)
        finally:
            await connection.close()

    def _is_over(self) -> bool:
        return self._is_stopping or (self._is_complete and not self._ready)

    def _pull(self, route_number: int) -> Outgoing | None:
        if self._is_stopping:
            return None
        try:
            letter = self._ready.popleft()
        except IndexError:
            return None
        claimed = letter.claimed

        def intend() -> None:
            intent = Intent(
                attempt=claimed.attempt,
                connection=route_number,
                at=self._clock(),
                content_sha256=letter.sha256,
            )
            self._journal.intent(claimed.recipient_id, intent)

        message = Outgoing(
            mail_from=letter.mail_from,
            rcpt_to=letter.rcpt_to,
            content=letter.content,
            smtputf8=letter.needs_smtputf8,
            on_intent=intend,
        )
        self._flying[id(message)] = (letter, message, route_number)
        return message

    def _report(self, message: Outgoing, answer: HandOff | TransportFailure) -> None:
        letter, _, route_number = self._flying.pop(id(message))
        if isinstance(answer, TransportFailure):
            if answer.not_started and answer.ends_connection:
                self._ready.appendleft(letter)  # as if it had never been pulled
                return
        else:
            self._write_answer(letter, route_number, answer)
        self.results.put(Result(letter=letter, at=self._clock(), answer=answer))

    def _write_answer(self, letter: Letter, route_number: int, answer: HandOff) -> None:
        self._journal.answer(
            letter.claimed.recipient_id,
            Answer(
                attempt=letter.claimed.attempt,
                connection=route_number,
                at=self._clock(),
                outcome=answer.outcome,
                code=answer.code,
                enhanced=answer.enhanced,
            ),
        )


def _route(tls: TlsEvidence) -> Route:
    return Route(
        tls_version=tls.version,
        cipher=tls.cipher,
        certificate_sha256=bytes.fromhex(tls.fingerprint_sha256),
        peer=tls.peer,
    )
