"""A hospital's interface engine: connects over TLS, sends framed messages, reads the answers."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bedside.kit.clinical import Deframer, frame
from bedside.kit.transport.certificates import Identity, issue, make_authority, write_identity

if TYPE_CHECKING:
    from pathlib import Path

NAME = "hl7.maple.example"


@dataclass(frozen=True, slots=True)
class Papers:
    """Certificates in a folder: the server's, a hospital's, and a stranger's of the same authority."""

    folder: Path

    def file(self, name: str) -> Path:
        return self.folder / name

    @classmethod
    def make(cls, folder: Path) -> Papers:
        now = datetime.now(UTC)
        dates = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=1)}
        authority, other = make_authority(name="ca", **dates), make_authority(name="other", **dates)
        server = issue(authority, names=[NAME], **dates)
        write_identity(server, certificate_file=folder / "server.pem", key_file=folder / "server.key")
        for name, by in (("hospital", authority), ("stranger", authority), ("outsider", other)):
            made = _client(by, name, **dates)
            write_identity(made, certificate_file=folder / f"{name}.pem", key_file=folder / f"{name}.key")
        write_identity(authority, certificate_file=folder / "ca.pem", key_file=folder / "ca.key")
        return cls(folder)

    def client(self, name: str | None, *, at_most: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.file("ca.pem"))
        if name is not None:
            context.load_cert_chain(self.file(f"{name}.pem"), self.file(f"{name}.key"))
        if at_most is not None:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.maximum_version = at_most
        return context


def _client(authority: Identity, name: str, *, not_before: datetime, not_after: datetime) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    return Identity(certificate=builder.sign(authority.key, hashes.SHA256()), key=key)


class Engine:
    """One connection. `ask` sends one message and gives the answer; b"" when the server closed instead."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        try:
            self.wire = context.wrap_socket(plain, server_hostname=NAME)
        except BaseException:
            plain.close()
            raise
        self._deframer = Deframer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()

    def ask(self, message: bytes) -> bytes:
        self.wire.sendall(frame(message))
        return self.hear()

    def hear(self) -> bytes:
        while True:
            try:
                piece = self.wire.recv(65_536)
            except (ConnectionError, ssl.SSLError):
                return b""
            if not piece:
                return b""
            if found := self._deframer.feed(piece):
                assert len(found) == 1
                return found[0]


def code(answer: bytes) -> str:
    """MSA-1, with MSA-2."""
    msa = next(line for line in answer.decode().split("\r") if line.startswith("MSA"))
    return " ".join(msa.split("|")[1:3])
