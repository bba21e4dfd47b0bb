"""SMTP replies from a server that is not trusted to be well-behaved.

Promise: bytes may arrive in any pieces and the same replies come out; a line, a reply and the number of
lines are bounded, so no server can fill the memory; anything that is not a reply ends the conversation.
Source: RFC 5321 section 4.2 (form), 4.5.3.1.5 (512 octets a line; 4096 allowed here, some servers say more),
RFC 2034 and RFC 3463 (enhanced status codes).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LINE_BYTES_MAX: Final = 4096
REPLY_LINES_MAX: Final = 128
REPLY_BYTES_MAX: Final = 65_536

_LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])([^\r\n\0]*))?")
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
_ADDRESS_LIKE = re.compile(r"<[^<>]*>|\S*(?:[@\uff20]|=40|%40)\S*", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_INSIDE_WORDS_MIN: Final = 3
REMOVED: Final = "[removed]"


class Reply(NamedTuple):
    """One whole reply. `text` has its lines joined by newlines, without codes; empty when there was none."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """Such as "2.1.5"; from the reply's class when the server gave none or one that contradicts it."""
        found = _ENHANCED.match(self.text)
        if found and int(found[1]) == self.code // 100:
            return found[0]
        return f"{self.code // 100}.0.0"


class BadReply(ValueError):
    """The bytes are not a reply, or exceed a bound; the message names the rule, never the bytes."""


class ReplyParser:
    """Cuts a stream of bytes into replies, strictly and in bounded memory."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[str] = []
        self._code = 0
        self._bytes_in_reply = 0

    @property
    def is_idle(self) -> bool:
        """True when every byte received so far belonged to a finished reply."""
        return not self._buffer and not self._lines

    def feed(self, received: bytes) -> list[Reply]:
        """Give the replies finished by these bytes, in order; often none.

        Raises BadReply; the parser must not be used afterwards.
        """
        buffer = self._buffer + received
        replies: list[Reply] = []
        start = 0
        while (end := buffer.find(b"\n", start)) >= 0:
            reply = self._take_line(buffer[start : end + 1])
            if reply is not None:
                replies.append(reply)
            start = end + 1
        self._buffer = buffer[start:]
        if len(self._buffer) > LINE_BYTES_MAX:
            raise BadReply("a reply line is too long")
        return replies

    def _take_line(self, line: bytes) -> Reply | None:
        if len(line) > LINE_BYTES_MAX:
            raise BadReply("a reply line is too long")
        found = _LINE.fullmatch(line, 0, len(line) - 2) if line.endswith(b"\r\n") else None
        if found is None:
            raise BadReply("a line is not an SMTP reply")
        code, separator, text = found.groups(b"")
        if not self._lines and separator != b"-":
            return Reply(int(code), text.decode("utf-8", "replace"))
        return self._add(int(code), text, is_last=separator != b"-")

    def _add(self, code: int, text: bytes, *, is_last: bool) -> Reply | None:
        """One line of a reply that has several."""
        if self._lines and code != self._code:
            raise BadReply("the lines of one reply differ in code")
        self._code = code
        self._lines.append(text.decode("utf-8", "replace"))
        self._bytes_in_reply += len(text)
        if len(self._lines) > REPLY_LINES_MAX or self._bytes_in_reply > REPLY_BYTES_MAX:
            raise BadReply("a reply is too long")
        if not is_last:
            return None
        reply = Reply(code, "\n".join(self._lines))
        self._lines = []
        self._bytes_in_reply = 0
        return reply


def without_addresses(text: str, *, secrets: tuple[str, ...]) -> str:
    """The text as one line, with everything that looks like an address, and every secret, replaced.

    `secrets` are whole addresses (both envelope addresses); their local parts are removed as well. Control
    and direction characters become "?", lines are joined by a space, so the text is fit for a log.
    Never promises more: a server that calls a person by another name is not caught.
    """
    cleaned = _ADDRESS_LIKE.sub(REMOVED, text)
    folded = cleaned.casefold()
    for secret in secrets:
        for part in (secret, secret.rpartition("@")[0]):
            if part and part.casefold() in folded:
                cleaned = _without(cleaned, part)
    return _UNPRINTABLE.sub("?", cleaned.replace("\n", " "))


def _without(text: str, part: str) -> str:
    pattern = re.escape(part)
    if len(part) < _INSIDE_WORDS_MIN:  # "me" is no secret inside "message"
        pattern = rf"(?<!\w){pattern}(?!\w)"
    return re.sub(pattern, REMOVED, text, flags=re.IGNORECASE)
