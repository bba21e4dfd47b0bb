"""Colours as mail programs show them, by day and turned round for the dark.

Source: WCAG 2.2, relative luminance and contrast ratio. How programs turn colours round is nobody's standard. Here
the hue is kept and the lightness mirrored, which shows what is known to go wrong: dark letters on a ground such as
yellow, whose mirror image is itself.
"""

from __future__ import annotations

import re

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
CONTRAST_MIN = 4.5
CONTRAST_MIN_LARGE = 3.0

_LONG = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")
_SHORT = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
_CALLED = re.compile(r"rgb\(\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*,?\s*(\d{1,3})\s*,?\s*\)")
# The names of CSS 1 and those that people try; of any other name nothing is said.
_NAMES: dict[str, Rgb] = {
    "black": BLACK, "white": WHITE, "silver": (192, 192, 192), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "maroon": (128, 0, 0), "red": (255, 0, 0), "purple": (128, 0, 128), "fuchsia": (255, 0, 255),
    "green": (0, 128, 0), "lime": (0, 255, 0), "olive": (128, 128, 0), "yellow": (255, 255, 0),
    "navy": (0, 0, 128), "blue": (0, 0, 255), "teal": (0, 128, 128), "aqua": (0, 255, 255),
    "orange": (255, 165, 0), "pink": (255, 192, 203), "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
    "darkgray": (169, 169, 169), "darkgrey": (169, 169, 169), "dimgray": (105, 105, 105), "gold": (255, 215, 0),
    "darkblue": (0, 0, 139), "darkgreen": (0, 100, 0), "darkred": (139, 0, 0), "lightblue": (173, 216, 230),
    "whitesmoke": (245, 245, 245), "beige": (245, 245, 220), "brown": (165, 42, 42), "cyan": (0, 255, 255),
}  # fmt: skip


def parsed(value: str) -> Rgb | None:
    """None for what is no colour, or none whose parts are known here."""
    written = value.strip().lower()
    if written in _NAMES:
        return _NAMES[written]
    if match := _LONG.fullmatch(written):
        return int(match[1], 16), int(match[2], 16), int(match[3], 16)
    if match := _SHORT.fullmatch(written):
        return int(match[1] * 2, 16), int(match[2] * 2, 16), int(match[3] * 2, 16)
    if match := _CALLED.fullmatch(written):
        return min(int(match[1]), 255), min(int(match[2]), 255), min(int(match[3]), 255)
    return None


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1 (the same) to 21 (black on white)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def turned(colour: Rgb) -> Rgb:
    """The same hue with its lightness mirrored; turned twice it is itself."""
    shift = 255 - max(colour) - min(colour)
    red, green, blue = colour
    return red + shift, green + shift, blue + shift


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  the standard's own
