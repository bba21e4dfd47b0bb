"""Pictures for tests, good and bad, made on the spot."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms


def photo(width: int = 1600, height: int = 1200, **options: Any) -> bytes:
    """A JPEG with many colours. `options` are of Pillow's `save`."""
    image = Image.merge(
        "RGB",
        [
            Image.linear_gradient("L").resize((width, height)),
            Image.radial_gradient("L").resize((width, height)),
            Image.effect_noise((width, height), 40),
        ],
    )
    return saved(image, "JPEG", **{"quality": 80, **options})


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def logo(width: int = 800, height: int = 200) -> Image.Image:
    image = Image.new("RGB", (width, height), (255, 255, 255))
    image.paste((20, 89, 78), (40, 40, width // 2, height - 40))
    return image


def exif_of(**texts: str) -> Image.Exif:
    """By the numbers of EXIF: what cameras and phones write about who, where and when."""
    exif = Image.Exif()
    numbers = {"description": 0x010E, "make": 0x010F, "artist": 0x013B, "copyright": 0x8298}
    for name, text in texts.items():
        exif[numbers[name]] = text
    return exif


def turned(image: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(image, "JPEG", exif=exif, quality=95)


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_claiming(width: int, height: int, *, rows: bytes = b"") -> bytes:
    """A PNG whose head promises so many pixels, whatever is in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    )  # fmt: skip


def with_png_chunk(content: bytes, chunk: bytes) -> bytes:
    """Behind the head of a PNG, which is always 33 bytes."""
    return content[:33] + chunk + content[33:]


def animation(frames: int, *, kind: str = "GIF", size: tuple[int, int] = (300, 200)) -> bytes:
    """Red first, then other colours."""
    colours = [(255, 0, 0), *((0, step % 256, 255) for step in range(1, frames))]
    images = [Image.new("RGB", size, colour) for colour in colours]
    return saved(images[0], kind, save_all=True, append_images=images[1:], duration=20, loop=0)
