"""What an attribute or a style may be set to: small closed forms, so that no value can load, hide or break out."""

from __future__ import annotations

import re
from collections.abc import Callable

FONT_SIZE_MIN_PX, FONT_SIZE_MAX_PX = 10, 64
LENGTH_MAX_PX = 1200
SPACE_MAX_PX = 120  # so that no gap pushes the footer out of sight
# On nearly every machine; a font that had to be fetched would tell another server who reads (TRK-04).
FONTS = (
    "arial", "helvetica", "verdana", "tahoma", "trebuchet ms", "georgia", "times new roman", "courier new",
    "segoe ui", "system-ui", "-apple-system", "sans-serif", "serif", "monospace",
)  # fmt: skip

# Says what is wrong with a value in words that follow on “should be”, or None.
Check = Callable[[str], "str | None"]

_COLOUR = re.compile(r"#[0-9a-f]{3}(?:[0-9a-f]{3})?|[a-z]{3,24}|rgb\((?: ?\d{1,3} ?,?){3}\)", re.IGNORECASE)
_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)(px|%|)")
_NUMBER = re.compile(r"\d{1,4}")
_BORDER = re.compile(
    r"none|0|\d{1,2}px (?:solid|dashed|dotted) (?:#[0-9a-f]{3,6}|[a-z]{3,24})", re.IGNORECASE
)
_LINE_HEIGHT = re.compile(r"[1-3](?:\.\d{1,3})?|1\d{2}%|\d{2}px")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")


def colour(value: str) -> str | None:
    return None if _COLOUR.fullmatch(value.strip()) else "a colour such as #1f5fa8"


def length(value: str) -> str | None:
    match = _LENGTH.fullmatch(value.strip())
    fits = match and float(match[1]) <= LENGTH_MAX_PX
    return None if fits else f"a length such as 20px, at most {LENGTH_MAX_PX}px"


def space(value: str) -> str | None:
    match = _LENGTH.fullmatch(value.strip())
    fits = match and match[2] != "%" and float(match[1]) <= SPACE_MAX_PX
    return None if fits else f"a length such as 20px, at most {SPACE_MAX_PX}px"


def lengths(value: str) -> str | None:
    parts = value.split()
    fits = 1 <= len(parts) <= 4 and not any(space(part) for part in parts)  # noqa: PLR2004  four sides
    return None if fits else f"one to four lengths such as 20px 32px, at most {SPACE_MAX_PX}px"


def font_size(value: str) -> str | None:
    match = _LENGTH.fullmatch(value.strip())
    fits = match and match[2] == "px" and FONT_SIZE_MIN_PX <= float(match[1]) <= FONT_SIZE_MAX_PX
    return None if fits else f"a size from {FONT_SIZE_MIN_PX}px to {FONT_SIZE_MAX_PX}px"


def font_family(value: str) -> str | None:
    names = [name.strip().strip("'\"").lower() for name in value.split(",")]
    fits = all(name in FONTS for name in names)
    return None if fits else "fonts that every machine has, such as Arial, Georgia, Verdana or sans-serif"


def line_height(value: str) -> str | None:
    return None if _LINE_HEIGHT.fullmatch(value.strip()) else "a line height such as 1.5"


def border(value: str) -> str | None:
    return None if _BORDER.fullmatch(value.strip()) else "none, or a border such as 1px solid #cccccc"


def number(value: str) -> str | None:
    return None if _NUMBER.fullmatch(value.strip()) else "a whole number"


def language(value: str) -> str | None:
    return None if _LANGUAGE.fullmatch(value.strip()) else "a language such as en or es-US"


def one_of(*choices: str) -> Check:
    def check(value: str) -> str | None:
        return None if value.strip().lower() in choices else "one of " + ", ".join(choices)

    return check


align = one_of("left", "right", "center", "justify")
vertical = one_of("top", "middle", "bottom")
direction = one_of("ltr", "rtl", "auto")
font_weight = one_of("normal", "bold", "300", "400", "500", "600", "700", "800")
font_style = one_of("normal", "italic")
decoration = one_of("none", "underline", "line-through")
transform = one_of("none", "uppercase", "lowercase", "capitalize")

# Nothing here moves an element out of its place, hides it or lays it over the footer.
STYLES: dict[str, Check] = {
    "color": colour,
    "background-color": colour,
    "font-size": font_size,
    "font-family": font_family,
    "font-weight": font_weight,
    "font-style": font_style,
    "line-height": line_height,
    "text-align": align,
    "text-decoration": decoration,
    "text-transform": transform,
    "vertical-align": vertical,
    "margin": lengths,
    "padding": lengths,
    "border": border,
    "border-top": border,
    "border-bottom": border,
    "border-left": border,
    "border-right": border,
    "border-radius": lengths,
    "border-collapse": one_of("collapse", "separate"),
    "width": length,
    "list-style-type": one_of("disc", "circle", "square", "decimal", "none"),
    "white-space": one_of("normal", "nowrap"),
}
STYLES |= {
    f"{name}-{side}": space for name in ("margin", "padding") for side in ("top", "right", "bottom", "left")
}


def style(value: str) -> str | None:
    """A whole `style` attribute: known properties with values of their closed forms."""
    for part in filter(str.strip, value.split(";")):
        name, colon, amount = part.partition(":")
        check = STYLES.get(name.strip().lower())
        if not colon or check is None:
            allowed = ", ".join(sorted(STYLES)[:6])
            return f"made of plain styles such as {allowed}"
        wanted = check(amount)
        if wanted:
            return f"made of plain styles; {name.strip().lower()} should be {wanted}"
    return None
