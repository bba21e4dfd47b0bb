"""The other side: strict about encryption and line ends, exact about contents."""

from __future__ import annotations

import asyncio
import email
import signal
import smtplib
import socket
import ssl
import stat
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.transport.behaviour import Behaviour
from bedside.kit.transport.incoming import COMMAND_BYTES_MAX, Incoming, Overlong
from bedside.kit.transport.receiver import MaildirSink, Receiver
from bedside.kit.transport.smtp import Outcome, Target
from tests.kit.transport.transport_world import (
    CONTENT,
    PATIENT,
    SENDER,
    SERVER_NAME,
    connected,
    message,
    receiving,
    run_all,
)

crlf_contents = st.lists(
    st.sampled_from([b".", b"..", b"a", b".b", b"", b"\x00\xff", b"\r.", b"\n."]), max_size=8
).map(lambda lines: b"".join(line + b"\r\n" for line in lines))


def stuffed(content: bytes) -> bytes:
    """As RFC 5321 section 4.5.2 says, line by line: the slow way, to compare with."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


def fed_in_pieces(incoming: Incoming, data: bytes, size: int) -> bytes | Overlong | None:
    for at in range(0, len(data), size):
        incoming.feed(memoryview(data)[at : at + size])
        if (content := incoming.next()) is not None:
            return content
    return None


@given(crlf_contents, st.integers(1, 40))
def test_gives_the_content_back_in_whatever_pieces_it_came(content, size):
    incoming = Incoming(content_bytes_max=10_000)
    incoming.expect_data()
    assert fed_in_pieces(incoming, stuffed(content), size) == content
    assert incoming.is_empty
    incoming.expect_chunk(len(content))
    if content:
        assert fed_in_pieces(incoming, content, size) == content


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r"])
def test_ends_a_content_only_at_the_one_end(end):
    incoming = Incoming(content_bytes_max=10_000)
    incoming.expect_data()
    incoming.feed(memoryview(b"a" + end + b"MAIL FROM:<x@evil.example>\r\n"))
    assert incoming.next() is None


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_throws_away_what_is_too_long_and_finds_its_end(size):
    incoming = Incoming(content_bytes_max=100)
    incoming.expect_data()
    assert fed_in_pieces(incoming, b"x" * 5000 + b"\r\n.\r\n", size) is Overlong.CONTENT
    incoming.expect_chunk(5000)
    assert fed_in_pieces(incoming, b"y" * 5000, size) is Overlong.CONTENT
    incoming.feed(memoryview(b"NOOP\r\n"))
    assert incoming.next() == b"NOOP"
    incoming.feed(memoryview(b"z" * COMMAND_BYTES_MAX))
    assert incoming.next() is Overlong.COMMAND


def in_clear(target: Target, *lines: bytes) -> list[bytes]:
    """Say the lines one by one, as somebody without TLS; the replies."""
    with socket.create_connection((target.host, target.port), timeout=5) as client:
        replies = [client.recv(4096)]
        for line in lines:
            client.sendall(line)
            replies.append(client.recv(4096))
    return replies


@pytest.mark.parametrize("line", [b"MAIL FROM:<a@b.example>\r\n", b"AUTH PLAIN AGEAYg==\r\n"])
def test_takes_nothing_before_tls(world, line):
    async def scene():
        async with receiving(world) as (sink, target):
            replies = await asyncio.to_thread(in_clear, target, b"EHLO x.example\r\n", line)
            assert replies[-1].startswith(b"530 5.7.0")
            assert sink.messages == 0

    asyncio.run(scene())


def test_drops_a_client_that_speaks_in_clear_behind_starttls(world):
    async def scene():
        async with receiving(world) as (_, target):
            return await asyncio.to_thread(everything_said, target, b"EHLO x\r\nSTARTTLS\r\nRSET\r\n")

    said = asyncio.run(scene())
    assert b"SIZE" in said
    assert b"2.0.0 Ok" not in said, "RSET was not obeyed"


def everything_said(target: Target, data: bytes) -> bytes:
    """Until the server ends the connection; a timeout if it does not."""
    said = b""
    with socket.create_connection((target.host, target.port), timeout=5) as client:
        client.sendall(data)
        try:
            while piece := client.recv(4096):
                said += piece
        except ConnectionResetError:
            pass
    return said


def test_refuses_what_is_out_of_order_or_too_large(world):
    def converse(target: Target) -> list[int]:
        with smtp_client(world, target) as client:
            codes = [
                client.docmd("DATA")[0],
                client.docmd("RCPT", "TO:<a@b.example>")[0],
                client.docmd("WHAT")[0],
            ]
            codes.append(client.docmd("MAIL", "FROM:<a@b.example> SIZE=2000")[0])
            codes.append(client.docmd("MAIL", "no address")[0])
            codes.append(client.mail("a@b.example")[0])
            codes.append(client.mail("a@b.example")[0])
            codes.append(client.docmd("RCPT", "TO:nobody")[0])
            codes.append(client.rcpt("b@home.example")[0])
            codes.append(client.data(b"x" * 2000)[0])
            codes.append(client.docmd("STARTTLS")[0])
            codes.append(client.docmd("EHLO", "y" * 3000)[0])
            return codes

    async def scene():
        async with receiving(world, Behaviour(size_bytes_max=1000)) as (sink, target):
            codes = await asyncio.to_thread(converse, target)
            assert sink.messages == 0
        assert codes == [554, 503, 500, 552, 501, 250, 503, 501, 250, 552, 503, 500]

    asyncio.run(scene())


def smtp_client(world, target: Target) -> smtplib.SMTP:
    """The standard library's client, told to verify."""
    client = smtplib.SMTP(local_hostname="other.example", timeout=5)
    client._host = SERVER_NAME
    client.connect(target.host, target.port)
    client.starttls(context=ssl.create_default_context(cafile=world.ca_file))
    client.ehlo()
    return client


