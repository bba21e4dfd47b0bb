"""The receiving server's side of AUTH PLAIN and LOGIN (RFC 4954, RFC 4616).

Promise: passwords are compared in constant time and never repeated.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WELCOME: Final = b"235 2.7.0 Signed in"
_WRONG: Final = b"535 5.7.8 User name or password is wrong"
_UNKNOWN: Final = b"504 5.5.4 Mechanism not offered"
_ASK_NAME: Final = b"334 VXNlcm5hbWU6"
_ASK_PASSWORD: Final = b"334 UGFzc3dvcmQ6"


class SignIn:
    """One attempt, from the AUTH command to the verdict."""

    def __init__(self, accounts: Mapping[str, str], *, mechanisms: tuple[str, ...]) -> None:
        self._accounts = accounts
        self._mechanisms = mechanisms
        self._mechanism = ""
        self._username: str | None = None

    def answer(self, line: bytes) -> bytes:
        """The reply to the AUTH command or to a line after it; the attempt goes on only after 334."""
        if not self._mechanism:
            return self._begin(line.split())
        if self._mechanism == "PLAIN":
            return self._plain(_decoded(line))
        if self._username is None:
            self._username = _decoded(line)
            return _ASK_PASSWORD
        return self._verdict(self._username, password=_decoded(line))

    def _begin(self, words: list[bytes]) -> bytes:
        mechanism = words[1].decode("ascii", "replace").upper() if len(words) > 1 else ""
        if mechanism not in self._mechanisms:
            return _UNKNOWN
        self._mechanism = mechanism
        if mechanism == "LOGIN":
            return _ASK_NAME
        initial = words[2:]
        return self._plain(_decoded(initial[0])) if initial else b"334 "

    def _plain(self, text: str) -> bytes:
        parts = text.split("\0")
        return self._verdict(parts[1], password=parts[2]) if len(parts) == 3 else _WRONG  # noqa: PLR2004

    def _verdict(self, username: str, *, password: str) -> bytes:
        expected = self._accounts.get(username, "")
        is_right = hmac.compare_digest(expected.encode("utf-8"), password.encode("utf-8"))
        return _WELCOME if is_right and expected else _WRONG


def _decoded(line: bytes) -> str:
    try:
        return base64.b64decode(line, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
