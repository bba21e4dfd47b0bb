"""A stored file as one that can be read anywhere in, a few of its pieces in memory and nothing clear on a disk."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from bedside.records.intake.pieces import PIECE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FEED_BYTES: Final = 65_536
_READ_BYTES_MAX: Final = 16 * 1024 * 1024  # more at once nobody asks for but a forged archive


class PieceFile:
    """Takes what gives a piece by its number from 0, opened, and how many pieces are kept. `furthest` was read."""

    def __init__(self, piece: Callable[[int], bytes], *, size_bytes: int, kept: int) -> None:
        self._piece, self._size, self._kept = piece, size_bytes, kept
        self._at = 0
        self._opened: dict[int, bytes] = {}  # the one that was used last stands last
        self.furthest = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Raises OSError before the beginning."""
        to = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset
        if to < 0:
            raise OSError("before the beginning")
        self._at = to
        return to

    def read(self, size: int = -1, /) -> bytes:
        """Raises OSError for a part of absurd size, as a forged archive would have read."""
        left = max(0, self._size - self._at)
        wanted = left if size < 0 else min(size, left)
        if wanted > _READ_BYTES_MAX:
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
        """Some of what follows, within one piece; nothing at the end."""
        if self._at >= self._size:
            return b""
        number, start = divmod(self._at, PIECE_BYTES)
        part = self._open(number)[start : start + wanted]
        self._at += len(part)
        self.furthest = max(self.furthest, self._at)
        return part

    def _open(self, number: int) -> bytes:
        found = self._opened.pop(number, None)
        if found is None:
            found = self._piece(number)
            while len(self._opened) >= self._kept:
                del self._opened[next(iter(self._opened))]
        self._opened[number] = found
        return found
