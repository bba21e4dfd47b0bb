"""Independent judges of what the package makes: the standard library, dkimpy, and plain rules."""

import base64
import re
import sys
import types
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, compat32, default
from email.utils import parseaddr

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bedside.kit.mail import DkimKey, dns_record


def parse(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part_text(message: EmailMessage, media_type: str) -> str:
    (part,) = [part for part in message.iter_parts() if part.get_content_type() == media_type]
    assert not part.defects
    return part.get_content().replace("\r\n", "\n")


def display_name(content: bytes, header: str) -> str:
    """The name before an address, by the older parser: the newer one of Python 3.11 puts blanks between
    adjacent encoded words of a phrase, against RFC 2047 section 6.2."""
    phrase, _ = parseaddr(re.sub(r"\r?\n", "", message_from_bytes(content, policy=compat32)[header]))
    return str(make_header(decode_header(phrase)))


def as_lines(value: str) -> str:
    """A value in text: every sort of line break is a newline, every other control a blank."""
    for line_break in ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"):
        value = value.replace(line_break, "\n")
    return "".join(" " if _is_control(character) else character for character in value)


def _is_control(character: str) -> bool:
    return character not in "\t\n" and (ord(character) < 32 or 127 <= ord(character) < 160)


def as_one_line(value: str) -> str:
    """A value in a header: runs of blanks, breaks and controls are one blank, none at the ends."""
    blanked = "".join(
        " "
        if ord(character) <= 32 or 127 <= ord(character) < 160 or character in "\u2028\u2029"
        else character
        for character in value
    )
    return " ".join(word for word in blanked.split(" ") if word)


def standard_message(*, subject: str, text: str, html: str) -> EmailMessage:
    """What the standard library builds and reads back from the same meaning."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return parse(message.as_bytes())


def assert_transportable(content: bytes) -> None:
    """CRLF only, short lines, nothing a relay would change (rows EML-01, EML-06)."""
    head, _, body = content.partition(b"\r\n\r\n")
    rest = content.replace(b"\r\n", b"")
    assert b"\r" not in rest
    assert b"\n" not in rest
    assert content.endswith(b"\r\n")
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))
        assert b"  " not in line
        assert b"\t" not in line
        assert line.isascii()
    for line in head.split(b"\r\n"):
        assert len(line) <= 998
        assert len(line) <= 78 or b" " not in line.lstrip(b" ").split(b": ", 1)[-1]
        assert b"\0" not in line
        assert line.strip(b" ")


def header_names(content: bytes) -> list[str]:
    head = content.partition(b"\r\n\r\n")[0]
    return [line.split(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")]


class _NaclVerifyKey:
    """What dkimpy asks of PyNaCl, answered by `cryptography`."""

    def __init__(self, key: bytes, encoder: object) -> None:  # noqa: ARG002
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, message: bytes, signature: bytes) -> bytes:
        try:
            self._key.verify(signature, message)
        except InvalidSignature as bad:
            raise _NaclBadSignature from bad
        return message


class _NaclBadSignature(Exception):
    pass


def _nacl() -> types.SimpleNamespace:
    return types.SimpleNamespace(
        signing=types.SimpleNamespace(VerifyKey=_NaclVerifyKey),
        encoding=types.SimpleNamespace(Base64Encoder=object()),
        exceptions=types.SimpleNamespace(ValueError=ValueError, BadSignatureError=_NaclBadSignature),
    )


if not hasattr(dkim, "nacl") and "nacl" not in sys.modules:
    dkim.nacl = _nacl()


def dkimpy_accepts(content: bytes, *keys: DkimKey) -> bool:
    """Whether dkimpy verifies every signature at the top, one for each key."""
    return dkimpy_accepts_records(content, dict(dns_record(key) for key in keys), signatures=len(keys))


def dkimpy_accepts_records(content: bytes, records: dict[str, str], *, signatures: int) -> bool:
    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        return records.get(name.decode().rstrip("."), "").encode() or None

    judge = dkim.DKIM(content, minkey=1024)
    assert len(re.findall(rb"(?m)^DKIM-Signature:", content)) == signatures
    try:
        return all(judge.verify(idx=index, dnsfunc=look_up) for index in range(signatures))
    except dkim.DKIMException:
        return False
