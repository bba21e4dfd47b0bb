"""How words look: their colour, the ground they stand on, size and weight, worked out from inline styles."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bedside.decisions.composer.quality.colours import BLACK, WHITE, Rgb, parsed

# What mail programs give a link that has no colour of its own.
LINK_COLOUR = "#0000ee"
_SIZES_PX = {"h1": 32.0, "h2": 24.0, "h3": 18.72, "h4": 16.0, "h5": 13.28, "h6": 10.72, "small": 13.0}
_BOLD_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "th"})
_BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})
_NOT_BOLD = frozenset({"normal", "lighter", "100", "200", "300", "400", "500"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`colour` and `ground` are None where they cannot be known."""

    colour: Rgb | None
    ground: Rgb | None
    size_px: float
    is_bold: bool
    is_hidden: bool

    @property
    def is_large(self) -> bool:
        """18 point, or 14 point and bold (WCAG 2.2, large scale)."""
        return self.size_px >= 24 or (self.is_bold and self.size_px >= 18.66)  # noqa: PLR2004  the standard's own


PLAIN = Look(colour=BLACK, ground=WHITE, size_px=16.0, is_bold=False, is_hidden=False)


def dressed(tag: str, style: str, outer: Look, *, ground: str = "") -> Look:
    """The look inside an element: what it says itself, else what stands around it. `ground`: its `bgcolor`."""
    look = replace(
        outer, size_px=_SIZES_PX.get(tag, outer.size_px), is_bold=outer.is_bold or tag in _BOLD_TAGS
    )
    if ground:
        look = replace(look, ground=parsed(ground))
    for name, value in _declared(style):
        look = _with(look, name, value)
    return look


def _declared(style: str) -> list[tuple[str, str]]:
    pairs = (part.partition(":") for part in style.split(";"))
    return [(name.strip().lower(), value.strip().lower()) for name, colon, value in pairs if colon]


def _with(look: Look, name: str, value: str) -> Look:
    match name:
        case "color":
            return replace(look, colour=parsed(value))
        case "background" | "background-color":
            return look if value in {"transparent", "none", ""} else replace(look, ground=parsed(value))
        case "font-size":
            size = _pixels(value)
            return look if size is None else replace(look, size_px=size)
        case "font-weight":
            return replace(look, is_bold=value in _BOLD or (look.is_bold and value not in _NOT_BOLD))
        case "display":
            return replace(look, is_hidden=look.is_hidden or value == "none")
        case _:
            return look


def _pixels(value: str) -> float | None:
    try:
        return float(value.removesuffix("px"))
    except ValueError:
        return None
