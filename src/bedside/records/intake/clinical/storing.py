"""Clinical files in sealed pieces: packed before they are sealed, for such text shrinks to a tenth."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import zstandard

from bedside.ground.errors import Refusal
from bedside.records.intake.models import Piece
from bedside.records.intake.pieces import PIECE_BYTES, PieceCount, read_piece
from bedside.records.intake.sealed import seal_piece
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from bedside.ground.scope import Scope

CLINICAL_BYTES_MAX = 32 * 1024 * 1024 * 1024
TOO_LARGE = "The file is larger than 32 GB. Split it, and import the parts."
_FEED_BYTES = 65_536
_PACKING = zstandard.ZstdCompressor(level=1)
_READ_BYTES_MAX = 16 * 1024 * 1024  # more at once nobody asks for but a forged archive


def store_clinical(scope: Scope, import_id: UUID, even: Iterable[bytes]) -> PieceCount:
    """Stores pieces of PIECE_BYTES inside the caller's transaction. Raises Refusal for a file without end."""
    keys, count = practice_keys(scope), PieceCount()
    for number, piece in enumerate(even):
        count.note(piece)
        if count.size_bytes > CLINICAL_BYTES_MAX:
            raise Refusal("file_too_large", TOO_LARGE)
        packed = _PACKING.compress(piece)
        Piece.objects.create(
            practice_id=scope.practice_id,
            of_import_id=import_id,
            number=number,
            sealed=seal_piece(keys, packed, import_id=import_id, number=number),
        )
    return count


class PieceFile:
    """A stored file to read anywhere in, one piece in memory. `furthest` is how far anybody has read."""

    def __init__(self, scope: Scope, import_id: UUID, *, size_bytes: int) -> None:
        self._scope, self._import_id, self._size = scope, import_id, size_bytes
        self._at = 0
        self._held = (-1, b"")
        self.furthest = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Raises OSError before the beginning."""
        to = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset
        if to < 0:
            raise OSError("before the beginning")
        self._at = to
        return to

    def read(self, size: int = -1) -> bytes:
        """Raises OSError for a part of absurd size, as a forged archive would have read."""
        wanted = max(0, self._size - self._at) if size < 0 else size
        if min(wanted, self._size - self._at) > _READ_BYTES_MAX:
            raise OSError("too much at once")
        found = bytearray()
        while len(found) < wanted:
            part = self._part(wanted - len(found))
            if not part:
                break
            found += part
        return bytes(found)

    def pieces(self) -> Iterator[bytes]:
        """From where it stands to the end."""
        while part := self._part(_FEED_BYTES):
            yield part

    def _part(self, wanted: int) -> bytes:
        number, start = divmod(self._at, PIECE_BYTES)
        if self._held[0] != number:
            packed = read_piece(self._scope, self._import_id, number) if self._at < self._size else None
            if packed is None:
                return b""
            plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=PIECE_BYTES)
            self._held = (number, plain)
        part = self._held[1][start : start + wanted]
        self._at += len(part)
        self.furthest = max(self.furthest, self._at)
        return part
