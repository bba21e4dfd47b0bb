"""A long stream sealed in chunks, so that neither side ever holds the whole, in memory or in clear on a disk.

Promise: a stream that was changed, cut off, lengthened, put together from two, or whose chunks were reordered does
not open; nothing of a chunk is given out before all of that chunk was found sound. Not covered: the length.
Key handling: one key per stream, derived from the installation key and the stream's id, so that numbers may serve as
nonces (STREAM, Hoang, Reyhanitabar, Rogaway, Vizar 2015; NIST SP 800-38D section 8.2.1).
Compatibility pledge: `MAGIC | id, 16 | (length, 4, big-endian | ciphertext and tag)*`. The nonce of a chunk is its
number in 11 bytes, then 1 for the last chunk and 0 for all others; the associated data is MAGIC, the id and the
stream's kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bedside.kit.sealing import Sealer

MAGIC = b"bedside-backup-1\n"
ID_BYTES = 16
CHUNK_BYTES = 1024 * 1024
_LENGTH_BYTES = 4
_TAG_BYTES = 16


class BadStream(Exception):
    """Not a sealed stream of this installation, or not as it was written: changed, cut off, or reordered."""


@dataclass(slots=True, kw_only=True)
class StreamWriter:
    """Seals what is written into `target`. Without `close` the stream has no end and never opens as whole."""

    target: IO[bytes]
    cipher: AESGCM
    associated: bytes
    _waiting: bytearray = field(default_factory=bytearray)
    _number: int = 0

    def write(self, content: bytes | memoryview) -> None:
        self._waiting += content
        # One chunk stays back: only the end knows which is the last.
        while len(self._waiting) > CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        sealed = self.cipher.encrypt(_nonce(self._number, last=last), plain, self.associated)
        self.target.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1


def sealing(target: IO[bytes], *, key: Sealer, stream_id: bytes, kind: str) -> StreamWriter:
    """Begins a stream. `stream_id` is 16 bytes that no other stream of this installation has."""
    target.write(MAGIC + stream_id)
    return StreamWriter(
        target=target, cipher=_cipher(key, stream_id, kind), associated=_associated(stream_id, kind)
    )


def opened(source: IO[bytes], *, key: Sealer, kind: str, expect: Callable[[bytes], bool]) -> Iterator[bytes]:
    """The plain chunks in order. `expect` says whether the stream's id is the wanted one.

    Raises BadStream, at the latest before it ends: whoever stops reading early has not checked what follows.
    """
    head = _exactly(source, len(MAGIC) + ID_BYTES)
    stream_id = head[len(MAGIC) :]
    if not head.startswith(MAGIC) or not expect(stream_id):
        raise BadStream("not the stream that was asked for")
    cipher, associated = _cipher(key, stream_id, kind), _associated(stream_id, kind)
    number, ended = 0, False
    while not ended:
        length = int.from_bytes(_exactly(source, _LENGTH_BYTES), "big")
        if not _TAG_BYTES <= length <= CHUNK_BYTES + _TAG_BYTES:
            raise BadStream("a chunk of an impossible length")
        plain, ended = _open(cipher, _exactly(source, length), number, associated)
        yield plain
        number += 1
    if source.read(1):
        raise BadStream("something follows the end")


def _open(cipher: AESGCM, sealed: bytes, number: int, associated: bytes) -> tuple[bytes, bool]:
    for last in (False, True):
        try:
            return cipher.decrypt(_nonce(number, last=last), sealed, associated), last
        except InvalidTag:
            continue
    raise BadStream("a chunk was changed, moved, or sealed under another key")


def _exactly(source: IO[bytes], count: int) -> bytes:
    found = source.read(count)
    if len(found) != count:
        raise BadStream("cut off")
    return found


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(key: Sealer, stream_id: bytes, kind: str) -> AESGCM:
    return AESGCM(key.derive(f"backup {kind} {stream_id.hex()}"))


def _associated(stream_id: bytes, kind: str) -> bytes:
    return MAGIC + stream_id + kind.encode()
