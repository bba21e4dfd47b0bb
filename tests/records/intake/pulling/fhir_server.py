"""A small FHIR server with bulk export over real HTTPS: it checks our signed statement, and misbehaves on demand."""

from __future__ import annotations

import json
import ssl
import threading
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bedside.kit.transport.certificates import issue, make_authority, write_identity

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"
EXPORT_AT = "2026-03-01T09:00:00Z"


@dataclass
class Behaviour:
    """What the server does; each list is used up from its front."""

    public_key: Any = None
    key_id: str = "k1"
    files: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    looks: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # statuses before it is ready
    kick_offs: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    sign_ins: list[int] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)  # sorts of which a file breaks off once
    wrong_counts: set[str] = field(default_factory=set)
    over_tokens: int = 0  # so many downloads are refused as if the token were over
    file_status: int = 200
    redirect: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    manifest: Any = None
    file_host: str = ""


class Server:
    """`seen`: (method, path with question, authorization) of each request."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        dates = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=1)}
        authority = make_authority(name="Maple Hospital", **dates)
        identity = issue(authority, names=[HOST], **dates)
        write_identity(identity, certificate_file=folder / "fhir.pem", key_file=folder / "fhir.key")
        self.ca_pem = authority.certificate_pem.decode()
        self.other_ca_pem = make_authority(name="Somebody", **dates).certificate_pem.decode()
        self.does = Behaviour()
        self.seen: list[tuple[str, str, str]] = []
        self.tokens: set[str] = set()
        self.statements: set[str] = set()
        self._http = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._http.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "fhir.pem", folder / "fhir.key")
        self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def asked(self, method: str, part: str) -> int:
        return sum(each[0] == method and part in each[1] for each in self.seen)

    def is_signed(self, statement: str) -> bool:
        """The whole check that RFC 7523 and SMART ask of a server."""
        head, claims, signature = (_decoded(part) for part in statement.split("."))
        told, said = json.loads(head), json.loads(claims)
        is_fresh = 0 < said["exp"] - time.time() <= 300 and said["jti"] not in self.statements
        self.statements.add(said["jti"])
        is_ours = said["iss"] == said["sub"] == "bedside" and said["aud"] == f"{self.url}/token"
        content = statement.rpartition(".")[0].encode()
        return (
            is_fresh
            and is_ours
            and told["kid"] == self.does.key_id
            and _verifies(self.does.public_key, told["alg"], signature, content)
        )


def _verifies(key: Any, algorithm: str, signature: bytes, content: bytes) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA384())
            return algorithm == "RS384"
        numbers = (int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big"))
        key.verify(encode_dss_signature(*numbers), content, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        return False
    return algorithm == "ES384" and len(signature) == 96


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:  # noqa: C901  one small method after the other
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Silence."""

        def _note(self) -> None:
            server.seen.append((self.command, self.path, self.headers.get("Authorization", "")))

        def _answer(self, status: int, body: Any = None, headers: dict[str, str] | None = None) -> None:
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                "Content-Length": str(len(content)),
                "Connection": "close",
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self._note()
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if server.does.sign_ins:
                self._answer(server.does.sign_ins.pop(0))
                return
            if form["grant_type"] != ["client_credentials"] or not server.is_signed(
                form["client_assertion"][0]
            ):
                self._answer(400, {"error": "invalid_client"})
                return
            token = f"t{len(server.tokens)}"
            server.tokens.add(token)
            self._answer(200, {"access_token": token, "token_type": "bearer", "expires_in": 300})

        def do_DELETE(self) -> None:
            self._note()
            self._answer(202)

        def do_GET(self) -> None:
            self._note()
            path = urlsplit(self.path).path
            if self.headers.get("Authorization", "").removeprefix("Bearer ") not in server.tokens:
                self._answer(401)
            elif path.endswith("$export"):
                self._kick_off()
            elif path == "/jobs/1":
                self._look()
            else:
                self._file(int(path.rpartition("/")[2]))

        def _kick_off(self) -> None:
            status, headers = server.does.kick_offs.pop(0) if server.does.kick_offs else (202, {})
            place = {"Content-Location": f"{server.url}/jobs/1"} if status == 202 else {}
            self._answer(status, headers={**place, **headers})

        def _look(self) -> None:
            if server.does.looks:
                status, headers = server.does.looks.pop(0)
                self._answer(status, headers=headers)
                return
            at = server.does.file_host or server.url
            output = [
                {
                    "type": sort,
                    "url": f"{at}/files/{number}",
                    "count": len(rows) + (sort in server.does.wrong_counts),
                }
                for number, (sort, rows) in enumerate(server.does.files)
            ]
            plain = {
                "transactionTime": EXPORT_AT,
                "requiresAccessToken": True,
                "output": output,
                "error": server.does.errors,
            }
            self._answer(200, server.does.manifest if server.does.manifest is not None else plain)

        def _file(self, number: int) -> None:
            if server.does.over_tokens:
                server.does.over_tokens -= 1
                self._answer(401)
                return
            if server.does.redirect:
                self._answer(302, headers={"Location": server.does.redirect})
                return
            if server.does.file_status != 200:
                self._answer(server.does.file_status)
                return
            sort, rows = server.does.files[number]
            content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            self.send_response(200)
            self.send_header("Content-Type", "application/fhir+ndjson")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            is_cut = sort in server.does.cut
            server.does.cut.discard(sort)
            self.wfile.write(content[: len(content) // 2] if is_cut else content)
            self.close_connection = True

    return Handler
