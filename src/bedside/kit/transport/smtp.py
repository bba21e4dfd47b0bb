"""A strict bulk SMTP client: verified TLS first, then one message behind the other.

Promise: see the package. `connect` always encrypts and verifies; there is no argument against it. Each message
handed in is reported exactly once. At most one message a connection can be in doubt at any moment.
How it is fast: the envelope of the next message travels behind the end of this one (RFC 2920), so a message
costs one round trip; with CHUNKING (RFC 3030) the content needs no search for dots. Content is never written
before the server has accepted its recipient.
Threats not covered: a server that accepts and then loses mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.transport.encryption import TlsEvidence, client_context, require_strict
from bedside.kit.transport.envelopes import HandOff, Outcome, Outgoing, Stage, Target, Timeouts
from bedside.kit.transport.failures import FailureKind, Progress, TransportFailure
from bedside.kit.transport.opening import Opened, open_wire, utc_now
from bedside.kit.transport.transfer import OnResult, Transfer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime

    from bedside.kit.transport.capabilities import Capabilities

__all__ = [
    "FailureKind",
    "HandOff",
    "Outcome",
    "Outgoing",
    "Progress",
    "SmtpConnection",
    "Stage",
    "Target",
    "Timeouts",
    "TlsEvidence",
    "TransportFailure",
    "client_context",
    "connect",
]


async def connect(
    target: Target,
    *,
    tls: ssl.SSLContext,
    timeouts: Timeouts,
    ehlo_name: str,
    clock: Callable[[], datetime] = utc_now,
) -> SmtpConnection:
    """Open a connection that is encrypted, verified for `target.tls_name`, and signed in.

    `clock` gives the UTC time for the evidence. Raises TransportFailure, always `not_started`; ValueError when
    `tls` does not verify (make it with `client_context`). Never speaks of any message before TLS is verified.
    """
    require_strict(tls)
    opened = await open_wire(target, tls=tls, timeouts=timeouts, ehlo_name=ehlo_name, clock=clock)
    return SmtpConnection(opened, timeouts=timeouts)


class SmtpConnection:
    """An open connection; made by `connect` only. For one task at a time; close it when done."""

    def __init__(self, opened: Opened, *, timeouts: Timeouts) -> None:
        self._wire = opened.wire
        self._evidence = opened.evidence
        self._capabilities = opened.capabilities
        self._timeouts = timeouts
        self._is_busy = False

    @property
    def tls(self) -> TlsEvidence:
        """The proof of encryption that every hand-off of this connection carries."""
        return self._evidence

    @property
    def capabilities(self) -> Capabilities:
        """What the server offers under TLS."""
        return self._capabilities

    @property
    def is_usable(self) -> bool:
        """False once the connection has ended, for whatever reason."""
        return self._wire.failure is None

    async def send(self, message: Outgoing) -> HandOff:
        """Send one message and wait for the answer.

        A refusal by the server is a HandOff, not an error. Raises TransportFailure: look at `in_doubt`.
        """
        results: list[HandOff | TransportFailure] = []
        rest = [message]
        try:
            await self.run(
                lambda: rest.pop() if rest else None,
                lambda _message, result: results.append(result),
            )
        except TransportFailure:
            if not results:
                raise
        if isinstance(results[0], TransportFailure):
            raise results[0]
        return results[0]

    async def run(self, next_message: Callable[[], Outgoing | None], on_result: OnResult) -> None:
        """Send what `next_message` gives until it gives None; may be called again afterwards.

        `on_result` is called once for every message pulled: with a HandOff, or with a
        TransportFailure that says `in_doubt` or `not_started`. A failure that does not end the connection
        concerns that message alone. One message is pulled ahead of the one being answered.
        Raises TransportFailure when the connection ended, RuntimeError when already running; what the two
        functions or `on_intent` raise ends the connection and is raised again. Even then everything pulled
        has been reported, unless it was `on_result` itself that raised.
        """
        if self._is_busy:
            raise RuntimeError("this connection is already sending")
        self._is_busy = True
        try:
            transfer = Transfer(
                self._wire,
                capabilities=self._capabilities,
                evidence=self._evidence,
                timeouts=self._timeouts,
                next_message=next_message,
                on_result=on_result,
            )
            await self._wire.converse(transfer.dialogue())
        finally:
            self._is_busy = False

    async def close(self) -> None:
        """Say QUIT and close; takes a few seconds at most, never raises a TransportFailure."""
        if self.is_usable:
            try:
                self._wire.write(b"QUIT\r\n", replies=1)
                await self._wire.reply(within_s=self._timeouts.close_s)
            except TransportFailure:
                pass  # the server left first, which was all that was wanted
        await self._wire.close(within_s=self._timeouts.close_s)

    def abort(self) -> None:
        """Drop the connection at once; a message in flight is reported by its `run`."""
        self._wire.give_up()
