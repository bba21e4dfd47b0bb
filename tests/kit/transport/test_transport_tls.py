"""Whatever the server or somebody on the way does, nothing leaves before verified TLS (TLS-02, CRY-01 to CRY-03)."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import socket
import ssl
import subprocess
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bedside.kit.transport.behaviour import Behaviour, Moment
from bedside.kit.transport.encryption import is_approved
from bedside.kit.transport.smtp import FailureKind, Target, connect
from tests.kit.transport.transport_world import (
    PATIENT,
    SENDER,
    SERVER_NAME,
    SHORT,
    connected,
    failure_of,
    message,
    receiving,
    scripted,
    tapped,
)


def old_server(world, **limits) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*world.files())
    context.set_ciphers("ALL:@SECLEVEL=0")
    for name, value in limits.items():
        with pytest.warns(DeprecationWarning, match="deprecated"):
            setattr(context, name, value)
    return context


BEHAVIOURS = [
    (Behaviour(offer_starttls=False), FailureKind.NO_STARTTLS, True),
    (Behaviour(refuse_starttls=True), FailureKind.TLS_REFUSED, False),
    (Behaviour(replaced=(Moment.STARTTLS, b"501 5.5.4 No\r\n")), FailureKind.TLS_REFUSED, True),
    (Behaviour(injected=b"250 2.0.0 Ok\r\n"), FailureKind.INJECTED, False),
    (Behaviour(injected=b"250-mx\r\n"), FailureKind.INJECTED, False),
    (Behaviour(injected=b"2"), FailureKind.INJECTED, False),
    (Behaviour(injected=b"\x00"), FailureKind.INJECTED, False),
    (Behaviour(close_at=Moment.STARTTLS), FailureKind.CLOSED, False),
    (Behaviour(stall_at=Moment.HANDSHAKE), FailureKind.TIMED_OUT, False),
    (Behaviour(stall_at=Moment.CONNECT), FailureKind.TIMED_OUT, False),
    (Behaviour(stall_at=Moment.EHLO), FailureKind.TIMED_OUT, False),
    (Behaviour(stall_at=Moment.STARTTLS), FailureKind.TIMED_OUT, False),
    (Behaviour(close_at=Moment.CONNECT), FailureKind.CLOSED, False),
    (Behaviour(endless_at=Moment.CONNECT), FailureKind.PROTOCOL_ERROR, False),
    (Behaviour(endless_at=Moment.EHLO), FailureKind.PROTOCOL_ERROR, False),
    (Behaviour(replaced=(Moment.CONNECT, b"SSH-2.0-OpenSSH_9\r\n")), FailureKind.PROTOCOL_ERROR, False),
    (Behaviour(replaced=(Moment.CONNECT, b"554 No mail here\r\n")), FailureKind.PROTOCOL_ERROR, True),
    (Behaviour(replaced=(Moment.CONNECT, b"421 Busy\r\n")), FailureKind.CLOSED, False),
    (Behaviour(replaced=(Moment.EHLO, b"502 What\r\n")), FailureKind.PROTOCOL_ERROR, True),
    (Behaviour(replaced=(Moment.EHLO, b"250 " + b"x" * 5000 + b"\r\n")), FailureKind.PROTOCOL_ERROR, False),
    (Behaviour(implicit_tls=True, stall_at=Moment.CONNECT), FailureKind.TIMED_OUT, False),
]


@pytest.mark.parametrize(("behaviour", "kind", "permanent"), BEHAVIOURS)
def test_refuses_a_server_that_evades_encryption(world, behaviour, kind, permanent):
    async def scene():
        async with receiving(world, behaviour) as (sink, target):
            failure = await failure_of(world, target)
        assert (failure.kind, failure.permanent) == (kind, permanent)
        assert failure.not_started
        assert sink.messages == 0

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("certificate", "kind"),
    [
        ("self-signed", FailureKind.CERTIFICATE_UNTRUSTED),
        ("unknown authority", FailureKind.CERTIFICATE_UNTRUSTED),
        ("expired", FailureKind.CERTIFICATE_EXPIRED),
        ("not yet valid", FailureKind.CERTIFICATE_EXPIRED),
        ("other name", FailureKind.CERTIFICATE_NAME),
        ("common name only", FailureKind.CERTIFICATE_NAME),
    ],
)
@pytest.mark.parametrize("implicit_tls", [False, True])
def test_refuses_a_certificate_that_does_not_prove_the_name(world, certificate, kind, implicit_tls):
    async def scene():
        async with receiving(world, Behaviour(implicit_tls=implicit_tls), certificate=certificate) as (
            _,
            target,
        ):
            failure = await failure_of(world, target)
        assert failure.kind is kind
        assert SERVER_NAME not in failure.sentence

    asyncio.run(scene())


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_refuses_tls_below_1_2_although_the_server_really_speaks_it(world, version):
    tls = old_server(world, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=version)

    async def scene():
        async with receiving(world, tls=tls) as (_, target):
            assert (await failure_of(world, target)).kind is FailureKind.TLS_FAILED
        async with receiving(world, Behaviour(implicit_tls=True), tls=tls) as (_, target):
            return await asyncio.to_thread(lax_handshake, target, version)

    assert asyncio.run(scene()) in {"TLSv1", "TLSv1.1"}


def lax_handshake(target: Target, version: ssl.TLSVersion) -> str | None:
    """The control: another client does get through to the old server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.minimum_version = version
    with socket.create_connection((target.host, target.port)) as plain, context.wrap_socket(plain) as sealed:
        return sealed.version()


