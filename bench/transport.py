"""SMTP over TLS: our client against the standard library's, both to our receiver in a process of its own.

The CPU is the client's alone (getrusage); messages/s includes the receiver, which shares the machine's cores.
Read the ratio: machines drift, and both sides are measured in turn within the same run.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.kit.transport.certificates import issue, make_authority, write_identity
from bedside.kit.transport.smtp import (
    HandOff,
    Outcome,
    Outgoing,
    SmtpConnection,
    Target,
    Timeouts,
    TransportFailure,
    client_context,
    connect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "transport"
ABOUT = "30 KB messages over verified TLS: messages/s and client CPU, against smtplib"

SERVER_NAME = "mx.example.org"
LINE = b'<p style=3D"margin:0">Please bring your insurance card to the visit. Thank=\r\n'
CONTENT = b"Subject: Your visit\r\nMIME-Version: 1.0\r\n\r\n" + LINE * (30_000 // len(LINE))
ROUNDS = 5


def run(*, quick: bool) -> dict[str, object]:
    """Medians of several rounds; `quick` takes about ten seconds."""
    ours, theirs = (2_000, 300) if quick else (20_000, 3_000)
    with _receiver() as (port, ca_file):
        own: list[tuple[float, float]] = []
        standard: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            own.append(_measured(lambda: asyncio.run(_send_ours(port, ca_file, ours)), ours))
            standard.append(_measured(lambda: _send_theirs(port, ca_file, theirs), theirs))
        connections = _measured(lambda: asyncio.run(_open_and_close(port, ca_file, 50)), 50)
    own_rate, own_cpu = (round(statistics.median(column), 1) for column in zip(*own, strict=True))
    rate, cpu = (round(statistics.median(column), 1) for column in zip(*standard, strict=True))
    return {
        "content_bytes": len(CONTENT),
        "messages_per_s": own_rate,
        "client_cpu_us_per_message": own_cpu,
        "smtplib_messages_per_s": rate,
        "smtplib_client_cpu_us_per_message": cpu,
        "times_less_cpu_than_smtplib": round(cpu / own_cpu, 1),
        "client_cpu_us_per_connection": round(connections[1], 1),
    }


@contextlib.contextmanager
def _receiver() -> Iterator[tuple[int, str]]:
    with tempfile.TemporaryDirectory() as folder:
        ca_file = _write_certificates(Path(folder))
        command = [sys.executable, "-m", "bedside.kit.transport.receiver"]
        command += ["--certificate", f"{folder}/server.pem", "--key", f"{folder}/server.key"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield int(process.stdout.readline().rpartition(":")[2]), ca_file
            finally:
                process.terminate()


def _write_certificates(folder: Path) -> str:
    now = datetime.now(tz=UTC)
    span = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=1)}
    authority = make_authority(name="Benchmark authority", **span)
    server = issue(authority, names=[SERVER_NAME], **span)
    write_identity(server, certificate_file=folder / "server.pem", key_file=folder / "server.key")
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(authority.certificate_pem)
    return str(ca_file)


def _measured(work: Callable[[], None], messages: int) -> tuple[float, float]:
    """Messages/s, and CPU microseconds a message, of this process alone."""
    started, used = time.perf_counter(), _cpu_s()
    work()
    return messages / (time.perf_counter() - started), (_cpu_s() - used) / messages * 1e6


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def _connect(port: int, tls: ssl.SSLContext) -> SmtpConnection:
    target = Target(host="127.0.0.1", port=port, tls_name=SERVER_NAME)
    return await connect(target, tls=tls, timeouts=Timeouts(), ehlo_name="sender.example")


async def _send_ours(port: int, ca_file: str, messages: int) -> None:
    connection = await _connect(port, client_context(ca_file))
    numbers = iter(range(messages))
    accepted = 0

    def next_message() -> Outgoing | None:
        number = next(numbers, None)
        if number is None:
            return None
        return Outgoing(
            mail_from="news@practice.example", rcpt_to=f"person{number}@example.org", content=CONTENT
        )

    def on_result(_message: Outgoing, result: HandOff | TransportFailure) -> None:
        nonlocal accepted
        accepted += isinstance(result, HandOff) and result.outcome is Outcome.ACCEPTED

    await connection.run(next_message, on_result)
    await connection.close()
    assert accepted == messages


async def _open_and_close(port: int, ca_file: str, times: int) -> None:
    tls = client_context(ca_file)
    for _ in range(times):
        await (await _connect(port, tls)).close()


def _send_theirs(port: int, ca_file: str, messages: int) -> None:
    """With TCP_NODELAY, which smtplib lacks: without it Nagle's algorithm allows 21 messages/s."""
    tls = ssl.create_default_context(cafile=ca_file)
    with smtplib.SMTP(local_hostname="sender.example") as client:
        client._host = SERVER_NAME  # type: ignore[attr-defined]  # noqa: SLF001  the name to verify
        client.connect("127.0.0.1", port)
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.starttls(context=tls)
        for number in range(messages):
            client.sendmail("news@practice.example", f"person{number}@example.org", CONTENT)


if __name__ == "__main__":
    for key, value in run(quick="--full" not in sys.argv).items():
        print(f"{key:40} {value}")
