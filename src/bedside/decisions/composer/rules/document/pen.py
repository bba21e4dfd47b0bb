"""What every part of the calm edition is written with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.document.colours import INK, WHITE
from bedside.decisions.composer.rules.inline import attribute, inline, paragraphs

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.document.colours import Shade
    from bedside.decisions.composer.rules.document.dress import Dress

GROUND, RULE, MUTED = "#eef1f4", "#d5dbe2", "#4a5563"
PADDING = "8px 32px"


@dataclass(slots=True, kw_only=True)
class Pen:
    """Colours, pictures, and how far the headings have come: the first of a message is h1, every other h2."""

    shade: Shade
    dress: Dress
    headed: bool = False

    def next_level(self) -> int:
        level = 2 if self.headed else 1
        self.headed = True
        return level

    def picture(self, picture: str, *, description: str, otherwise: str = "") -> tuple[str, str]:
        """Address and description of a picture; what it lacks is empty, and told by `problems`."""
        look = self.dress.look(picture)
        if look is None:
            return picture, description or otherwise
        return look.address, description or look.description or otherwise


def section(
    inside: list[str], *, padding: str = "0", classes: str = "bs-card", ground: str = WHITE
) -> list[str]:
    return [
        f'    <mj-section css-class="{classes}" background-color="{ground}" padding="{padding}">',
        *inside,
        "    </mj-section>",
    ]


def column(
    inside: list[str], *, width: str = "", classes: str = "", ground: str = "", border: str = ""
) -> list[str]:
    """`ground` and `border` are of a card within the column."""
    given = {
        "width": width,
        "css-class": classes,
        "background-color": ground,
        "border": border,
        "border-radius": "8px" if ground or border else "",
    }
    written = "".join(f' {name}="{value}"' for name, value in given.items() if value)
    return [f"      <mj-column{written}>", *inside, "      </mj-column>"]


def heading(words: str, pen: Pen, *, padding: str = "14px 32px 4px 32px", large: str = "28px") -> list[str]:
    level = pen.next_level()
    size = large if level == 1 else "21px"
    return [
        (
            f'        <mj-text css-class="bs-head" font-size="{size}" line-height="1.3" font-weight="bold"'
            f' color="{pen.shade.strong}" padding="{padding}">'
        ),
        (
            f'        <h{level} style="margin:0;font-size:{size};line-height:1.3;font-weight:bold">'
            f"{inline(words, colour=pen.shade.strong, italic=True)}</h{level}>"
        ),
        "        </mj-text>",
    ]


def text(
    words: str, pen: Pen, *, padding: str = PADDING, size: str = "16px", classes: str = "bs-text"
) -> list[str]:
    return [
        (
            f'        <mj-text css-class="{classes}" font-size="{size}" line-height="1.6" color="{INK}"'
            f' padding="{padding}">'
        ),
        *paragraphs(words, colour=pen.shade.strong, italic=True),
        "        </mj-text>",
    ]


def note(words: str, pen: Pen, *, padding: str = PADDING) -> list[str]:
    """Small and grey, for credentials and small print."""
    return [
        (
            f'        <mj-text css-class="bs-note" font-size="14px" line-height="1.5" color="{MUTED}"'
            f' padding="{padding}">'
        ),
        *paragraphs(words, colour=pen.shade.strong, italic=True),
        "        </mj-text>",
    ]


def link(label: str, address: str, pen: Pen, *, padding: str = PADDING) -> list[str]:
    colour = pen.shade.strong
    return [
        f'        <mj-text css-class="bs-text" font-size="16px" line-height="1.6" color="{INK}" padding="{padding}">',
        (
            f'        <p style="margin:0"><a href="{attribute(address)}" style="color:{colour};font-weight:bold;'
            f'text-decoration:underline">{inline(label, colour=colour, links=False)}</a></p>'
        ),
        "        </mj-text>",
    ]


def button(label: str, address: str, pen: Pen, *, padding: str = "14px 32px") -> list[str]:
    return [
        (
            f'        <mj-button href="{attribute(address)}" background-color="{pen.shade.strong}" color="{WHITE}"'
            ' font-size="16px" font-weight="bold" border-radius="6px" inner-padding="14px 28px" align="left"'
            f' padding="{padding}">'
        ),
        f"        {inline(label, colour=WHITE, links=False)}",
        "        </mj-button>",
    ]


def picture(
    address: str, description: str, *, padding: str, href: str = "", radius: str = "8px", more: str = ""
) -> list[str]:
    leads = f' href="{attribute(href)}"' if href.strip() else ""
    return [
        (
            f'        <mj-image src="{attribute(address)}" alt="{attribute(description)}"{leads}{more}'
            f' padding="{padding}" border-radius="{radius}" />'
        )
    ]
