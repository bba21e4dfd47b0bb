"""Asks whether an address of a message answers. Tells nothing to whom it asks but that somebody asks.

Promise: only https, also behind redirects; no name leads into a private network, and the address that was looked at
is the one connected to; certificates verify; no cookie, no sender, no body; nothing is read without end or for ever.
Never raises for what a server does.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urldefrag, urljoin, urlsplit

from bedside.decisions.composer.rules.outcomes import Outcome
from bedside.ground.public_addresses import is_public

USER_AGENT: Final = "Bedside link check (asks once whether a link in a newsletter works)"
REDIRECTS_MAX: Final = 5
WAIT_S: Final = 5.0
ASK_S: Final = 12.0  # for one link, with every redirect
PICTURE_BYTES_MAX: Final = 5_000_000
_PIECE_BYTES: Final = 64 * 1024
_PORT: Final = 443
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FOR_EVER: Final = frozenset({301, 308})
_GONE: Final = frozenset({404, 410})
_BROKEN: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """`status` is the last one of HTTP, 0 without an answer. `size_bytes`: of a picture, as far as it was read."""

    outcome: Outcome
    status: int = 0
    size_bytes: int | None = None


class _Stopped(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class _Timed(ssl.SSLSocket):
    """Keeps the time of the whole question, so that a server which trickles does not hold a worker."""

    ends_at: float = 0.0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        if (left := self.ends_at - time.monotonic()) <= 0:
            raise TimeoutError
        self.settimeout(min(left, WAIT_S))
        return super().recv_into(*args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """`own_hosts`: hosts that may be private; empty but in tests. `ca_pem` replaces the system's authorities.

    May be used by several threads at once.
    """

    own_hosts: frozenset[str] = frozenset()
    ca_pem: str = ""

    def ask(self, url: str, *, is_picture: bool) -> Answered:
        """A page is asked for its head, and anew in full if that is refused; a picture is read."""
        ends_at = time.monotonic() + ASK_S
        try:
            if is_picture:
                return self._follow(url, "GET", is_picture=True, ends_at=ends_at)
            found = self._follow(url, "HEAD", is_picture=False, ends_at=ends_at)
            if found.outcome in {Outcome.WORKS, Outcome.MOVED}:
                return found
            return self._follow(url, "GET", is_picture=False, ends_at=ends_at)
        except _Stopped as stopped:
            return Answered(outcome=stopped.outcome)
        except ssl.SSLCertVerificationError:
            return Answered(outcome=Outcome.CERTIFICATE)
        except (
            OSError,
            http.client.HTTPException,
            ValueError,
        ):  # also time-outs, and names that lead nowhere
            return Answered(outcome=Outcome.SILENT)

    def _follow(self, url: str, method: str, *, is_picture: bool, ends_at: float) -> Answered:
        asked, has_moved = url, False
        for _ in range(REDIRECTS_MAX + 1):
            connection = self._connect(asked, ends_at)
            try:
                parts = urlsplit(asked)
                path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
                headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Connection": "close"}
                connection.request(method, path, headers=headers)
                with closing(connection.getresponse()) as answer:  # it keeps the line open by itself
                    if answer.status not in _REDIRECTS:
                        moved = has_moved and _differs(url, asked)
                        return _judged(answer, has_moved=moved, is_picture=is_picture)
                    has_moved = has_moved or answer.status in _FOR_EVER
                    asked = urljoin(asked, answer.headers.get("Location", ""))
            finally:
                connection.close()
        return Answered(outcome=Outcome.BROKEN, status=answer.status)

    def _connect(self, url: str, ends_at: float) -> http.client.HTTPSConnection:
        host, port = _host_of(url)
        tls = ssl.create_default_context(cadata=self.ca_pem or None)
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        tls.sslsocket_class = _Timed
        left = min(ends_at - time.monotonic(), WAIT_S)
        if left <= 0:
            raise TimeoutError
        plain = socket.create_connection((self._address(host, port), port), timeout=left)
        try:
            timed = cast("_Timed", tls.wrap_socket(plain, server_hostname=host))
        except BaseException:
            plain.close()
            raise
        timed.ends_at = ends_at
        connection = http.client.HTTPSConnection(host, port, timeout=WAIT_S, context=tls)
        connection.sock = timed
        return connection

    def _address(self, host: str, port: int) -> str:
        """The first of the host's addresses; all of them must be public."""
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if host not in self.own_hosts and not all(map(is_public, found)):
            raise _Stopped(Outcome.INSIDE)
        return found[0]


def _host_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise _Stopped(Outcome.UNENCRYPTED)
    if (
        not parts.hostname
        or parts.username is not None
        or not (url.isascii() and url.isprintable())
        or " " in url
    ):
        raise _Stopped(Outcome.SILENT)
    return parts.hostname, parts.port or _PORT


def _judged(answer: http.client.HTTPResponse, *, has_moved: bool, is_picture: bool) -> Answered:
    status = answer.status
    if status in _GONE:
        return Answered(outcome=Outcome.GONE, status=status)
    if status >= _BROKEN:
        return Answered(outcome=Outcome.BROKEN, status=status)
    if not 200 <= status < 300:  # noqa: PLR2004  what HTTP calls success
        return Answered(outcome=Outcome.SHUT, status=status)
    if is_picture:
        return _judged_picture(answer)
    return Answered(outcome=Outcome.MOVED if has_moved else Outcome.WORKS, status=status)


def _judged_picture(answer: http.client.HTTPResponse) -> Answered:
    if not answer.headers.get("Content-Type", "").lower().startswith("image/"):
        return Answered(outcome=Outcome.NO_PICTURE, status=answer.status)
    size = 0
    while size <= PICTURE_BYTES_MAX and (piece := answer.read(_PIECE_BYTES)):
        size += len(piece)
    return Answered(outcome=Outcome.WORKS, status=answer.status, size_bytes=size)


def _differs(one: str, other: str) -> bool:
    """Whether two addresses are different places; “www.” and a slash at the end make none."""
    return _place(one) != _place(other)


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(urldefrag(url).url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query
