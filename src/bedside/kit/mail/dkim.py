"""DKIM signatures (RFC 6376), RSA and Ed25519 (RFC 8463), relaxed/relaxed.

Promise: a signature covers the whole body (never `l=`) and every header that says what the message is or
how to leave the list, and one absent copy more of each that must stay single, so that nobody can add a
second From or take List-Unsubscribe away (RFC 6376 section 8.15, RFC 8058 section 4; rows EML-07, EML-09).
Signing the same message with the same key at the same time gives the same bytes.
Keys: the private key is held by the caller; nothing here stores, logs or shows it. RSA below 2,048 bits is
refused (RFC 8301 section 3.2). Not covered: publishing the key, and changes by relays behind the signature.
"""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bedside.kit.mail.errors import MailError
from bedside.kit.mail.message import RenderedMessage

RSA_BITS_MIN = 2_048
RSA_BITS_MAX = 4_096

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

# Signed once more than they occur: a further one, or the first where none was, breaks the signature.
OVERSIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
)  # fmt: skip
# Signed as often as they occur (RFC 6376 section 5.4.1); mailing lists may add their own.
SIGNED_IF_PRESENT = (
    "Sender", "Cc", "In-Reply-To", "References", "Content-Transfer-Encoding", "List-Id", "List-Help",
    "List-Owner", "Feedback-ID", "CFBL-Address", "Auto-Submitted", "Precedence", "Organization",
)  # fmt: skip

_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_BLANK_RUN = re.compile(rb"[ \t]+")
_BLANKS_AT_LINE_END = re.compile(rb"[ \t]+\r\n")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BASE64_LINE = 72
_PKCS1 = padding.PKCS1v15()
_SHA256 = SHA256()


class DkimError(MailError):
    """A key or a message that cannot be signed; the sentence holds nothing of either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """One signing key and where its public half is published.

    `domain` and `selector` are lower-case ASCII (A-labels for international names).
    """

    domain: str
    selector: str
    private_key: PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if not _HOST_NAME.fullmatch(self.domain) or not _SELECTOR.fullmatch(self.selector):
            raise DkimError("Domain and selector must be lower-case ASCII names.")
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            if not RSA_BITS_MIN <= self.private_key.key_size <= RSA_BITS_MAX:
                raise DkimError("An RSA key for DKIM has 2,048 to 4,096 bits.")
        elif not isinstance(self.private_key, ed25519.Ed25519PrivateKey):
            raise DkimError("A DKIM key is RSA or Ed25519.")


def sign(rendered: RenderedMessage, keys: Sequence[DkimKey], at: datetime) -> bytes:
    """Give one DKIM-Signature header for each key, to be put directly before `rendered.content`.

    Takes: a message of this package, whose form makes canonicalisation a matter of unfolding.
    Raises: DkimError without a key, or if `at` has no zone.
    """
    lines = rendered.headers.replace(b"\r\n ", b" ").split(b"\r\n")
    lines.pop()
    fields = []
    for line in lines:
        name, _, value = line.partition(b":")
        fields.append((name.lower(), value[1:]))
    body_digest = sha256(memoryview(rendered.content)[rendered.header_size :]).digest()
    return _signatures(fields, body_digest, keys=keys, at=at)


def sign_any(content: bytes, keys: Sequence[DkimKey], at: datetime) -> bytes:
    """Do what `sign` does for any message with CRLF line ends, such as one taken in from another program.

    Raises: DkimError also for bare line ends, for a header that is none, or without exactly one From.
    """
    without_line_ends = content.replace(b"\r\n", b"")
    if b"\n" in without_line_ends or b"\r" in without_line_ends:
        raise DkimError("Only messages whose lines all end in CRLF can be signed.")
    head, _, body = (b"\r\n" + content).partition(b"\r\n\r\n")
    fields = relaxed_headers(head[2:] + b"\r\n")
    if [name for name, _ in fields].count(b"from") != 1:
        raise DkimError("Only messages with exactly one From header can be signed.")
    return _signatures(fields, sha256(relaxed_body(body)).digest(), keys=keys, at=at)


def relaxed_headers(head: bytes) -> list[tuple[bytes, bytes]]:
    """Give names and values of all header fields in relaxed form, in order (RFC 6376 section 3.4.2)."""
    fields = []
    for line in _FOLD.sub(b"", head).split(b"\r\n")[:-1]:
        name, colon, value = line.partition(b":")
        if not colon or not name.strip(b" \t"):
            raise DkimError("A line among the headers is not a header.")
        fields.append((name.rstrip(b" \t").lower(), _BLANK_RUN.sub(b" ", value).strip(b" ")))
    return fields


def relaxed_body(body: bytes) -> bytes:
    """Give the body in relaxed form (RFC 6376 section 3.4.4)."""
    if body and not body.endswith(b"\r\n"):
        body += b"\r\n"
    canonical = _BLANK_RUN.sub(b" ", _BLANKS_AT_LINE_END.sub(b"\r\n", body))
    while canonical.endswith(b"\r\n\r\n"):
        canonical = canonical[:-2]
    return b"" if canonical == b"\r\n" else canonical


def signing_input(signed: Sequence[tuple[bytes, bytes]], unsigned_header: bytes) -> bytes:
    """Join what a signature is computed over: the chosen fields, then its own header with an empty `b=`.

    Takes: `unsigned_header` in relaxed form, without a line end. Source: RFC 6376 section 3.7.
    """
    return b"".join([b"%b:%b\r\n" % pair for pair in signed]) + unsigned_header


def raw_signature(private_key: PrivateKey, signed_bytes: bytes) -> bytes:
    """Sign; Ed25519 signs the SHA-256 of the input, as RFC 8463 section 3 wants."""
    if isinstance(private_key, rsa.RSAPrivateKey):
        return private_key.sign(signed_bytes, _PKCS1, _SHA256)
    return private_key.sign(sha256(signed_bytes).digest())


def generate_rsa_key() -> rsa.RSAPrivateKey:
    """Make a new 2,048-bit key: what receivers all accept and one DNS record can hold (RFC 8301)."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS_MIN)


