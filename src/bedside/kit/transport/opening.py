"""How a connection begins: greeting, EHLO, encryption, EHLO again, sign-in.

Promise: the one way to an open `Wire` that may carry mail leads through a verified handshake. The name given
in EHLO and the word STARTTLS are all that is ever said in clear; what the server offered in clear is forgotten.
Source: RFC 5321, RFC 3207 (STARTTLS), RFC 8314 (implicit TLS), RFC 4954 and 4616 (AUTH).
"""

from __future__ import annotations

import asyncio
import base64
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bedside.kit.transport.capabilities import Capabilities, capabilities_in
from bedside.kit.transport.encryption import TlsEvidence, evidence_of
from bedside.kit.transport.failures import FailureKind, TransportFailure
from bedside.kit.transport.wire import SERVICE_ENDED, SERVICE_ENDS, Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from bedside.kit.transport.envelopes import Target, Timeouts
    from bedside.kit.transport.replies import Reply

_READY: Final = 220
_DONE: Final = 250
_SIGNED_IN: Final = 235
_CONTINUE: Final = 334
_PERMANENT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An encrypted, verified wire and what the server offers on it."""

    wire: Wire
    evidence: TlsEvidence
    capabilities: Capabilities


def utc_now() -> datetime:
    """The machine's clock, for evidence."""
    return datetime.now(tz=UTC)


async def open_wire(
    target: Target,
    *,
    tls: ssl.SSLContext,
    timeouts: Timeouts,
    ehlo_name: str,
    clock: Callable[[], datetime],
) -> Opened:
    """Connect, encrypt, verify and sign in; on any failure the socket is closed. Raises TransportFailure."""
    wire = await _dial(target, within_s=timeouts.connect_s)
    try:
        opening = _Opening(wire, target=target, timeouts=timeouts, ehlo_name=ehlo_name)
        evidence = await opening.encrypt(tls, clock=clock)
        capabilities = await opening.hear_offers()
        await opening.sign_in(capabilities)
    except BaseException:
        wire.give_up()
        raise
    return Opened(wire=wire, evidence=evidence, capabilities=capabilities)


async def _dial(target: Target, *, within_s: float) -> Wire:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(within_s):
            transport, wire = await loop.create_connection(lambda: Wire(loop), target.host, target.port)
    except TimeoutError:
        raise TransportFailure(
            kind=FailureKind.TIMED_OUT,
            permanent=False,
            sentence="The server could not be reached in time.",
        ) from None
    except OSError:
        raise TransportFailure(
            kind=FailureKind.CONNECT_FAILED,
            permanent=False,
            sentence="The server could not be reached.",
        ) from None
    # Nagle's algorithm would cost 40 ms a message (21 messages/s measured).
    transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


class _Opening:
    """The dialogue before the first message."""

    def __init__(self, wire: Wire, *, target: Target, timeouts: Timeouts, ehlo_name: str) -> None:
        self._wire = wire
        self._target = target
        self._timeouts = timeouts
        self._ehlo = b"EHLO " + _plain_word(ehlo_name) + b"\r\n"

    async def encrypt(self, tls: ssl.SSLContext, *, clock: Callable[[], datetime]) -> TlsEvidence:
        """Leaves the wire encrypted, with the greeting heard."""
        peer = self._wire.transport().get_extra_info("peername")
        is_implicit = self._target.implicit_tls
        if not is_implicit:
            self._wire.expect_greeting()
            await self._hear_greeting()
            await self._ask_for_tls()
        connection = await self._wire.seal(
            tls, name=self._target.tls_name, greets=is_implicit, within_s=self._timeouts.handshake_s
        )
        evidence = evidence_of(
            connection,
            verified_name=self._target.tls_name,
            peer=f"{peer[0]}:{peer[1]}",
            verified_at=clock(),
        )
        if is_implicit:
            await self._hear_greeting()
        return evidence

    async def hear_offers(self) -> Capabilities:
        """EHLO: what was offered before encryption does not count (RFC 3207 section 4.2)."""
        reply = await self._ask(self._ehlo)
        if reply.code != _DONE:
            raise self._refused(reply, "The server did not accept our greeting (EHLO).")
        return capabilities_in(reply)

    async def sign_in(self, capabilities: Capabilities) -> None:
        """AUTH, when the target has a user name."""
        username, password = self._target.username, self._target.password
        if username is None or password is None:
            return
        if "PLAIN" in capabilities.auth:
            reply = await self._ask(b"AUTH PLAIN " + _base64(f"\0{username}\0{password}") + b"\r\n")
        elif "LOGIN" in capabilities.auth:
            reply = await self._sign_in_by_prompts((username, password))
        else:
            raise _sign_in_failure("The server offers no way to sign in that is known here.", permanent=True)
        if reply.code != _SIGNED_IN:
            raise _sign_in_failure(
                "The server did not accept the user name and password; check both.",
                permanent=reply.code >= _PERMANENT,
            )

    async def _sign_in_by_prompts(self, answers: tuple[str, str]) -> Reply:
        reply = await self._ask(b"AUTH LOGIN\r\n")
        for answer in answers:
            if reply.code == _CONTINUE:
                reply = await self._ask(_base64(answer) + b"\r\n")
        return reply

    async def _hear_greeting(self) -> None:
        reply = await self._wire.reply(within_s=self._timeouts.greeting_s)
        if reply.code != _READY:
            raise self._refused(reply, "The server does not take mail from here at present.")

    async def _ask_for_tls(self) -> None:
        offers = await self.hear_offers()
        if not offers.offers("STARTTLS"):
            raise TransportFailure(
                kind=FailureKind.NO_STARTTLS,
                permanent=True,
                sentence="The server does not offer encryption (STARTTLS); nothing was sent.",
            )
        self._wire.begin_sealing()
        reply = await self._ask(b"STARTTLS\r\n")
        if reply.code != _READY:
            raise TransportFailure(
                kind=FailureKind.TLS_REFUSED,
                permanent=reply.code >= _PERMANENT,
                sentence="The server refused to begin encryption; nothing was sent.",
            )

    async def _ask(self, command: bytes) -> Reply:
        self._wire.write(command, replies=1)
        return await self._wire.reply(within_s=self._timeouts.command_s)

    def _refused(self, reply: Reply, sentence: str) -> TransportFailure:
        if reply.code == SERVICE_ENDS:
            return TransportFailure(kind=FailureKind.CLOSED, permanent=False, sentence=SERVICE_ENDED)
        return TransportFailure(
            kind=FailureKind.PROTOCOL_ERROR,
            permanent=reply.code >= _PERMANENT,
            sentence=sentence,
        )


def _plain_word(name: str) -> bytes:
    """Raises ValueError for a name that could carry a second command."""
    if not name or not name.isascii() or not name.isprintable() or " " in name:
        raise ValueError("the EHLO name must be one word of printable ASCII")
    return name.encode("ascii")


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode("utf-8"))


def _sign_in_failure(sentence: str, *, permanent: bool) -> TransportFailure:
    return TransportFailure(kind=FailureKind.AUTH_FAILED, permanent=permanent, sentence=sentence)
