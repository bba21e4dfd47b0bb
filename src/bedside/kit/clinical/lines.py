"""Lines out of a stream of bytes that may be compressed, in constant memory.

Promise: however the bytes are cut into pieces, the lines are the same; never more than `LINE_BYTES_MAX` and one
piece are held, also of a compressed stream that would grow without end.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from bedside.kit.clinical.outcomes import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_BYTES_MAX: Final = 16 * 1024 * 1024
_PIECE_BYTES: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_UTF_8_MARK: Final = b"\xef\xbb\xbf"


class DamagedArchive(Exception):
    """The compressed stream ends too early or is not what it says; what came before it was sound."""


Line = tuple[int, bytes | Reason, bool]
"""(number from 1, content or why there is none, whether a line break ended it)"""


def lines_of(pieces: Iterable[bytes], *, line_bytes_max: int = LINE_BYTES_MAX) -> Iterator[Line]:
    """Every line that is not blank. Damage of the compression is the last line."""
    number, held, is_over = 1, bytearray(), False
    try:
        for piece in _without_mark(plain(pieces)):
            first, *others = piece.split(b"\n")
            is_over = is_over or len(held) + len(first) > line_bytes_max
            held = bytearray() if is_over else held + first
            for other in others:
                if is_over:
                    yield number, Reason.TOO_LARGE, True
                elif held and not held.isspace():
                    yield number, bytes(held), True
                number += 1
                is_over, held = len(other) > line_bytes_max, bytearray(other)
    except DamagedArchive:
        yield number, Reason.DAMAGED_ARCHIVE, False
        return
    if is_over:
        yield number, Reason.TOO_LARGE, False
    elif held and not held.isspace():
        yield number, bytes(held), False


def _without_mark(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Without the mark some programs put before UTF-8."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= len(_UTF_8_MARK):
            yield head.removeprefix(_UTF_8_MARK)
            yield from pieces
            return
    yield head


def plain(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces as they are, or decompressed if they begin like gzip; none is large. Raises DamagedArchive."""
    rest = (part for piece in pieces for part in _cut(piece))
    head = b""
    for piece in rest:
        head += piece
        if len(head) >= len(_GZIP):
            break
    if head.startswith(_GZIP):
        yield from _decompressed(head, rest=rest)
        return
    yield head
    yield from rest


def _cut(piece: bytes) -> Iterator[bytes]:
    if len(piece) <= _PIECE_BYTES:
        yield piece
        return
    for start in range(0, len(piece), _PIECE_BYTES):
        yield piece[start : start + _PIECE_BYTES]


def _decompressed(head: bytes, *, rest: Iterator[bytes]) -> Iterator[bytes]:
    """One gzip member after the other (RFC 1952 section 2.2); zeros may fill up the end."""
    unzip = zlib.decompressobj(_GZIP_WINDOW)
    waiting = head
    while True:
        if unzip.eof:
            waiting = waiting.lstrip(b"\0")
            if waiting:
                unzip = zlib.decompressobj(_GZIP_WINDOW)
        if waiting:
            plain = _inflate(unzip, waiting)
            waiting = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
            if plain:
                yield plain
            continue
        piece = next(rest, None)
        if piece is None:
            break
        waiting = piece
    while not unzip.eof and (plain := _inflate(unzip, b"")):
        yield plain
    if not unzip.eof:
        raise DamagedArchive


def _inflate(unzip: zlib._Decompress, packed: bytes) -> bytes:
    try:
        return unzip.decompress(packed, _PIECE_BYTES)
    except zlib.error:
        raise DamagedArchive from None
