"""Header lines: encoded, folded, and impossible to break out of.

Promise: each function gives one complete header field that ends in CRLF; every line is at most 998 octets
(78 wherever there is a blank to fold at, 76 where it holds encoded words); inside are only single
blanks, no tabs, and no control characters, whatever was passed in. Unfolding is therefore the replacement
of CRLF-blank by a blank, which is what the DKIM signer relies on.
Source: RFC 5322 section 2.1.1 and 2.2.3, RFC 2047, RFC 6532; rows EML-01, EML-03, EML-06.
"""

import re
from binascii import b2a_base64

from bedside.kit.mail.addresses import EmailAddress
from bedside.kit.mail.errors import InvalidHeader

LINE_WISHED = 78
LINE_MAX = 998
ENCODED_LINE_MAX = 76
ENCODED_WORD_MAX = 75

_WORD_FRAME = len("=?utf-8?B?") + len("?=")
_UTF8_MASK, _UTF8_CONTINUES = 0xC0, 0x80
_NOT_ONE_LINE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")  # leaves room for an encoded word on the same line
_PRINTABLE_ASCII = re.compile(r"[!-~]+(?: [!-~]+)*")

# What the package itself writes, what a relay adds, and what would change who gets or made the message.
_RESERVED = frozenset(
    {
        "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "return-path",
        "received", "dkim-signature", "authentication-results", "mime-version", "auto-submitted", "precedence",
        "list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id", "organization",
        "delivered-to", "domainkey-signature", "return-receipt-to", "disposition-notification-to",
    }
)  # fmt: skip
_RESERVED_PREFIXES = ("content-", "resent-", "arc-", "received-")


def one_line(text: str) -> str:
    """Collapse blanks, line breaks and control characters, in runs, to single blanks; trim the ends.

    Example:
        >>> one_line("Hello\\r\\nBcc: everyone@example.org ")
        'Hello Bcc: everyone@example.org'
    """
    return _NOT_ONE_LINE.sub(" ", text).strip(" ")


def text_header(name: str, text: str) -> bytes:
    """Write free text, such as a subject, in RFC 2047 encoded words where it is not short plain ASCII."""
    line = one_line(text)
    # “=?” would be read as the start of an encoded word. Some readers keep the blank of a line that is folded
    # right after the colon as part of the text, so a long first word is encoded too.
    if line.isascii() and "=?" not in line and len(name) + 2 + len(line.split(" ", 1)[0]) <= LINE_WISHED:
        folded = _folded(name, line)
        if folded is not None:
            return folded
    return f"{name}: ".encode() + _encoded_words(line, room=ENCODED_LINE_MAX - len(name) - 2) + b"\r\n"


def token_header(name: str, value: str) -> bytes:
    """Write a value that has a syntax of its own and must stay as it is: an id, a URL, a list of tokens.

    Raises: InvalidHeader if it is not printable ASCII with single blanks, or has no place to fold at.
    """
    if not _PRINTABLE_ASCII.fullmatch(value):
        raise InvalidHeader(name, "the value must be one line of plain ASCII text.")
    folded = _folded(name, value, word_max=LINE_MAX - 1)
    if folded is None:
        raise InvalidHeader(name, "the value is too long for one line.")
    return folded


def extra_header(name: str, value: str) -> bytes:
    """Write a header the caller made up; ASCII stays as it is, anything else becomes encoded words.

    Raises: InvalidHeader for a malformed name, or one this package or the relay answers for.
    """
    lowered = name.lower()
    if not _NAME.fullmatch(name):
        raise InvalidHeader("(malformed)", "a name has letters, digits and hyphens only.")
    if lowered in _RESERVED or lowered.startswith(_RESERVED_PREFIXES):
        raise InvalidHeader(name, "this one is written by the platform itself.")
    line = one_line(value)
    if not line:
        raise InvalidHeader(name, "the value is empty.")
    return token_header(name, line) if line.isascii() else text_header(name, line)


def address_header(name: str, address: EmailAddress, *, display_name: str | None) -> bytes:
    """Write one mailbox with an optional name before it; raw UTF-8 only in an SMTPUTF8 local part."""
    mailbox = address.wire.encode()
    phrase = _phrase(display_name, room=ENCODED_LINE_MAX - len(name) - 2) if display_name else b""
    if not phrase:
        return b"%b: %b\r\n" % (name.encode(), mailbox)
    last_line = len(phrase) - (phrase.rfind(b"\n") + 1)
    start = len(name) + 2 if last_line == len(phrase) else 0
    fits = start + last_line + len(mailbox) + 3 <= ENCODED_LINE_MAX
    return b"%b: %b%b<%b>\r\n" % (name.encode(), phrase, b" " if fits else b"\r\n ", mailbox)


def _phrase(display_name: str, *, room: int) -> bytes:
    line = one_line(display_name)
    if len(line) <= room and "=?" not in line:
        if _ATOMS.fullmatch(line):
            return line.encode()
        if line.isascii():
            quoted = line.replace("\\", "\\\\").replace('"', '\\"')
            if len(quoted) + 2 <= room:
                return b'"%b"' % quoted.encode() if line else b""
    return _encoded_words(line, room=room)


def _folded(name: str, line: str, *, word_max: int = LINE_WISHED - 1) -> bytes | None:
    """Fold plain ASCII at its blanks, or None if a word is longer than a line may be."""
    if len(name) + 2 + len(line) <= LINE_WISHED:
        return f"{name}: {line}".rstrip().encode() + b"\r\n"
    lines = [f"{name}:"]
    for word in line.split(" "):
        if len(word) > word_max:
            return None
        if len(lines[-1]) + 1 + len(word) <= LINE_WISHED or (
            # A word too long even for a line of its own stays beside the name: one odd line, not two.
            lines[-1] == f"{name}:" and LINE_WISHED <= len(word) <= LINE_MAX - len(name) - 2
        ):
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join([*lines, ""]).encode()


def _encoded_words(line: str, *, room: int) -> bytes:
    """Cut at whole characters, never inside one (RFC 2047 section 5), one word a line."""
    octets = line.encode()
    words = []
    start = 0
    while start < len(octets):
        end = min(start + (room - _WORD_FRAME) // 4 * 3, len(octets))
        while end < len(octets) and octets[end] & _UTF8_MASK == _UTF8_CONTINUES:
            end -= 1
        words.append(b"=?utf-8?B?%b?=" % b2a_base64(octets[start:end], newline=False))
        start = end
        room = ENCODED_WORD_MAX
    return b"\r\n ".join(words)
