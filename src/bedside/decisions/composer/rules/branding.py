"""What a brand kit may be: colours that everybody can read, links to pages of the practice, and closing words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from bedside.decisions.composer.rules.document.colours import (
    CONTRAST_MIN,
    WHITE,
    contrast,
    fits_pale,
    fits_strong,
    is_colour,
    nearest_pale,
    nearest_strong,
)
from bedside.decisions.composer.rules.document.dress import (
    NETWORK_HOSTS,
    NETWORK_NAMES,
    Brand,
    Font,
    Network,
)
from bedside.decisions.composer.rules.fields import FIELDS, stray_braces, written_places
from bedside.decisions.composer.rules.links import link_problem
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNATURE_LENGTH_MAX = 500


class BrandRefused(Refusal):
    """Which part has to be put right (`part`), and, for a colour, the nearest that would do."""

    def __init__(self, part: str, sentence: str, *, nearest: str = "") -> None:
        super().__init__(f"brand_{part}", sentence)
        self.part = part
        self.nearest = nearest


def check_brand(brand: Brand) -> None:
    """Raises BrandRefused. Source of the rule of contrast: WCAG 2.2, success criterion 1.4.3."""
    _check_strong(brand.strong)
    _check_pale(brand.pale, strong=brand.strong)
    _check_signature(brand.signature)
    for network, address in brand.social:
        _check_social(network, address)
    if len({network for network, _ in brand.social}) != len(brand.social):
        raise BrandRefused("social", "Give one address for each network.")


def _check_strong(colour: str) -> None:
    if not is_colour(colour):
        raise BrandRefused("strong", "Give the main colour as # and six digits, such as #0f6b68.")
    if not fits_strong(colour):
        nearest = nearest_strong(colour)
        raise BrandRefused(
            "strong",
            f"Many people cannot read {colour} on white: its contrast is {contrast(colour, WHITE):.1f}, and "
            f"{CONTRAST_MIN} is needed. The nearest that can be read is {nearest}.",
            nearest=nearest,
        )


def _check_pale(colour: str, *, strong: str) -> None:
    if not is_colour(colour):
        raise BrandRefused("pale", "Give the tint as # and six digits, such as #e8f3f2.")
    if not fits_pale(colour, strong=strong):
        nearest = nearest_pale(colour, strong=strong)
        raise BrandRefused(
            "pale",
            f"Text and links are hard to read on {colour}. The nearest tint that goes with {strong} is {nearest}.",
            nearest=nearest,
        )


def _check_signature(words: str) -> None:
    """The same closing words for everybody: fields of the practice only."""
    if len(words) > SIGNATURE_LENGTH_MAX:
        raise BrandRefused("signature", f"Shorten the closing words to {SIGNATURE_LENGTH_MAX} characters.")
    if not _is_text(words):
        raise BrandRefused("signature", "The closing words have signs that are no text; write them anew.")
    fields = [FIELDS.get(place.field) for place in written_places(words)]
    if stray_braces(words) or not all(field and field.of_practice for field in fields):
        raise BrandRefused("signature", "The closing words may hold fields of the practice only.")


def _check_social(network: Network, address: str) -> None:
    parts = urlsplit(address) if not link_problem(address) and address.startswith("https://") else None
    host = (parts.hostname or "") if parts else ""
    hosts = NETWORK_HOSTS[network]
    if parts is None or parts.query or not any(host == one or host.endswith(f".{one}") for one in hosts):
        raise BrandRefused(
            "social",
            f"Give the address of your page at {NETWORK_NAMES[network]} as https://{hosts[0]}/yourpractice.",
        )


def _is_text(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return not any(ord(sign) < ord(" ") and sign not in "\n\t" for sign in words)


def brand_to_json(brand: Brand) -> dict[str, Any]:
    return {
        "version": 1,
        "strong": brand.strong,
        "pale": brand.pale,
        "logo": str(brand.logo) if brand.logo else None,
        "font": brand.font.value,
        "signature": brand.signature,
        "social": {network.value: address for network, address in brand.social},
    }


def brand_from_json(written: Mapping[str, Any]) -> Brand:
    """Raises ValueError for what `brand_to_json` does not write."""
    if written.get("version") != 1:
        raise ValueError("a brand kit of another version")
    return Brand(
        strong=str(written["strong"]),
        pale=str(written["pale"]),
        logo=UUID(written["logo"]) if written["logo"] else None,
        font=Font(written["font"]),
        signature=str(written["signature"]),
        social=in_order({Network(name): str(address) for name, address in written["social"].items()}),
    )


def in_order(social: Mapping[Network, str]) -> tuple[tuple[Network, str], ...]:
    """Links in the order of `Network`; those without an address are left out."""
    return tuple((network, social[network].strip()) for network in Network if social.get(network, "").strip())
