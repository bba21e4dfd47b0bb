"""The port: TLS for everybody, so many connections at once and no more, and an orderly end."""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bedside.doors.mllp.talking import Patience, Talk
from bedside.ground import logs
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedside.doors.mllp.peers import Peers

CONNECTIONS_MAX: Final = 64
THREADS: Final = 4
HANDSHAKE_S: Final = 10.0
ENDING_S: Final = 20.0
_BACKLOG: Final = 64
# With TLS 1.2, forward secrecy and authenticated encryption only (RFC 9325 section 4.2).
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"

log = logs.logger("mllp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to listen. Port 0 takes a free one. `patience` is for tests to shorten."""

    host: str
    port: int
    connections_max: int = CONNECTIONS_MAX
    patience: Patience = field(default_factory=Patience)


def tls_context(*, certificate_file: Path, key_file: Path, client_ca_file: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later; with `client_ca_file`, for peers with a certificate of it alone. Raises Refusal."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    try:
        context.load_cert_chain(certificate_file, key_file)
        if client_ca_file is not None:
            context.load_verify_locations(cafile=client_ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
            # A certificate handed over by the peer itself may be the very one that is trusted.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    except (OSError, ValueError) as error:
        raise Refusal(
            "certificate",
            "The certificate, its key or the authority of client certificates cannot be read; check the files that "
            "BEDSIDE_MLLP_CERTIFICATE_FILE, BEDSIDE_MLLP_KEY_FILE and BEDSIDE_MLLP_CLIENT_CA_FILE name.",
        ) from error
    return context


async def listen(
    place: Place, *, tls: ssl.SSLContext, peers: Peers, ending: asyncio.Event, ready: Callable[[int], None]
) -> None:
    """Serves until `ending` is set; then lets messages in hand be answered. `ready` is told the port."""
    listener = _listener(place)
    ready(listener.getsockname()[1])
    with ThreadPoolExecutor(THREADS, thread_name_prefix="mllp") as threads:
        door = _Door(place, tls=tls, peers=peers, threads=threads)
        accepting = asyncio.create_task(door.accept(listener))
        await ending.wait()
        accepting.cancel()
        with suppress(asyncio.CancelledError):
            await accepting
        listener.close()
        await door.end()


def _listener(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((place.host, place.port))
    except OSError as error:
        listener.close()
        raise Refusal(
            "port", "This address and port cannot be listened on; is another process there?"
        ) from error
    listener.listen(_BACKLOG)
    listener.settimeout(0.0)
    return listener


class _Door:
    """Those who are in, each with a place of its own; who comes when all are taken waits outside."""

    def __init__(
        self, place: Place, *, tls: ssl.SSLContext, peers: Peers, threads: ThreadPoolExecutor
    ) -> None:
        self._place, self._tls, self._peers, self._threads = place, tls, peers, threads
        self._free = asyncio.Semaphore(place.connections_max)
        self._talks: dict[asyncio.Task[None], Talk | None] = {}

    async def accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._free.acquire()
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError:  # out of handles, or gone before it was taken
                self._free.release()
                await asyncio.sleep(0.1)
                continue
            except BaseException:
                self._free.release()
                raise
            task = asyncio.create_task(self._serve(connection))
            self._talks[task] = None
            task.add_done_callback(self._leave)

    def _leave(self, task: asyncio.Task[None]) -> None:
        del self._talks[task]
        self._free.release()

    async def _serve(self, connection: socket.socket) -> None:
        try:
            reader, writer = await self._shake_hands(connection)
        except (OSError, ssl.SSLError, TimeoutError) as error:
            log.info("mllp.refused", error=type(error).__name__)
            connection.close()
            return
        talk = Talk(reader, writer, peers=self._peers, threads=self._threads, patience=self._place.patience)
        task = asyncio.current_task()
        if task is not None:
            self._talks[task] = talk
        await talk.run()

    async def _shake_hands(
        self, connection: socket.socket
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=1 << 16)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=self._tls,
            ssl_handshake_timeout=HANDSHAKE_S,
            ssl_shutdown_timeout=1,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def end(self) -> None:
        """Whoever is between two messages goes at once; a message in hand is answered first."""
        for task, talk in list(self._talks.items()):
            if talk is None or not talk.end_soon():
                task.cancel()
        if self._talks:
            await asyncio.wait(list(self._talks), timeout=ENDING_S)
        for task in list(self._talks):
            task.cancel()
