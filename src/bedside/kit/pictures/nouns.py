"""What comes of a picture, and why one is refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_BYTES_MAX: Final = 20 * 1024 * 1024
SIDE_MAX: Final = 12_000
PIXELS_MAX: Final = 60_000_000
# Mail is 600 pixels wide; a screen of twice the density shows twice as many.
WIDTHS: Final = (600, 1200)


class MediaType(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"


class BadPictureCode(StrEnum):
    EMPTY = "empty"
    FILE_TOO_LARGE = "file_too_large"
    SVG = "svg"
    HEIC = "heic"
    OTHER_KIND = "other_kind"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    TOO_MUCH_WORK = "too_much_work"
    BUSY = "busy"


_SENTENCES: Final[Mapping[BadPictureCode, str]] = {
    BadPictureCode.EMPTY: "The file is empty; choose another.",
    BadPictureCode.FILE_TOO_LARGE: (
        f"The file has more than {FILE_BYTES_MAX // 1024 // 1024} MB; save it smaller and add it again."
    ),
    BadPictureCode.SVG: "SVG drawings can hold programs and most mail does not show them; save it as PNG.",
    BadPictureCode.HEIC: "Most mail does not show this kind of picture (HEIC or AVIF); save it as JPEG and add that.",
    BadPictureCode.OTHER_KIND: "Choose a JPEG, PNG, WebP or GIF picture.",
    BadPictureCode.TOO_MANY_PIXELS: (
        f"The picture has more than {PIXELS_MAX // 1_000_000} million pixels, or more than {SIDE_MAX:,} in one "
        "direction; save it smaller and add it again."
    ),
    BadPictureCode.BROKEN: "The picture is broken or cut off; save it again and add the new file.",
    BadPictureCode.TOO_MUCH_WORK: "The picture takes too long to read; save it as an ordinary JPEG and add that.",
    BadPictureCode.BUSY: "Other pictures are being read just now; add yours again in a moment.",
}


class BadPicture(Exception):
    """A picture that is not taken; `sentence` says what to do and nothing of what the file held."""

    def __init__(self, code: BadPictureCode) -> None:
        super().__init__(code.value)
        self.code = code

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One size of a picture. `at_most` is which of WIDTHS it is for; `width` and `height` are its own, in pixels."""

    at_most: int
    width: int
    height: int
    media_type: MediaType
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPicture:
    """A picture without anything but its pixels. `width` and `height` as it came, upright.

    `renditions`: narrowest first, never empty; one only where the picture is no wider than the first of WIDTHS.
    """

    width: int
    height: int
    renditions: tuple[Rendition, ...]