@pytest.mark.parametrize("ciphers", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_refuses_ciphers_that_are_not_approved(world, ciphers):
    tls = world.server()
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers(ciphers)

    async def scene():
        async with receiving(world, tls=tls) as (_, target):
            assert (await failure_of(world, target)).kind is FailureKind.TLS_FAILED

    asyncio.run(scene())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_refuses_chacha20_although_tls_1_3_had_to_offer_it(world):
    certificate, key = world.files()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        "openssl",
        "s_server",
        "-accept",
        f"127.0.0.1:{port}",
        "-cert",
        certificate,
        "-key",
        key,
        "-quiet",
    ]
    command += ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        wait_until_open(port)
        target = Target(host="127.0.0.1", port=port, tls_name=SERVER_NAME, implicit_tls=True)
        failure = asyncio.run(failure_of(world, target))
    finally:
        server.kill()
        server.communicate()
    assert failure.kind is FailureKind.TLS_FAILED
    assert "not approved" in failure.sentence


def wait_until_open(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize(
    ("cipher", "approved"),
    [
        ("TLS_AES_256_GCM_SHA384", True),
        ("TLS_AES_128_CCM_SHA256", True),
        ("ECDHE-RSA-AES128-GCM-SHA256", True),
        ("DHE-RSA-AES256-CCM", True),
        ("TLS_CHACHA20_POLY1305_SHA256", False),
        ("TLS_AES_128_CCM_8_SHA256", False),
        ("AES128-GCM-SHA256", False),
        ("ECDHE-RSA-AES128-SHA256", False),
        ("ECDHE-ECDSA-AES128-CCM8", False),
        ("", False),
    ],
)
def test_approves_only_aead_aes_with_forward_secrecy(cipher, approved):
    assert is_approved(cipher) is approved


@pytest.mark.parametrize("weakness", ["unverified", "nameless", "old"])
def test_refuses_a_context_that_would_not_verify(world, weakness):
    tls = world.client()
    if weakness == "old":
        with pytest.warns(DeprecationWarning, match="deprecated"):
            tls.minimum_version = ssl.TLSVersion.TLSv1_1
    else:
        tls.check_hostname = False
        if weakness == "unverified":
            tls.verify_mode = ssl.CERT_NONE
    target = Target(host="127.0.0.1", port=9, tls_name=SERVER_NAME)
    with pytest.raises(ValueError, match="does not verify"):
        asyncio.run(connect(target, tls=tls, timeouts=SHORT, ehlo_name="a.example"))


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("implicit_tls", [False, True])
def test_keeps_evidence_of_the_encryption(world, version, implicit_tls):
    tls = world.server()
    if version == "TLSv1.2":
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
    certificate = x509.load_pem_x509_certificate(world.files()[0].read_bytes())

    async def scene():
        async with (
            receiving(world, Behaviour(implicit_tls=implicit_tls), tls=tls) as (sink, target),
            connected(world, target) as connection,
        ):
            hand_off = await connection.send(message())
            assert sink.kept[0][3] == version
            return hand_off.tls, target

    evidence, target = asyncio.run(scene())
    assert evidence.version == version
    assert is_approved(evidence.cipher)
    assert evidence.bits >= 128
    assert evidence.certificate_subject == f"CN={SERVER_NAME}"
    assert evidence.certificate_issuer == "CN=Test authority"
    der = certificate.public_bytes(Encoding.DER)
    assert evidence.fingerprint_sha256 == hashlib.sha256(der).hexdigest()
    assert evidence.not_after == certificate.not_valid_after_utc
    assert evidence.verified_name == SERVER_NAME
    assert evidence.peer == f"127.0.0.1:{target.port}"
    assert abs((evidence.verified_at - world.now).total_seconds()) < 3600


def test_cannot_connect_where_nobody_listens(world):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        target = Target(host="127.0.0.1", port=free.getsockname()[1], tls_name=SERVER_NAME)
        assert asyncio.run(failure_of(world, target)).kind is FailureKind.CONNECT_FAILED


def test_notices_when_somebody_strips_the_offer_of_encryption(world):
    def strip(data: bytes) -> bytes:
        return data.replace(b"STARTTLS", b"XSTARTXX")

    async def scene():
        async with receiving(world) as (_, target), tapped(target.port, alter=strip) as tap:
            stripped = Target(host="127.0.0.1", port=tap.port, tls_name=SERVER_NAME)
            assert (await failure_of(world, stripped)).kind is FailureKind.NO_STARTTLS

    asyncio.run(scene())


def test_notices_when_somebody_goes_on_in_clear_after_starttls(world):
    said = bytearray()

    async def script(reader, writer):
        writer.write(b"220 mx\r\n")
        for reply in (b"250-mx\r\n250 STARTTLS\r\n", b"220 Go\r\n", b"250 mx\r\n"):
            said.extend(await reader.read(4096))
            writer.write(reply)
        said.extend(await reader.read(4096))

    async def scene():
        async with scripted(script) as port:
            target = Target(host="127.0.0.1", port=port, tls_name=SERVER_NAME)
            assert (await failure_of(world, target)).kind is FailureKind.TLS_FAILED

    asyncio.run(scene())
    assert b"MAIL" not in said


def test_notices_bytes_injected_while_it_waits_for_the_reply(world):
    async def script(reader, writer):
        writer.write(b"220 mx\r\n")
        await reader.read(4096)
        writer.write(b"250-mx\r\n250 STARTTLS\r\n")
        await reader.read(4096)
        for piece in (b"220 G", b"o\r\n250 inj", b"ected\r\n"):
            writer.write(piece)
            await asyncio.sleep(0.02)

    async def scene():
        async with scripted(script) as port:
            target = Target(host="127.0.0.1", port=port, tls_name=SERVER_NAME)
            assert (await failure_of(world, target)).kind is FailureKind.INJECTED

    asyncio.run(scene())


def test_forgets_what_was_offered_in_clear(world):
    """AUTH offered by somebody in clear, and not by the server: no password is sent."""

    def tempt(data: bytes) -> bytes:
        return data.replace(b"250-STARTTLS", b"250-AUTH PLAIN\r\n250-STARTTLS")

    async def scene():
        async with receiving(world) as (_, target), tapped(target.port, alter=tempt) as tap:
            signing_in = Target(
                host="127.0.0.1",
                port=tap.port,
                tls_name=SERVER_NAME,
                username="maple",
                password="s3cret-words",
            )
            assert (await failure_of(world, signing_in)).kind is FailureKind.AUTH_FAILED
            assert b"AUTH" not in tap.sent

    asyncio.run(scene())


def test_no_personal_byte_is_seen_by_one_looking_on(world):
    async def scene():
        async with (
            receiving(world, Behaviour(auth=("PLAIN",)), accounts={"maple": "s3cret-words"}) as (
                sink,
                target,
            ),
            tapped(target.port) as tap,
        ):
            through = Target(
                host="127.0.0.1",
                port=tap.port,
                tls_name=SERVER_NAME,
                username="maple",
                password="s3cret-words",
            )
            async with connected(world, through) as connection:
                await connection.send(message(to=PATIENT))
            assert sink.messages == 1
            return bytes(tap.sent), bytes(tap.received)

    sent, received = asyncio.run(scene())
    clear, sealed = split_at_handshake(sent)
    assert clear == b"EHLO sender.maple.example\r\nSTARTTLS\r\n"
    assert_only_tls_records(sealed)
    for personal in (PATIENT, SENDER, "Ana", "Tuesday", "MAIL FROM", "Subject", "s3cret", "maple\0"):
        assert personal.encode() not in sealed
        assert personal.encode() not in received


def split_at_handshake(sent: bytes) -> tuple[bytes, bytes]:
    end = sent.index(b"STARTTLS\r\n") + len(b"STARTTLS\r\n")
    return sent[:end], sent[end:]


def assert_only_tls_records(sealed: bytes) -> None:
    """Types 20 to 23, version 3.x, whole records to the last byte; application data after the handshake."""
    at, kinds = 0, []
    while at < len(sealed):
        kind, major, length = sealed[at], sealed[at + 1], int.from_bytes(sealed[at + 3 : at + 5])
        assert kind in {20, 21, 22, 23}
        assert major == 3
        kinds.append(kind)
        at += 5 + length
    assert at == len(sealed)
    assert kinds[0] == 22
    assert 23 in kinds
