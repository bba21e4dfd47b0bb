"""What kind of picture a file is, by its first bytes alone: a name or a type that was typed proves nothing. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bedside.kit.pictures.nouns import FILE_BYTES_MAX, BadPicture, BadPictureCode

_LOOKED_AT: Final = 1024
# ISO base media files (ISO/IEC 14496-12): the brand stands behind "ftyp".
_NEW_KINDS: Final = (b"heic", b"heix", b"heif", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")


class Kind(StrEnum):
    """As Pillow calls them."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WEBP"


def kind_of(content: bytes) -> Kind:
    """The kind, for the one decoder that is to read it. Raises BadPicture."""
    if not content:
        raise BadPicture(BadPictureCode.EMPTY)
    if len(content) > FILE_BYTES_MAX:
        raise BadPicture(BadPictureCode.FILE_TOO_LARGE)
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return Kind.GIF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    raise BadPicture(_why_not(content[:_LOOKED_AT]))


def _why_not(head: bytes) -> BadPictureCode:
    if head[4:8] == b"ftyp" and head[8:12] in _NEW_KINDS:
        return BadPictureCode.HEIC
    # Also in UTF-16, and packed (.svgz), which browsers open alike.
    if b"<svg" in head.replace(b"\0", b"").lower() or head.startswith(b"\x1f\x8b"):
        return BadPictureCode.SVG
    return BadPictureCode.OTHER_KIND
