"""Quoted-printable text that no later step has to touch.

Promise: every line is at most 76 characters and ends in CRLF; no line ends in a blank, holds a tab or two
blanks in a row, or begins with a dot or “From ”. So the text is its own relaxed DKIM canonical form
(RFC 6376 section 3.4.4), needs no dot-stuffing (RFC 5321 section 4.5.2), and survives mailbox files.
A boundary that contains `=_` can never occur in it.
"""

import re

LINE_OCTETS_MAX = 76  # RFC 2045 section 6.7 rule 5
SOFT_BREAK = b"=\r\n"

_NOT_LITERAL = re.compile(rb"[^ -<>-~]")
_ESCAPES = tuple(b"=%02X" % octet for octet in range(256))
_LINE_BREAK = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Turn every kind of line break into a newline, and every other control character into a blank.

    Never: passes a NUL, a bare CR or half a surrogate pair on; tabs are kept.
    """
    if text.isprintable():
        return text
    return _CONTROL.sub(" ", _LINE_BREAK.sub("\n", text))


def encode_quoted(text: str, *, soft_end: bool) -> bytes:
    """Encode clean text so that what follows starts on a fresh line.

    Takes: newlines as line breaks (from `clean_text`).
    Gives: whole lines, or nothing for the empty text. With `soft_end` a last line without a newline
    ends in a soft break; without it such a line gets a real one.
    """
    lines = text.split("\n")
    last = lines.pop()
    encoded = [_wrap(_escape_line(line, hard_end=True), hard_end=True) for line in lines]
    if last:
        encoded.append(_wrap(_escape_line(last, hard_end=not soft_end), hard_end=not soft_end))
    return b"".join(encoded)


def _escape_line(line: str, *, hard_end: bool) -> bytes:
    escaped = _NOT_LITERAL.sub(lambda match: _ESCAPES[match[0][0]], line.encode())
    # Every second blank of a run is enough, and a third smaller than escaping all but the first.
    escaped = escaped.replace(b"  ", b" =20")
    if hard_end and escaped.endswith(b" "):
        escaped = escaped[:-1] + b"=20"
    return escaped


def _wrap(line: bytes, *, hard_end: bool) -> bytes:
    room = LINE_OCTETS_MAX if hard_end else LINE_OCTETS_MAX - 1
    pieces = []
    line = _guard_start(line)
    while len(line) > room:
        cut = _cut(line)
        pieces.append(line[:cut] + SOFT_BREAK)
        line = _guard_start(line[cut:])
    pieces.append(line + (b"\r\n" if hard_end else SOFT_BREAK))
    return b"".join(pieces)


def _cut(line: bytes) -> int:
    """Give the last place before the limit that is not inside an escape such as `=C3`."""
    cut = LINE_OCTETS_MAX - 1
    equals = line.rfind(b"=", cut - 2, cut)
    return cut if equals < 0 else equals


def _guard_start(line: bytes) -> bytes:
    if line.startswith(b"."):
        return b"=2E" + line[1:]
    if line.startswith(b"From "):
        return b"=46" + line[1:]
    return line
