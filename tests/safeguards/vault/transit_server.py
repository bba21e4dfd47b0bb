"""A small server that speaks what is documented of HashiCorp Vault's transit engine: encrypt and decrypt, API v1.

Key type aes256-gcm96, with associated data. It stands in where no Vault or OpenBao is on this machine.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "a-token-of-the-tests"


class TransitServer(ThreadingHTTPServer):
    """`sealed` makes it answer 503, as a Vault that was restarted and not unsealed yet."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.keys = {name: AESGCM(os.urandom(32)) for name in ("bedside", "other")}
        self.sealed = False
        self.withheld = b""  # what is bound to a place with these bytes in it is not opened
        self.asked_in_vain = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: TransitServer

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(*self._outcome(asked))

    def do_PUT(self) -> None:
        self.do_POST()

    def _outcome(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.server.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if self.headers.get("X-Vault-Token") != TOKEN:
            return 403, {"errors": ["permission denied"]}
        *_, verb, name = self.path.split("/")
        if name not in self.server.keys:
            return 400, {"errors": ["encryption key not found"]}
        bound = base64.b64decode(asked.get("associated_data", ""))
        if self.server.withheld and self.server.withheld in bound:
            self.server.asked_in_vain += 1
            return 503, {"errors": ["Vault is sealed"]}
        if verb == "encrypt":
            return 200, {"data": {"ciphertext": self._encrypt(name, asked["plaintext"], bound)}}
        try:
            return 200, {"data": {"plaintext": self._decrypt(name, asked["ciphertext"], bound)}}
        except (InvalidTag, ValueError):
            return 400, {"errors": ["cipher: message authentication failed"]}

    def _encrypt(self, name: str, plaintext: str, bound: bytes) -> str:
        nonce = os.urandom(12)
        sealed = nonce + self.server.keys[name].encrypt(nonce, base64.b64decode(plaintext), bound)
        return f"vault:v1:{base64.b64encode(sealed).decode()}"

    def _decrypt(self, name: str, ciphertext: str, bound: bytes) -> str:
        raw = base64.b64decode(ciphertext.removeprefix("vault:v1:"), validate=True)
        return base64.b64encode(self.server.keys[name].decrypt(raw[:12], raw[12:], bound)).decode()

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def transit_server() -> Iterator[TransitServer]:
    with TransitServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
