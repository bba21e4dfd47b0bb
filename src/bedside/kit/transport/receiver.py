"""A small, strict SMTP server to receive mail: the other side in demonstrations, tests and benchmarks.

Promise: takes no mail before TLS 1.2 or later; keeps what it acknowledges in its sink.
Threats not covered: this is not a mail server for the open internet: it relays nothing, limits no rates and
checks no sender.

Run it: python -m bedside.kit.transport.receiver --host 127.0.0.1 --port 2525 --maildir mail \
    --certificate server.pem --key server.key
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedside.kit.transport.behaviour import Behaviour
from bedside.kit.transport.encryption import server_context
from bedside.kit.transport.session import Desk, Session
from bedside.kit.transport.sinks import CountingSink, MaildirSink, Sink

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

__all__ = ["Behaviour", "CountingSink", "MaildirSink", "Receiver", "Sink", "main"]

_CORRECT: Final = Behaviour()
_BACKLOG: Final = 256


class Receiver:
    """The server. `accounts` maps user names to passwords for behaviours that offer AUTH."""

    def __init__(
        self,
        *,
        sink: Sink,
        tls: ssl.SSLContext,
        behaviour: Behaviour = _CORRECT,
        accounts: Mapping[str, str] | None = None,
        hostname: str = "receiver.example",
    ) -> None:
        self._desk = Desk(sink=sink, tls=tls, behaviour=behaviour, hostname=hostname, accounts=accounts or {})
        self._server: asyncio.Server | None = None

    async def start(self, host: str, *, port: int) -> tuple[str, int]:
        """Listen, and give the address and port in use (for port 0). Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Session(self._desk), host, port, backlog=_BACKLOG)
        address = self._server.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def stop(self) -> None:
        """Stop listening and drop every connection; may be called twice."""
        if self._server is not None:
            self._server.close()
            for session in tuple(self._desk.sessions):
                session.drop()
            await self._server.wait_closed()
            self._server = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Receive into a Maildir, or only count without one, until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="receiver", description="Receive mail over TLS into a Maildir.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--maildir", type=Path, help="where to keep the messages; counted only without it")
    parser.add_argument("--certificate", type=Path, required=True, help="PEM file")
    parser.add_argument("--key", type=Path, required=True, help="PEM file")
    options = parser.parse_args(arguments)
    sink: Sink = MaildirSink(options.maildir) if options.maildir else CountingSink()
    tls = server_context(certificate_file=str(options.certificate), key_file=str(options.key))
    asyncio.run(_serve(Receiver(sink=sink, tls=tls), host=options.host, port=options.port))
    return 0


async def _serve(receiver: Receiver, *, host: str, port: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    bound_host, bound_port = await receiver.start(host, port=port)
    sys.stdout.write(f"listening on {bound_host}:{bound_port}\n")
    sys.stdout.flush()
    await ended.wait()
    await receiver.stop()


if __name__ == "__main__":
    sys.exit(main())
