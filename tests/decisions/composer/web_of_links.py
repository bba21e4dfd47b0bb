"""A small web over real HTTPS on this machine, some of whose pages work."""

from __future__ import annotations

import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from bedside.kit.transport.certificates import issue, make_authority, write_identity

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"


class Web:
    """`seen`: (method, path, headers in small letters) of each request."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        dates = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=1)}
        authority = make_authority(name="Maple Web", **dates)
        write_identity(
            issue(authority, names=[HOST], **dates),
            certificate_file=folder / "web.pem",
            key_file=folder / "web.key",
        )
        self.ca_pem = authority.certificate_pem.decode()
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self._http = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._http.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "web.pem", folder / "web.key")
        self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def asked(self, path: str) -> list[str]:
        return [method for method, seen, _ in self.seen if seen == path]


PAGES = {"/page": 200, "/gone": 404, "/away": 410, "/shut": 403, "/ill": 503, "/new": 200, "/page/": 200}
MOVES = {
    "/old": (301, "/new"),
    "/slash": (301, "/slash/"),
    "/today": (302, "/new"),
    "/round": (302, "/round"),
    "/out": (301, "http://elsewhere.example/"),
    "/inside": (302, "https://169.254.169.254/latest/"),
    "/tofile": (302, "file:///etc/passwd"),
    "/nowhere": (301, ""),
}


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:  # noqa: C901  one small method after the other
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Silence."""

        def _answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            web.seen.append((self.command, self.path, headers))
            if self.path == "/only-get":
                self._say(200 if self.command == "GET" else 405)
            elif self.path == "/picture.png":
                self._say(200, b"\x89PNG" + b"x" * 996, kind="image/png")
            elif self.path == "/endless.png":
                self._endless()
            elif self.path == "/trickle":
                self._trickle()
            elif self.path in MOVES:
                status, target = MOVES[self.path]
                self._say(status, location=target)
            else:
                self._say(
                    200 if self.path == "/slash/" else PAGES.get(self.path, 404), b"<html>", kind="text/html"
                )

        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def _say(
            self, status: int, body: bytes = b"", *, kind: str = "text/html", location: str = ""
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Set-Cookie", "who=you")
            if location:
                self.send_header("Location", location)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def _endless(self) -> None:
            self._say(200, kind="image/png")
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return

        def _trickle(self) -> None:
            try:
                for sign in b"HTTP/1.0 200 OK\r\n" + b"X-Slow: " + b"y" * 10_000:
                    self.wfile.write(bytes([sign]))
                    time.sleep(0.05)
            except OSError:
                return

    return Handler
