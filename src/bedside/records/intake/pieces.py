"""The file itself, in sealed pieces: written as it arrives, read as it is needed, never whole in memory."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, reading
from bedside.records.intake.models import Piece
from bedside.records.intake.rules.reading import HEAD_BYTES, UnreadableFile, inspect
from bedside.records.intake.sealed import open_piece, seal_piece
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

FILE_BYTES_MAX = 120 * 1024 * 1024
PIECE_BYTES = HEAD_BYTES  # so that the first piece alone is enough to judge the file by
FILE_TOO_LARGE = "The file is larger than 120 MB. Export fewer columns or split it, and import the parts."


class PieceCount:
    """What went by while a file was stored: size, SHA-256, and the first piece."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self.head = b""
        self._hash = hashlib.sha256()

    def note(self, piece: bytes) -> None:
        if not self.size_bytes:
            self.head = piece
        self.size_bytes += len(piece)
        self._hash.update(piece)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def store_pieces(scope: Scope, import_id: UUID, even: Iterable[bytes]) -> PieceCount:
    """Stores a file, cut by `even_pieces`, inside the caller's transaction. Raises Refusal for what cannot be imported.

    The file is judged as soon as its head is there, so nobody waits for 100 MB of video to be refused.
    """
    keys, count = practice_keys(scope), PieceCount()
    for number, piece in enumerate(even):
        count.note(piece)
        if count.size_bytes > FILE_BYTES_MAX:
            raise Refusal("file_too_large", FILE_TOO_LARGE)
        if number == 0:
            # A full first piece may have more behind it; a shorter one is the whole file.
            check_readable(piece, size_bytes=len(piece) + (len(piece) == PIECE_BYTES))
        Piece.objects.create(
            practice_id=scope.practice_id,
            of_import_id=import_id,
            number=number,
            sealed=seal_piece(keys, piece, import_id=import_id, number=number),
        )
    if not count.size_bytes:
        check_readable(b"", size_bytes=0)
    return count


def check_readable(head: bytes, *, size_bytes: int) -> None:
    """Raises Refusal with the sentence of the rules."""
    try:
        inspect(head, size_bytes=size_bytes)
    except UnreadableFile as error:
        raise Refusal(error.code, error.sentence) from error


def even_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of PIECE_BYTES, the last one shorter; no empty piece."""
    pending = bytearray()
    for piece in pieces:
        pending += piece
        while len(pending) >= PIECE_BYTES:
            yield bytes(pending[:PIECE_BYTES])
            del pending[:PIECE_BYTES]
    if pending:
        yield bytes(pending)


def read_piece(scope: Scope, import_id: UUID, number: int) -> bytes | None:
    """One piece, None beyond the last. Raises Unsealable if it was changed or moved."""
    with reading(scope):
        sealed = (
            Piece.objects.filter(practice_id=scope.practice_id, of_import_id=import_id, number=number)
            .values_list("sealed", flat=True)
            .first()
        )
    if sealed is None:
        return None
    return open_piece(practice_keys(scope), bytes(sealed), import_id=import_id, number=number)


def read_head(scope: Scope, import_id: UUID) -> bytes:
    """The beginning of the file. Raises Refusal once the file is removed."""
    head = read_piece(scope, import_id, 0)
    if head is None:
        raise Refusal("file_removed", "The file of this import was removed; upload it again.")
    return head