def test_takes_mail_from_another_client_unchanged(world):
    content = b"Subject: a\r\n\r\n.dots\r\n..\r\n.\r\nend\r\n"

    def send(target: Target) -> None:
        with smtp_client(world, target) as client:
            client.sendmail(SENDER, [PATIENT, "b@home.example"], content)

    async def scene():
        async with receiving(world) as (sink, target):
            await asyncio.to_thread(send, target)
            return sink.kept

    kept = asyncio.run(scene())
    assert [(one[0], one[1], one[2]) for one in kept] == [
        (SENDER, PATIENT, content),
        (SENDER, "b@home.example", content),
    ]


def test_takes_a_content_in_several_chunks(world):
    def send(target: Target) -> list[int]:
        with smtp_client(world, target) as client:
            codes = [client.mail(SENDER)[0], client.rcpt(PATIENT)[0]]
            for chunk, last in ((b".\r\nfirst", ""), (b"", ""), (b" and last\r\n", " LAST")):
                client.send(b"BDAT %d%s\r\n" % (len(chunk), last.encode()) + chunk)
                codes.append(client.getreply()[0])
            client.send(b"BDAT 3 LAST\r\nabc")
            codes.append(client.getreply()[0])
            client.send(b"BDAT x\r\n")
            codes.append(client.getreply()[0])
            return codes

    async def scene():
        async with receiving(world) as (sink, target):
            assert await asyncio.to_thread(send, target) == [250, 250, 250, 250, 250, 554, 501]
            assert [one[2] for one in sink.kept] == [b".\r\nfirst and last\r\n"]

    asyncio.run(scene())


def test_refuses_for_now_what_its_sink_cannot_keep(world):
    class FullSink:
        def accept(self, *_message, **_more):
            raise OSError("no space left on device")

    async def scene():
        receiver = Receiver(sink=FullSink(), tls=world.server())
        host, port = await receiver.start("127.0.0.1", port=0)
        async with connected(world, Target(host=host, port=port, tls_name=SERVER_NAME)) as connection:
            results = await run_all(connection, [message(0), message(1)])
        await receiver.stop()
        await receiver.stop()
        assert results.words() == ["temporary", "temporary"]

    asyncio.run(scene())


def test_keeps_mail_in_a_maildir_for_its_owner_only(world, tmp_path):
    sink = MaildirSink(tmp_path / "mail")
    for number in range(3):
        sink.accept(SENDER, rcpt_to=f"p{number}@home.example", content=CONTENT, tls_version="TLSv1.3")
    found = sorted((tmp_path / "mail" / "new").iterdir())
    assert len(found) == 3
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    assert stat.S_IMODE((tmp_path / "mail" / "new").stat().st_mode) == 0o700
    read = email.message_from_bytes(found[0].read_bytes())
    assert read["Return-Path"] == f"<{SENDER}>"
    assert read["Subject"] == "Your visit"
    assert "TLSv1.3" in read["Received"]
    assert found[0].read_bytes().endswith(CONTENT)


@pytest.mark.processes
def test_runs_as_a_process_and_ends_in_order(world, tmp_path):
    certificate, key = world.files()
    command = [sys.executable, "-m", "bedside.kit.transport.receiver", "--port", "0"]
    command += ["--maildir", tmp_path / "mail", "--certificate", certificate, "--key", key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            words = process.stdout.readline().split()
            assert words[:2] == ["listening", "on"]
            host, _, port = words[2].rpartition(":")
            hand_off, lines, complaints = asyncio.run(send_then_end(world, host, int(port), process))
        finally:
            process.kill()
    assert hand_off.outcome is Outcome.ACCEPTED
    assert (process.returncode, lines, complaints) == (0, "", "")
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 1


async def send_then_end(world, host: str, port: int, process: subprocess.Popen[str]):
    """SIGTERM while a client is still connected."""
    async with connected(world, Target(host=host, port=port, tls_name=SERVER_NAME)) as connection:
        hand_off = await connection.send(message(to=PATIENT))
        process.send_signal(signal.SIGTERM)
        lines, complaints = await asyncio.to_thread(process.communicate, None, 5)
    return hand_off, lines, complaints
