"""Clinical files in sealed pieces: packed before they are sealed, for such text shrinks to a tenth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard

from bedside.ground.errors import Refusal
from bedside.records.intake.models import Piece
from bedside.records.intake.piece_files import PieceFile
from bedside.records.intake.pieces import PIECE_BYTES, PieceCount, read_piece
from bedside.records.intake.sealed import seal_piece
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from bedside.ground.scope import Scope

CLINICAL_BYTES_MAX = 32 * 1024 * 1024 * 1024
TOO_LARGE = "The file is larger than 32 GB. Split it, and import the parts."
_PACKING = zstandard.ZstdCompressor(level=1)


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


def clinical_file(scope: Scope, import_id: UUID, *, size_bytes: int) -> PieceFile:
    """A stored clinical file to read anywhere in, one piece in memory."""

    def piece(number: int) -> bytes:
        packed = read_piece(scope, import_id, number)
        return b"" if packed is None else _unpacked(packed)

    return PieceFile(piece, size_bytes=size_bytes, kept=1)


def _unpacked(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=PIECE_BYTES)
