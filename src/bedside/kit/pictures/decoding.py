"""From a file to bare pixels: upright, in sRGB, 8 bits a channel, with or without a see-through channel.

Runs in the bounded process only (`working`): these decoders are large, old and in C. Nothing of the file but its
pixels goes on, since what is given back is copied into a fresh picture.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageCms, ImageOps

from bedside.kit.pictures.nouns import PIXELS_MAX, SIDE_MAX, WIDTHS, BadPicture, BadPictureCode

if TYPE_CHECKING:
    from bedside.kit.pictures.sniffing import Kind

Image.MAX_IMAGE_PIXELS = PIXELS_MAX
_SIXTEEN_BITS: Final = ("I;16", "I;16B", "I;16L", "I;16N", "I")
_TURNED: Final = frozenset({5, 6, 7, 8})  # orientations of EXIF that swap width and height
_ORIENTATION: Final = 0x0112
# A JPEG may be read at a half, a quarter or an eighth; no smaller than this many times what is written.
_SPARE: Final = 2
_REDUCIBLE: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "P"})


def decode(content: bytes, *, kind: Kind) -> tuple[Image.Image, tuple[int, int]]:
    """The pixels, as "RGB" or "RGBA", and the size of the picture as it came, upright.

    The pixels may be fewer than that where a large JPEG was read at a part of its size. Only the first frame is read.
    Raises BadPicture, and whatever a decoder raises for a broken file.
    """
    with Image.open(BytesIO(content), formats=[kind.value]) as image:
        width, height = image.size
        if max(width, height) > SIDE_MAX or width * height > PIXELS_MAX:
            raise BadPicture(BadPictureCode.TOO_MANY_PIXELS)
        is_turned = _orientation(image) in _TURNED
        _read_smaller(image, is_turned=is_turned)
        image.load()
        profile = image.info.get("icc_profile")
        pixels = _in_srgb(_eight_bits(_fewer(_upright(image))), profile)
    return _bare(pixels), (height, width) if is_turned else (width, height)


def _orientation(image: Image.Image) -> int:
    """1, upright, where the EXIF block cannot be read: it says nothing that the picture needs."""
    try:
        told = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  whatever a broken block makes its reader raise
        return 1
    return told if isinstance(told, int) else 1


def _read_smaller(image: Image.Image, *, is_turned: bool) -> None:
    """Of a JPEG of 60 million pixels only some are wanted; decoding fewer takes less memory and time."""
    width, height = image.size
    wanted = _SPARE * max(WIDTHS)
    if image.format != "JPEG" or (height if is_turned else width) <= wanted:
        return
    share = wanted / (height if is_turned else width)
    image.draft(None, (max(1, int(width * share)), max(1, int(height * share))))


def _fewer(image: Image.Image) -> Image.Image:
    """Every step from here on copies the pixels, and of 60 million three copies are more memory than there is."""
    times = image.width // (_SPARE * max(WIDTHS))
    if times < 2 or image.mode not in _REDUCIBLE:  # noqa: PLR2004
        return image
    alike = image.convert("RGBA" if "transparency" in image.info else "RGB") if image.mode == "P" else image
    fewer = alike.reduce((times, min(times, image.height)))
    fewer.info = {
        name: value for name, value in alike.info.items() if name == "transparency" and alike.mode != "RGBA"
    }
    return fewer


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  as in `_orientation`
        return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pillow cuts off what is above 255 instead of scaling, so a 16-bit scan would come out white."""
    if image.mode not in _SIXTEEN_BITS:
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The same colours without a profile: mail programs mostly ignore one, and it can name whose camera it was."""
    alpha = _alpha(image)
    plain = image if image.mode in {"RGB", "CMYK", "L"} else image.convert("RGB")
    opaque = _converted(plain, profile) or plain.convert("RGB")
    if alpha is None:
        return opaque
    opaque.putalpha(alpha)
    return opaque


def _converted(image: Image.Image, profile: object) -> Image.Image | None:
    """None without a profile, and for one that is broken or for other sorts of pixels."""
    if not isinstance(profile, bytes) or not profile:
        return None
    try:
        found = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _alpha(image: Image.Image) -> Image.Image | None:
    """None where nothing is see-through."""
    if image.mode not in {"RGBA", "LA", "PA", "RGBa", "La"} and "transparency" not in image.info:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    lowest = alpha.getextrema()[0]
    return None if lowest == 255 else alpha  # noqa: PLR2004


def _bare(image: Image.Image) -> Image.Image:
    """A fresh picture that never met the file: Pillow writes comments and profiles on that an opened one carries."""
    return Image.frombytes(image.mode, image.size, image.tobytes())
