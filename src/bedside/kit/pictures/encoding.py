"""From bare pixels to what mail shows: two widths, JPEG for photographs, PNG for what is see-through or flat. Pure."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image

from bedside.kit.pictures.nouns import WIDTHS, CleanPicture, MediaType, Rendition

if TYPE_CHECKING:
    from collections.abc import Iterator

# Twice the pixels in the same place forgive coarser ones: measured on photographs, 1200 pixels at 72 show as well as
# 600 at 84 and take 2.4 times the bytes, not 4.
_QUALITY: Final = {600: 84, 1200: 72}
_LOWER_QUALITIES: Final = (64, 56)
_BYTES_WANTED: Final = {600: 200_000, 1200: 400_000}
# Logos and drawings have few colours, softened edges included; photographs have tens of thousands.
_FLAT_COLOURS_MAX: Final = 2048
_FLAT_WORTH: Final = 2.0  # a flat picture may be so many times larger as PNG, since JPEG smears its edges


def encode(pixels: Image.Image, *, size: tuple[int, int]) -> CleanPicture:
    """`pixels` in "RGB" or "RGBA" as `decoding.decode` gives them; `size` of the picture as it came."""
    width, height = size
    is_flat = pixels.mode == "RGB" and pixels.getcolors(_FLAT_COLOURS_MAX) is not None
    renditions = tuple(
        _rendition(pixels, at_most=at_most, size=wanted, is_flat=is_flat)
        for at_most, wanted in _sizes(width, height)
    )
    return CleanPicture(width=width, height=height, renditions=renditions)


def _sizes(width: int, height: int) -> Iterator[tuple[int, tuple[int, int]]]:
    for at_most in WIDTHS:
        shown = min(at_most, width)
        yield at_most, (shown, max(1, round(height * shown / width)))
        if width <= at_most:
            return


def _rendition(pixels: Image.Image, *, at_most: int, size: tuple[int, int], is_flat: bool) -> Rendition:
    image = pixels if pixels.size == size else pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    media_type, content = _written(image, at_most=at_most, is_flat=is_flat)
    return Rendition(at_most=at_most, width=size[0], height=size[1], media_type=media_type, content=content)


def _written(image: Image.Image, *, at_most: int, is_flat: bool) -> tuple[MediaType, bytes]:
    if image.mode == "RGBA":
        return MediaType.PNG, _png(image)
    photograph = _jpeg(image, at_most=at_most)
    if is_flat:
        drawing = _png(image)
        if len(drawing) <= len(photograph) * _FLAT_WORTH:
            return MediaType.PNG, drawing
    return MediaType.JPEG, photograph


def _jpeg(image: Image.Image, *, at_most: int) -> bytes:
    """Coarser only where the usual quality makes it heavy; the coarsest stands even where it is still heavy."""
    content = b""
    for quality in (_QUALITY[at_most], *_LOWER_QUALITIES):
        written = BytesIO()
        image.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
        content = written.getvalue()
        if len(content) <= _BYTES_WANTED[at_most]:
            break
    return content


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
