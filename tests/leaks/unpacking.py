"""What compressed data holds, wherever in a file it begins: zlib, gzip, zstd, bzip2, xz, and PostgreSQL's pglz."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from typing import TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterator

UNPACKED_BYTES_MAX = 64 * 1024 * 1024
_SHORTEST = 9  # the stem and one byte: less cannot hold a mark
_HEAD_BYTES = 256
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd")
_OTHERS = re.compile(rb"BZh[1-9]1AY&SY|\xfd7zXZ\x00")
# A compressed value in a row: 4 bytes (length << 2 | 2), 4 bytes of its length unpacked with the method (0: pglz),
# then a control byte whose first item is never a copy. Expressions, because a page has a candidate every few bytes.
_NOT_EMPTY, _FIRST_PLAIN = rb"(?!\x00\x00)..[\x00-\x3f]\x00", b"[" + re.escape(bytes(range(0, 256, 2))) + b"]"
_PGLZ_IN_ROW = re.compile(
    b"(?=(["
    + re.escape(bytes(range(2, 256, 4)))
    + rb"][\x00-\x7f]\x00\x00"
    + _NOT_EMPTY
    + b")"
    + _FIRST_PLAIN
    + b")",
    re.DOTALL,
)
# The first chunk of one kept aside (TOAST): a plain 4-byte length, then as above.
_PGLZ_IN_TOAST = re.compile(
    b"(?=(["
    + re.escape(bytes(range(0, 256, 4)))
    + rb"][\x01-\x1f]\x00\x00"
    + _NOT_EMPTY
    + b")"
    + _FIRST_PLAIN
    + b")",
    re.DOTALL,
)


def unpacked(content: bytes, *, pages: bool) -> Iterator[tuple[str, bytes]]:
    """(kind, content) of each compressed stretch; a cut one gives what came before the cut.

    `pages`: also values that PostgreSQL compressed by itself, as they lie in its pages and its log.
    """
    for found in _ZLIB.finditer(content):
        if int.from_bytes(found[0], "big") % 31 == 0:
            yield from _inflated("zlib", content, found.start(), bits=15)
    for found in _GZIP.finditer(content):
        yield from _inflated("gzip", content, found.start(), bits=31)
    for found in _ZSTD.finditer(content):
        yield from _by_zstd(content, found.start())
    for found in _OTHERS.finditer(content):
        yield from _by_others(content, found.start())
    if pages:
        yield from _by_pglz(content)


def _inflated(kind: str, content: bytes, start: int, *, bits: int) -> Iterator[tuple[str, bytes]]:
    """Tried on a short head first: in sealed data every sixteen-thousandth place looks like a beginning."""
    head = zlib.decompressobj(bits)
    try:
        head.decompress(content[start : start + _HEAD_BYTES])
    except zlib.error:
        return
    out = bytearray()
    stream = zlib.decompressobj(bits)
    for place in range(start, len(content), 65536):
        try:
            out += stream.decompress(content[place : place + 65536], UNPACKED_BYTES_MAX)
        except zlib.error:
            break
        if stream.eof or len(out) > UNPACKED_BYTES_MAX:
            break
    if len(out) >= _SHORTEST:
        yield kind, bytes(out)


def _by_zstd(content: bytes, start: int) -> Iterator[tuple[str, bytes]]:
    stream = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
    out = bytearray()
    for place in range(start, len(content), 65536):
        try:
            out += stream.decompress(content[place : place + 65536])
        except zstandard.ZstdError:
            break
        if stream.eof or len(out) > UNPACKED_BYTES_MAX:
            break
    if len(out) >= _SHORTEST:
        yield "zstd", bytes(out)


def _by_others(content: bytes, start: int) -> Iterator[tuple[str, bytes]]:
    kind, stream = (
        ("bzip2", bz2.BZ2Decompressor()) if content[start] == ord("B") else ("xz", lzma.LZMADecompressor())
    )
    try:
        yield kind, stream.decompress(content[start : start + UNPACKED_BYTES_MAX])
    except (OSError, EOFError, lzma.LZMAError):
        return


def _by_pglz(content: bytes) -> Iterator[tuple[str, bytes]]:
    for pattern, kind in ((_PGLZ_IN_ROW, "pglz"), (_PGLZ_IN_TOAST, "pglz in TOAST")):
        for found in pattern.finditer(content):
            head = found[1]
            size = (int.from_bytes(head[:4], "little") >> 2) - 8
            raw = int.from_bytes(head[4:8], "little")
            if _SHORTEST <= size < raw <= 300 * size or (kind != "pglz" and size >= 1900):
                out = pglz(content[found.start() + 8 : found.start() + 8 + size], raw_bytes=raw)
                if out is not None and len(out) >= _SHORTEST:
                    yield kind, out


def pglz(packed: bytes, *, raw_bytes: int) -> bytes | None:
    """What `src/common/pg_lzcompress.c` of PostgreSQL would unpack; None for what it never packed.

    A control byte says of the next eight items which are copies (1) and which are plain bytes (0); a copy is two
    bytes, offset and length less 3, and a third where the length is 18 or more.
    """
    out = bytearray()
    place, end = 0, len(packed)
    while place < end and len(out) < raw_bytes:
        control = packed[place]
        place += 1
        for bit in range(8):
            if place >= end or len(out) >= raw_bytes:
                break
            if not control >> bit & 1:
                out.append(packed[place])
                place += 1
                continue
            if place + 1 >= end:
                return bytes(out)
            length = (packed[place] & 0x0F) + 3
            offset = (packed[place] & 0xF0) << 4 | packed[place + 1]
            place += 2
            if length == 18 and place < end:
                length += packed[place]
                place += 1
            if not 0 < offset <= len(out):
                return None
            _copy(out, offset, length)
    return bytes(out)


def _copy(out: bytearray, offset: int, length: int) -> None:
    """The copy may overlap what it makes, so it grows piece by piece."""
    while length > 0:
        piece = out[-offset:][:length]
        out += piece
        length -= len(piece)
        offset += len(piece)
