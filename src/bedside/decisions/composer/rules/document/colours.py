"""Colours that can be read: the rule of WCAG 2.2 (1.4.3), and the ready-made ones that keep it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CONTRAST_MIN = 4.5
CONTRAST_IN_THE_DARK = 7.0
WHITE, INK = "#ffffff", "#1d2733"
DARK_CARD = "#1b232c"
_HEXADECIMAL = re.compile(r"#[0-9a-f]{6}")
_STEPS = 256


class Colour(StrEnum):
    """Ready-made colours; white text on each has a contrast of at least 4.5, also when inverted."""

    TEAL = "teal"
    BLUE = "blue"
    GREEN = "green"
    PLUM = "plum"
    RUST = "rust"
    SLATE = "slate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """The hexadecimal values of one colour: strong for buttons, headings and links, pale for boxes."""

    name: str
    strong: str
    pale: str


SHADES = {
    Colour.TEAL: Shade(name="Teal", strong="#0f6b68", pale="#e8f3f2"),
    Colour.BLUE: Shade(name="Blue", strong="#1f5fa8", pale="#e9f1fa"),
    Colour.GREEN: Shade(name="Green", strong="#2f6b3a", pale="#eaf4ec"),
    Colour.PLUM: Shade(name="Plum", strong="#7a3b73", pale="#f6ecf4"),
    Colour.RUST: Shade(name="Rust", strong="#a2431d", pale="#faeee8"),
    Colour.SLATE: Shade(name="Slate", strong="#3f4f63", pale="#edf0f4"),
}


def is_colour(text: str) -> bool:
    """Six small hexadecimal digits behind `#`; the only form that is stored."""
    return bool(_HEXADECIMAL.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white). Source: WCAG 2.2, definition of contrast ratio."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def fits_strong(colour: str) -> bool:
    """True if it can be read as text on white and under white text, which is one ratio."""
    return contrast(colour, WHITE) >= CONTRAST_MIN


def fits_pale(colour: str, *, strong: str) -> bool:
    """True if text and links in the strong colour can be read on it."""
    return min(contrast(colour, INK), contrast(colour, strong)) >= CONTRAST_MIN


def nearest_strong(colour: str) -> str:
    """The same hue, no darker than it must be; a colour that fits already is itself."""
    return _first(colour, "#000000", fits_strong)


def nearest_pale(colour: str, *, strong: str) -> str:
    """The same hue, no lighter than it must be. White always fits, if the strong colour does."""
    return _first(colour, WHITE, lambda tried: fits_pale(tried, strong=strong))


def pale_of(strong: str) -> str:
    """A tint for boxes that goes with a strong colour."""
    return nearest_pale(_mixed(strong, WHITE, 230), strong=strong)


def light_of(strong: str) -> str:
    """The strong colour as text on a dark ground, where mail programs show one."""
    return _first(strong, WHITE, lambda tried: contrast(tried, DARK_CARD) >= CONTRAST_IN_THE_DARK)


def _first(colour: str, towards: str, fits: Callable[[str], bool]) -> str:
    mixes = (_mixed(colour, towards, step) for step in range(_STEPS))
    return next((tried for tried in mixes if fits(tried)), towards)


def _mixed(colour: str, towards: str, step: int) -> str:
    """`step` of 255 on the straight way between two colours."""
    pairs = zip(_channels(colour), _channels(towards), strict=True)
    return "#" + "".join(f"{(one * (255 - step) + other * step + 127) // 255:02x}" for one, other in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  the standard's own
