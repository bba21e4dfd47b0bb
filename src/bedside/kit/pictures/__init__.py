"""Pictures that people upload, made harmless: bytes in, clean renditions out. README.md has the limits.

Promise: nothing of the file but its pixels is in what comes out, and no decoder runs in the calling process.
"""

from bedside.kit.pictures.cleaning import clean
from bedside.kit.pictures.nouns import (
    FILE_BYTES_MAX,
    PIXELS_MAX,
    SIDE_MAX,
    WIDTHS,
    BadPicture,
    BadPictureCode,
    CleanPicture,
    MediaType,
    Rendition,
)

__all__ = [
    "FILE_BYTES_MAX",
    "PIXELS_MAX",
    "SIDE_MAX",
    "WIDTHS",
    "BadPicture",
    "BadPictureCode",
    "CleanPicture",
    "MediaType",
    "Rendition",
    "clean",
]
