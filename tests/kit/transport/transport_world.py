"""Real servers, certificates and wire taps for the tests of the transport."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bedside.kit.transport.certificates import Identity, issue, make_authority, write_identity
from bedside.kit.transport.encryption import server_context
from bedside.kit.transport.receiver import Behaviour, CountingSink, Receiver
from bedside.kit.transport.smtp import (
    HandOff,
    Outgoing,
    SmtpConnection,
    Target,
    Timeouts,
    TransportFailure,
    client_context,
    connect,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

SERVER_NAME = "mx.practice.example"
SENDER = "front-desk@maple.example"
PATIENT = "ana.quiroga@home.example"
CONTENT = b"Subject: Your visit\r\n\r\nAna, please come on Tuesday.\r\n"
SHORT = Timeouts(
    connect_s=5, handshake_s=2, greeting_s=1, command_s=1, data_s=1, content_s=1, accept_s=1, close_s=1
)
LONG_AGO, YESTERDAY, TOMORROW = -400, -1, 1


@dataclass(frozen=True)
class World:
    """Certificates of every kind, in files, and a client that trusts one authority."""

    folder: Path
    now: datetime
    authority: Identity
    stranger: Identity

    @property
    def ca_file(self) -> str:
        return str(self.folder / "ca.pem")

    def client(self) -> ssl.SSLContext:
        return client_context(self.ca_file)

    def identity(self, kind: str = "good") -> Identity:
        match kind:
            case "good":
                return self._issue()
            case "expired":
                return self._issue(since=LONG_AGO, until=YESTERDAY)
            case "not yet valid":
                return self._issue(since=TOMORROW, until=TOMORROW + 1)
            case "other name":
                return self._issue(names=["mx.elsewhere.example"])
            case "unknown authority":
                return self._issue(authority=self.stranger)
            case "self-signed":
                return make_authority(
                    name=SERVER_NAME,
                    not_before=self.now - timedelta(days=1),
                    not_after=self.now + timedelta(days=1),
                )
            case "common name only":
                return self._issue_without_names()
        raise AssertionError(kind)

    def _issue_without_names(self) -> Identity:
        """Has the name as its subject and nowhere else: not a name under RFC 9525."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SERVER_NAME)]))
            .issuer_name(self.authority.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=1))
            .not_valid_after(self.now + timedelta(days=1))
            .sign(self.authority.key, hashes.SHA256())
        )
        return Identity(certificate=certificate, key=key)

    def _issue(self, *, names=(SERVER_NAME,), since=YESTERDAY, until=TOMORROW, authority=None) -> Identity:
        return issue(
            authority or self.authority,
            names=list(names),
            not_before=self.now + timedelta(days=since),
            not_after=self.now + timedelta(days=until),
        )

    def files(self, kind: str = "good") -> tuple[Path, Path]:
        """Certificate and key, made on first use."""
        name = kind.replace(" ", "-")
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        if not key.exists():
            write_identity(self.identity(kind), certificate_file=certificate, key_file=key)
        return certificate, key

    def server(self, kind: str = "good") -> ssl.SSLContext:
        certificate, key = self.files(kind)
        return server_context(certificate_file=str(certificate), key_file=str(key))


def make_world(folder: Path) -> World:
    now = datetime.now(tz=UTC)
    span = {"not_before": now - timedelta(days=500), "not_after": now + timedelta(days=30)}
    world = World(
        folder=folder,
        now=now,
        authority=make_authority(name="Test authority", **span),
        stranger=make_authority(name="Unknown authority", **span),
    )
    Path(world.ca_file).write_bytes(world.authority.certificate_pem)
    return world


@dataclass
class Tap:
    """Everything that went over the socket, by direction, as one looking on sees it."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)
    port: int = 0


@contextlib.asynccontextmanager
async def tapped(port: int, *, alter: Callable[[bytes], bytes] = lambda data: data) -> AsyncIterator[Tap]:
    """A relay to the port that records all bytes and may alter what the server says."""
    tap = Tap()
    writers: list[asyncio.StreamWriter] = []

    async def pump(reader, writer, record, change) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                record += data
                writer.write(change(data))
                await writer.drain()
        with contextlib.suppress(ConnectionError, OSError):
            writer.close()

    async def relay(reader, writer) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        writers.extend((writer, server_writer))
        await asyncio.gather(
            pump(reader, server_writer, tap.sent, lambda data: data),
            pump(server_reader, writer, tap.received, alter),
        )

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    tap.port = server.sockets[0].getsockname()[1]
    try:
        yield tap
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def receiving(
    world: World,
    behaviour: Behaviour = Behaviour(),  # noqa: B008  frozen
    *,
    certificate: str = "good",
    tls: ssl.SSLContext | None = None,
    accounts: dict[str, str] | None = None,
) -> AsyncIterator[tuple[CountingSink, Target]]:
    """Our receiver with this behaviour, its sink, and how to reach it."""
    sink = CountingSink(keep=True)
    receiver = Receiver(
        sink=sink, tls=tls or world.server(certificate), behaviour=behaviour, accounts=accounts
    )
    host, port = await receiver.start("127.0.0.1", port=0)
    try:
        yield (
            sink,
            Target(host=host, port=port, tls_name=SERVER_NAME, implicit_tls=behaviour.implicit_tls),
        )
    finally:
        await receiver.stop()
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def connected(
    world: World, target: Target, *, timeouts: Timeouts = SHORT
) -> AsyncIterator[SmtpConnection]:
    connection = await connect(
        target, tls=world.client(), timeouts=timeouts, ehlo_name="sender.maple.example"
    )
    try:
        yield connection
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def scripted(script: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]):
    """A server that does just what the script says; gives its port."""
    tasks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await script(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0.01)


def message(number: int = 0, *, to: str | None = None, content: bytes = CONTENT, **more) -> Outgoing:
    return Outgoing(mail_from=SENDER, rcpt_to=to or f"person{number}@home.example", content=content, **more)


@dataclass
class Results:
    """What `run` reported, with the recipients; and what it has not pulled."""

    rest: list[Outgoing]
    reported: list[tuple[str, HandOff | TransportFailure]] = field(default_factory=list)

    def next_message(self) -> Outgoing | None:
        return self.rest.pop(0) if self.rest else None

    def on_result(self, sent: Outgoing, result: HandOff | TransportFailure) -> None:
        self.reported.append((sent.rcpt_to, result))

    def of(self, recipient: str) -> HandOff | TransportFailure:
        [result] = [result for reported, result in self.reported if reported == recipient]
        return result

    def words(self) -> list[str]:
        """Such as ["accepted", "temporary", "in_doubt"], in the order reported."""
        return [
            str(result.outcome if isinstance(result, HandOff) else result.progress)
            for _, result in self.reported
        ]


async def run_all(connection: SmtpConnection, messages: Iterable[Outgoing]) -> Results:
    """Send all; a lost connection is seen in what was not pulled."""
    results = Results(rest=list(messages))
    with contextlib.suppress(TransportFailure):
        await connection.run(results.next_message, results.on_result)
    return results


async def failure_of(world: World, target: Target, *, timeouts: Timeouts = SHORT) -> TransportFailure:
    """The failure to connect; an assertion fails when there is none."""
    try:
        async with connected(world, target, timeouts=timeouts):
            pass
    except TransportFailure as failure:
        return failure
    raise AssertionError("the connection was made")
