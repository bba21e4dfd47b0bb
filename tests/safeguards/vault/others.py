"""The other side of the root providers, as servers on this machine: AWS KMS (moto), Vault transit (OpenBao)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

AWS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "an-invented-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
BAO_TOKEN = "the-root-token-of-a-development-server"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def kms_server() -> Iterator[Any]:
    """moto, which answers as AWS KMS does, over HTTP. Gives its server; `_ip_address` and `_port` say where."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def bao() -> str | None:
    """The program of a real OpenBao, or of HashiCorp Vault, if this machine has one."""
    return shutil.which("bao") or shutil.which("vault")


@contextmanager
def bao_server() -> Iterator[str]:
    """A development server with the transit engine and the keys `bedside` and `other`. Gives its address."""
    program, port = bao(), free_port()
    assert program is not None
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [program, "server", "-dev", f"-dev-root-token-id={BAO_TOKEN}", f"-dev-listen-address=127.0.0.1:{port}",
         "-dev-no-store-token"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until_it_answers(address)
        _post(address, "sys/mounts/transit", b'{"type": "transit"}')
        for name in ("bedside", "other"):
            _post(address, f"transit/keys/{name}", b'{"type": "aes256-gcm96"}')
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _until_it_answers(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/v1/sys/health", timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the development server does not answer")


def _post(address: str, path: str, body: bytes) -> None:
    request = urllib.request.Request(
        f"{address}/v1/{path}", data=body, headers={"X-Vault-Token": BAO_TOKEN}, method="POST"
    )
    urllib.request.urlopen(request, timeout=10).close()
