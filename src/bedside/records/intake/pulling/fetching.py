"""HTTPS to the hosts that an administrator named, and nowhere else.

Promise: only https; each address, also of a redirect, must be of an allowed host; a host must not lead into a private
network unless it was allowed to; the address that was checked is the one connected to, so that a name cannot change in
between; certificates verify; nothing unbounded is read, nor for an unbounded time; a token goes to the host it is for
and to no other.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urljoin, urlsplit

from bedside.ground.public_addresses import is_public
from bedside.records.intake.pulling.problems import Problem, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024
PIECE_BYTES: Final = 256 * 1024
CONNECT_S: Final = 20.0
READ_S: Final = 120.0
# All of one answer, with redirects. Without this a server that sends a byte a minute would hold a worker for ever.
ASK_S: Final = 300.0
# A download gets as long at first, then as its bytes come in: a slow line is no fault, one that trickles is cut off.
SLOWEST_BYTES_PER_S: Final = 64 * 1024
DOWNLOAD_S: Final = 24 * 3600.0
REDIRECTS_MAX: Final = 3
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_PORT: Final = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a pull may go. Host and port of `fhir_url` get our token; `ca_pem` replaces the system's authorities."""

    hosts: frozenset[str]
    private_hosts: frozenset[str] = frozenset()
    fhir_url: str = ""
    ca_pem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(slots=True, kw_only=True)
class _Limit:
    """When an answer has to be there, by the clock that never goes back; bytes that came move it, up to `last_at`."""

    ends_at: float
    last_at: float

    def left(self) -> float:
        """Raises TimeoutError."""
        if (left := self.ends_at - time.monotonic()) <= 0:
            raise TimeoutError
        return left

    def came(self, size: int) -> None:
        self.ends_at = min(self.ends_at + size / SLOWEST_BYTES_PER_S, self.last_at)


class _Timed(ssl.SSLSocket):
    """One that keeps the limit of a whole answer, besides that of each wait."""

    limit: _Limit

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(min(self.limit.left(), READ_S))
        size = super().recv_into(*args, **kwargs)
        self.limit.came(size)
        return size


class Fetcher:
    """Asks one server. Not for several threads at once."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._tls = ssl.create_default_context(cadata=reach.ca_pem or None)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._tls.sslsocket_class = _Timed

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        token: str = "",
    ) -> Reply:
        """One answer, at most ANSWER_BYTES_MAX in ASK_S. Redirects are followed for GET alone. Raises Stopped."""
        ends_at = time.monotonic() + ASK_S
        limit = _Limit(ends_at=ends_at, last_at=ends_at)
        with self._open(url, method, headers or {}, body, token, limit=limit) as answer:
            with _told():
                content = answer.read(ANSWER_BYTES_MAX + 1)
            if len(content) > ANSWER_BYTES_MAX:
                raise Stopped(Problem.ANSWER)
            return Reply(status=answer.status, headers=_headers(answer), body=content)

    @contextmanager
    def stream(
        self, url: str, *, headers: Mapping[str, str], token: str
    ) -> Iterator[tuple[Reply, Iterator[bytes]]]:
        """An answer without its body, and the body piece by piece. Raises Stopped, also from the pieces."""
        now = time.monotonic()
        limit = _Limit(ends_at=now + ASK_S, last_at=now + DOWNLOAD_S)
        with self._open(url, "GET", headers, b"", token, limit=limit) as answer:
            yield Reply(status=answer.status, headers=_headers(answer)), _pieces(answer)

    @contextmanager
    def _open(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes, token: str, *, limit: _Limit
    ) -> Iterator[http.client.HTTPResponse]:
        for _ in range(REDIRECTS_MAX + 1):
            connection = self._connect(url, limit=limit)
            try:
                with _told():
                    self._send(connection, url, method, headers, body, token)
                    answer = connection.getresponse()
                with closing(answer):  # it keeps the line open by itself
                    if method != "GET" or answer.status not in _REDIRECTS:
                        yield answer
                        return
                    url = urljoin(url, answer.headers.get("Location", ""))
            finally:
                connection.close()
        raise Stopped(Problem.ANSWER)

    def _send(
        self,
        connection: http.client.HTTPSConnection,
        url: str,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        token: str,
    ) -> None:
        parts = urlsplit(url)
        is_at_home = bool(token) and checked(url, reach=self._reach) == checked(
            self._reach.fhir_url, reach=self._reach
        )
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        own = {"User-Agent": "Bedside", "Connection": "close", **headers}
        if is_at_home:
            own["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body=body or None, headers=own)

    def _connect(self, url: str, *, limit: _Limit) -> http.client.HTTPSConnection:
        host, port = checked(url, reach=self._reach)
        connection = http.client.HTTPSConnection(host, port, timeout=READ_S, context=self._tls)
        with _told():
            plain = socket.create_connection((self._address(host, port), port), timeout=CONNECT_S)
            try:
                timed = cast("_Timed", self._tls.wrap_socket(plain, server_hostname=host))
            except BaseException:
                plain.close()
                raise
            timed.limit, connection.sock = limit, timed
        return connection

    def _address(self, host: str, port: int) -> str:
        """The first of the host's addresses; all of them must be public, unless the host may be private."""
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if host not in self._reach.private_hosts and not all(map(is_public, found)):
            raise Stopped(Problem.PRIVATE_ADDRESS)
        return found[0]


def checked(url: str, *, reach: Reach) -> tuple[str, int]:
    """Host and port of an address that may be asked. Raises Stopped."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT
    except ValueError:
        raise Stopped(Problem.ADDRESS) from None
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or not is_plain:
        raise Stopped(Problem.ADDRESS)
    if parts.hostname not in reach.hosts:
        raise Stopped(Problem.FOREIGN_HOST)
    return parts.hostname, port


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong on the way, in our terms."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Stopped(Problem.CERTIFICATE) from error
    except http.client.IncompleteRead as error:
        raise Stopped(Problem.TRUNCATED) from error
    except (http.client.HTTPException, ValueError) as error:
        raise Stopped(Problem.ANSWER) from error
    except OSError as error:  # also time-outs, TLS, and names that lead nowhere
        raise Stopped(Problem.UNREACHABLE) from error


def _headers(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    with _told():
        left = answer.length  # None where the server does not say, as with chunks, whose end is marked
        while piece := answer.read(PIECE_BYTES):
            left = None if left is None else left - len(piece)
            yield piece
        if left:
            raise Stopped(Problem.TRUNCATED)