def generate_ed25519_key() -> ed25519.Ed25519PrivateKey:
    """Make a new Ed25519 key, for a second signature beside an RSA one; not all receivers know it."""
    return ed25519.Ed25519PrivateKey.generate()


def dns_record(key: DkimKey) -> tuple[str, str]:
    """Give name and text of the TXT record to publish (RFC 6376 section 3.6.1, RFC 8463 section 4).

    The text may be longer than the 255 octets of one DNS string; DNS tools split it, readers join it.
    """
    public_key = key.private_key.public_key()
    if isinstance(public_key, rsa.RSAPublicKey):
        kind, octets = "rsa", public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        kind, octets = "ed25519", public_key.public_bytes_raw()
    return f"{key.selector}._domainkey.{key.domain}", f"v=DKIM1; k={kind}; p={b64encode(octets).decode()}"


def _signatures(
    fields: list[tuple[bytes, bytes]], body_digest: bytes, *, keys: Sequence[DkimKey], at: datetime
) -> bytes:
    if not keys:
        raise DkimError("A signature needs a key.")
    if at.tzinfo is None:
        raise DkimError("The time of a signature must have a zone.")
    folded_names, indices = _selection(tuple([name for name, _ in fields]))
    signed = [fields[index] for index in indices]
    body_hash = b64encode(body_digest)
    time = int(at.timestamp())
    return b"".join([_header(key, signed, folded_names, body_hash, time) for key in keys])


def _header(
    key: DkimKey, signed: list[tuple[bytes, bytes]], folded_names: bytes, body_hash: bytes, time: int
) -> bytes:
    algorithm = "rsa-sha256" if isinstance(key.private_key, rsa.RSAPrivateKey) else "ed25519-sha256"
    start = (
        f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n"
        f" d={key.domain};\r\n s={key.selector}; t={time};\r\n h="
    ).encode()
    unsigned = b"%b%b;\r\n bh=%b;\r\n b=" % (start, folded_names, body_hash)
    canonical = b"dkim-signature:" + unsigned[len(b"DKIM-Signature: ") :].replace(b"\r\n ", b" ")
    signature = b64encode(raw_signature(key.private_key, signing_input(signed, canonical)))
    lines = [signature[start : start + _BASE64_LINE] for start in range(0, len(signature), _BASE64_LINE)]
    return unsigned + b"\r\n ".join(lines) + b"\r\n"


@lru_cache(maxsize=64)
def _selection(names: tuple[bytes, ...]) -> tuple[bytes, tuple[int, ...]]:
    """Choose what is signed: the folded `h=` list, and which fields in the order it gives.

    Of several with one name the last is taken first (RFC 6376 section 5.4.2).
    """
    present = Counter(names)
    listed: list[str] = []
    indices: list[int] = []
    for name in (*OVERSIGNED, *SIGNED_IF_PRESENT):
        key = name.lower().encode()
        listed += [name] * (present[key] + (name in OVERSIGNED))
        indices += [index for index in reversed(range(len(names))) if names[index] == key]
    return _fold_names(listed), tuple(indices)


def _fold_names(names: list[str]) -> bytes:
    lines = [names[0]]
    for name in names[1:]:
        if len(lines[-1]) + 1 + len(name) > _BASE64_LINE:
            lines[-1] += ":"
            lines.append(name)
        else:
            lines[-1] += f":{name}"
    return "\r\n ".join(lines).encode()
