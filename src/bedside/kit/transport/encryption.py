"""TLS as this product accepts it, and the evidence that it was so.

Promise: contexts made here verify chain, name and dates and speak TLS 1.2 or later with forward secrecy and
AES-GCM or AES-CCM; `require_strict` refuses any other context before it is used.
Threats not covered: revocation, and certificate authorities that misbehave; pass a `ca_file` to narrow trust.
Source: NIST SP 800-52r2 sections 3.1, 3.3 and 4; RFC 8996; RFC 9325; COMPLIANCE CRY-01 to CRY-03, TLS-07.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509

from bedside.kit.transport.failures import FailureKind, TransportFailure

if TYPE_CHECKING:
    from datetime import datetime

# TLS 1.2 suites; those of TLS 1.3 cannot be narrowed from Python 3.11, so `evidence_of` checks the outcome.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+AESCCM:DHE+AESGCM:DHE+AESCCM:!AESCCM8:!aNULL:!PSK:!SRP:@SECLEVEL=2"
_VERSIONS: Final = frozenset({"TLSv1.2", "TLSv1.3"})

# X509_V_ERR_* numbers of OpenSSL (x509_vfy.h): stable since 1.1.0.
_OUT_OF_DATE: Final = frozenset({9, 10})
_WRONG_NAME: Final = frozenset({62, 64})


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsEvidence:
    """What protected a hand-off, for the per-recipient proof (TLS-07).

    `verified_name` is the name the certificate was checked for; `fingerprint_sha256` is over the DER
    certificate, in lower-case hex; `peer` is "address:port"; times are UTC.
    """

    version: str
    cipher: str
    bits: int
    certificate_subject: str
    certificate_issuer: str
    fingerprint_sha256: str
    not_after: datetime
    verified_name: str
    peer: str
    verified_at: datetime


def client_context(ca_file: str | None) -> ssl.SSLContext:
    """The one way to make a client context; make it once a process (400 microseconds), not per connection.

    `ca_file` holds the PEM authorities to trust in place of the machine's; None trusts the machine's.
    Raises OSError (ssl.SSLError among them) when the file cannot be read or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _narrow(context)
    context.hostname_checks_common_name = False  # RFC 9525: only subjectAltName names a server
    if ca_file is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        context.load_verify_locations(cafile=ca_file)
    return context


def server_context(*, certificate_file: str, key_file: str) -> ssl.SSLContext:
    """A context for a receiving server with the same floor: TLS 1.2, forward secrecy, AES."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _narrow(context)
    context.load_cert_chain(certificate_file, key_file)
    return context


def _narrow(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION


def require_strict(context: ssl.SSLContext) -> None:
    """Raises ValueError when the context would accept an unverified server or TLS below 1.2."""
    is_strict = (
        context.verify_mode is ssl.CERT_REQUIRED
        and context.check_hostname
        and context.minimum_version in {ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3}
    )
    if not is_strict:
        raise ValueError("the TLS context does not verify its peer, or allows TLS below 1.2")


def evidence_of(
    connection: ssl.SSLObject,
    *,
    verified_name: str,
    peer: str,
    verified_at: datetime,
) -> TlsEvidence:
    """Read the evidence off a finished, verified handshake.

    Raises TransportFailure (tls_failed) when what was agreed on is not approved: the server's choice counts,
    not what we offered.
    """
    cipher, version, bits = connection.cipher() or ("", "", 0)
    version = connection.version() or version
    certificate_der = connection.getpeercert(binary_form=True)
    if certificate_der is None or version not in _VERSIONS or not is_approved(cipher):
        raise TransportFailure(
            kind=FailureKind.TLS_FAILED,
            permanent=True,
            sentence="The server agreed only on encryption that is not approved; nothing was sent.",
        )
    certificate = x509.load_der_x509_certificate(certificate_der)
    return TlsEvidence(
        version=version,
        cipher=cipher,
        bits=bits,
        certificate_subject=certificate.subject.rfc4514_string(),
        certificate_issuer=certificate.issuer.rfc4514_string(),
        fingerprint_sha256=hashlib.sha256(certificate_der).hexdigest(),
        not_after=certificate.not_valid_after_utc,
        verified_name=verified_name,
        peer=peer,
        verified_at=verified_at,
    )


def is_approved(cipher: str) -> bool:
    """True for AES-GCM and AES-CCM with forward secrecy, by OpenSSL's name of the suite.

    >>> is_approved("TLS_AES_256_GCM_SHA384"), is_approved("TLS_CHACHA20_POLY1305_SHA256")
    (True, False)
    """
    if cipher.startswith("TLS_AES_"):
        return "CCM_8" not in cipher
    is_forward_secret = cipher.startswith(("ECDHE-", "DHE-"))
    return is_forward_secret and "AES" in cipher and ("-GCM-" in cipher or cipher.endswith("-CCM"))


def failure_of_handshake(error: BaseException) -> TransportFailure:
    """Say which of our conditions the server did not meet; the certificate's text is left out."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_failure(error.verify_code)
    return TransportFailure(
        kind=FailureKind.TLS_FAILED,
        permanent=False,
        sentence="The encrypted connection (TLS 1.2 or later) could not be set up; nothing was sent.",
    )


def _certificate_failure(verify_code: int) -> TransportFailure:
    if verify_code in _OUT_OF_DATE:
        kind, reason = FailureKind.CERTIFICATE_EXPIRED, "is expired or not yet valid"
    elif verify_code in _WRONG_NAME:
        kind, reason = FailureKind.CERTIFICATE_NAME, "is for another name"
    else:
        kind, reason = FailureKind.CERTIFICATE_UNTRUSTED, "is not from an authority trusted here"
    return TransportFailure(
        kind=kind,
        permanent=False,
        sentence=f"The server's certificate {reason}; nothing was sent.",
    )
