"""A receiving server that keeps nothing but when each recipient's message arrived: one line each, time and address."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from bedside.kit.transport.encryption import server_context
from bedside.kit.transport.receiver import Receiver


class Witness:
    """Writes each line through at once, before the message is acknowledged."""

    def __init__(self, path: Path) -> None:
        self._lines = path.open("a", buffering=1)

    def accept(self, mail_from: str, *, rcpt_to: str, content: bytes, tls_version: str) -> None:
        del mail_from, content, tls_version
        self._lines.write(f"{time.time():.6f} {rcpt_to}\n")


async def main(path: str, certificate: str, key: str) -> None:
    tls = server_context(certificate_file=certificate, key_file=key)
    receiver = Receiver(sink=Witness(Path(path)), tls=tls)
    host, port = await receiver.start("127.0.0.1", port=0)
    print(f"listening on {host}:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    path, _, certificate, _, key = sys.argv[1:]
    asyncio.run(main(path, certificate, key))
