"""What a document is drawn with and does not hold itself: the practice's brand kit and its pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from bedside.decisions.composer.rules.document.colours import SHADES, Colour, Shade

if TYPE_CHECKING:
    from collections.abc import Mapping


class Font(StrEnum):
    """Fonts that nearly every machine has: one that had to be fetched would tell who reads (TRK-04)."""

    HELVETICA = "helvetica"
    SYSTEM = "system"
    VERDANA = "verdana"
    TREBUCHET = "trebuchet"
    GEORGIA = "georgia"


FONT_NAMES = {
    Font.HELVETICA: "Helvetica or Arial",
    Font.SYSTEM: "The reader's own system font",
    Font.VERDANA: "Verdana",
    Font.TREBUCHET: "Trebuchet",
    Font.GEORGIA: "Georgia (with serifs)",
}
FONT_FAMILIES = {
    Font.HELVETICA: "Helvetica, Arial, sans-serif",
    Font.SYSTEM: "-apple-system, Segoe UI, Helvetica, Arial, sans-serif",
    Font.VERDANA: "Verdana, Tahoma, sans-serif",
    Font.TREBUCHET: "Trebuchet MS, Helvetica, Arial, sans-serif",
    Font.GEORGIA: "Georgia, Times New Roman, serif",
}


class Network(StrEnum):
    """Where a practice may have a page of its own."""

    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    LINKEDIN = "linkedin"
    TIKTOK = "tiktok"
    X = "x"
    YOUTUBE = "youtube"


NETWORK_NAMES = {
    Network.FACEBOOK: "Facebook",
    Network.INSTAGRAM: "Instagram",
    Network.LINKEDIN: "LinkedIn",
    Network.TIKTOK: "TikTok",
    Network.X: "X",
    Network.YOUTUBE: "YouTube",
}
NETWORK_HOSTS = {
    Network.FACEBOOK: ("facebook.com",),
    Network.INSTAGRAM: ("instagram.com",),
    Network.LINKEDIN: ("linkedin.com",),
    Network.TIKTOK: ("tiktok.com",),
    Network.X: ("x.com", "twitter.com"),
    Network.YOUTUBE: ("youtube.com",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A practice's look. `strong` and `pale` are hexadecimal, checked for contrast (`branding.check_brand`).

    `signature` holds the signs of `inline`; `social` is in the order of `Network`.
    """

    strong: str = SHADES[Colour.TEAL].strong
    pale: str = SHADES[Colour.TEAL].pale
    logo: UUID | None = None
    font: Font = Font.HELVETICA
    signature: str = ""
    social: tuple[tuple[Network, str], ...] = ()


class PictureLook(Protocol):
    """A picture that may be used now: where it is fetched, its size in pixels, and what it shows ("" decorates)."""

    @property
    def address(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def description(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """`pictures`: those that may be used, by id. One that is not in it may not."""

    brand: Brand = Brand()
    pictures: Mapping[UUID, PictureLook] = field(default_factory=dict)

    def shade(self, colour: Colour | None) -> Shade:
        """A document's own colour, or else the brand's."""
        return (
            SHADES[colour] if colour else Shade(name="Brand", strong=self.brand.strong, pale=self.brand.pale)
        )

    def look(self, picture: str) -> PictureLook | None:
        """The look of a picture named by its id; None for an address, or for one that may not be used."""
        known = picture_id(picture)
        return self.pictures.get(known) if known else None


PLAIN_DRESS = Dress()


def picture_id(picture: str) -> UUID | None:
    """The id that a block's `picture` is, or None where it is an address or nothing."""
    try:
        return UUID(picture.strip()) if picture.strip() else None
    except ValueError:
        return None
