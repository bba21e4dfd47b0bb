"""Which alphabet a file is written in, and its text in constant memory.

Never raises for damaged bytes: each damaged place becomes the one character `DAMAGE`, which no sound file can
contain (a lone surrogate), so that the row around it can be marked and all others kept.
"""

from __future__ import annotations

import codecs
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DAMAGE = "\udcff"
BLOCK_BYTES = 65_536
_HANDLER = "bedside-intake-mark-damage"
_BYTE_ORDER_MARK = "\ufeff"
# A few binary zeros damage a few rows; more of them, without the pattern of UTF-16, are no text at all.
_NULS_MAX = 16
_NUL_SHARE_MAX = 0.01
# Even in Chinese UTF-16, delimiters, digits, addresses and line ends have a zero half, always the same half.
_UTF_16_NUL_SHARE_MIN = 0.2
# Thorn and y-with-diaeresis: in Windows-1252 almost never in an American patient file, but the usual debris
# (0xFE, 0xFF) of byte-order marks and erased storage. They are no evidence for Windows-1252.
_DEBRIS = frozenset(b"\xfe\xff")


class Encoding(StrEnum):
    """The alphabets we read. `ASCII` means: not yet decided, the first block with other letters decides."""

    ASCII = "ascii"
    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1252 = "cp1252"
    MAC_ROMAN = "mac_roman"


def _mark_damage(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return DAMAGE, error.end
    raise error


codecs.register_error(_HANDLER, _mark_damage)


def detect_encoding(head: bytes) -> Encoding | None:
    """Judge from the first bytes of a file. None: too many NUL bytes for any text, so it is binary."""
    if head.startswith(codecs.BOM_UTF8):
        return Encoding.UTF_8
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None
    if head.startswith(codecs.BOM_UTF16_LE):
        return Encoding.UTF_16_LE
    if head.startswith(codecs.BOM_UTF16_BE):
        return Encoding.UTF_16_BE
    if b"\x00" in head:
        return _with_nuls(head)
    return _single_bytes(head)


def _with_nuls(head: bytes) -> Encoding | None:
    half = len(head) // 2 or 1
    in_even, in_odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    if in_odd > 10 * in_even and in_odd > _UTF_16_NUL_SHARE_MIN:
        return Encoding.UTF_16_LE
    if in_even > 10 * in_odd and in_even > _UTF_16_NUL_SHARE_MIN:
        return Encoding.UTF_16_BE
    if head.count(0) > max(_NULS_MAX, _NUL_SHARE_MAX * len(head)):
        return None
    return _single_bytes(head)


def _single_bytes(head: bytes) -> Encoding:
    """UTF-8 when its multi-byte letters outnumber the bytes that contradict it, otherwise one byte a letter."""
    if head.isascii():
        return Encoding.ASCII
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text = decoder.decode(head, final=False)
    contradicting = sum(
        1 for letter in text if "\udc80" <= letter <= "\udcff" and ord(letter) - 0xDC00 not in _DEBRIS
    )
    letters = sum(1 for letter in text if letter > "\x7f" and not "\udc80" <= letter <= "\udcff")
    if not contradicting or letters > contradicting:
        return Encoding.UTF_8
    # "CSV (Macintosh)" of Excel ends lines with CR alone and writes Mac OS Roman.
    if b"\r" in head and b"\n" not in head:
        return Encoding.MAC_ROMAN
    return Encoding.WINDOWS_1252


def decode(stream: Iterable[bytes], *, encoding: Encoding) -> Iterator[str]:
    """Text of a byte stream, piece by piece, without byte-order mark; damaged places are `DAMAGE`.

    Takes pieces of any size, also one byte. Gives pieces of at most `BLOCK_BYTES` characters.
    """
    blocks = _blocks(stream)
    decoder: codecs.IncrementalDecoder | None = None
    is_start = True
    for block in blocks:
        if decoder is None:
            decoder = _decoder_for(block, encoding=encoding)
        text = block.decode("ascii") if decoder is None else decoder.decode(block)
        if is_start and text:
            text, is_start = text.removeprefix(_BYTE_ORDER_MARK), False
        yield text
    if decoder is not None:
        yield decoder.decode(b"", final=True)


def _decoder_for(block: bytes, *, encoding: Encoding) -> codecs.IncrementalDecoder | None:
    if encoding is Encoding.ASCII:
        encoding = _single_bytes(block)
    return None if encoding is Encoding.ASCII else codecs.getincrementaldecoder(encoding.value)(_HANDLER)


def _blocks(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Even blocks, so that what is decided on one block does not depend on how the caller cut the file."""
    pending = bytearray()
    for piece in stream:
        pending += piece
        while len(pending) >= BLOCK_BYTES:
            yield bytes(pending[:BLOCK_BYTES])
            del pending[:BLOCK_BYTES]
    if pending:
        yield bytes(pending)
