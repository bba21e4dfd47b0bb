"""Simple blocks of the calm edition: what stands in a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.document import pen as drawing
from bedside.decisions.composer.rules.document.colours import INK
from bedside.decisions.composer.rules.document.kinds import Kind
from bedside.decisions.composer.rules.inline import paragraphs

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.document.nodes import Block
    from bedside.decisions.composer.rules.document.pen import Pen

DEFAULT_SIGNATURE = "Your team at {{ practice_name }}"


def simple(block: Block, pen: Pen, *, narrow: bool = False) -> list[str]:
    """`narrow`: one of two columns, which have their own distance from the edge."""
    side = "16px" if narrow else "32px"
    match block.kind:
        case Kind.HEADING:
            return drawing.heading(block.text, pen, padding=f"14px {side} 4px {side}")
        case Kind.TEXT:
            return drawing.text(block.text, pen, padding=f"8px {side}")
        case Kind.BUTTON:
            return drawing.button(block.text, block.link, pen, padding=f"14px {side}")
        case Kind.PICTURE:
            address, description = pen.picture(block.picture, description=block.description)
            whole = ' fluid-on-mobile="true"' if narrow else ""
            return drawing.picture(address, description, padding=f"12px {side}", href=block.link, more=whole)
        case Kind.SIGNATURE:
            words = pen.dress.brand.signature.strip() or DEFAULT_SIGNATURE
            return drawing.text(words, pen, padding=f"8px {side}")
        case Kind.BOX:
            return _box(block, pen)
        case _:
            return [
                (
                    '        <mj-divider css-class="bs-line" border-width="1px"'
                    f' border-color="{drawing.RULE}" padding="16px {side}" />'
                )
            ]


def _box(block: Block, pen: Pen) -> list[str]:
    return [
        (
            f'        <mj-text css-class="bs-pale" container-background-color="{pen.shade.pale}"'
            f' padding="16px 32px" font-size="17px" line-height="1.55" color="{INK}">'
        ),
        *paragraphs(block.text, colour=pen.shade.strong, italic=True),
        "        </mj-text>",
    ]
