"""The first edition: one column below a band with the practice's name.

Never to be changed, not by a blank: approvals stand for the bytes that come of it. Kinds of block that it did not
know are drawn as the calm edition draws them, in a section of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.document import calm
from bedside.decisions.composer.rules.document.kinds import Kind
from bedside.decisions.composer.rules.inline import attribute, inline, paragraphs

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.document.colours import Shade
    from bedside.decisions.composer.rules.document.dress import Dress
    from bedside.decisions.composer.rules.document.nodes import Block, Document

KNOWN = frozenset({Kind.HEADING, Kind.TEXT, Kind.BOX, Kind.BUTTON, Kind.PICTURE, Kind.LINE})
_OPEN = '    <mj-section background-color="#ffffff" padding="20px 0 28px 0"><mj-column>'
_CLOSE = "    </mj-column></mj-section>"
_TEXT_OPEN = '      <mj-text font-size="16px" line-height="1.6" color="#1d2733" padding="6px 32px 12px 32px">'


def lines_of(document: Document, dress: Dress) -> tuple[list[str], list[int], int]:
    """The lines, on which of them (from 1) each block begins, and the one behind the last block."""
    shade = dress.shade(document.colour)
    lines = _head(shade)
    pen = calm.Pen(shade=shade, dress=dress)
    first_lines = []
    in_column = True
    for block in document.blocks:
        if (block.kind in KNOWN) is not in_column:
            lines += [_CLOSE] if in_column else [_OPEN]
            in_column = not in_column
        first_lines.append(len(lines) + 1)
        lines += _markup(block, pen) if in_column else calm.sections(block, pen)
    after = len(lines) + 1
    lines += [*([_CLOSE] if in_column else []), "  </mj-body>", "</mjml>", ""]
    return lines, first_lines, after


def _head(shade: Shade) -> list[str]:
    return [
        "<mjml>",
        '  <mj-body background-color="#eef1f4" width="600px">',
        f'    <mj-section background-color="{shade.strong}" padding="0"><mj-column>',
        (
            '      <mj-text color="#ffffff" font-size="18px" font-weight="bold" padding="20px 32px">'
            "{{ practice_name }}</mj-text>"
        ),
        "    </mj-column></mj-section>",
        _OPEN,
    ]


def _markup(block: Block, pen: calm.Pen) -> list[str]:
    shade = pen.shade
    match block.kind:
        case Kind.HEADING:
            return _heading(block, shade, pen.next_level())
        case Kind.TEXT:
            return [_TEXT_OPEN, *paragraphs(block.text, colour=shade.strong), "      </mj-text>"]
        case Kind.BOX:
            return [
                (
                    f'      <mj-text container-background-color="{shade.pale}" padding="16px 32px" font-size="17px"'
                    ' line-height="1.55" color="#1d2733">'
                ),
                *paragraphs(block.text, colour=shade.strong),
                "      </mj-text>",
            ]
        case Kind.BUTTON:
            return _button(block, shade)
        case Kind.PICTURE:
            return [_picture(block, pen.dress)]
        case _:
            return ['      <mj-divider border-width="1px" border-color="#d5dbe2" padding="16px 32px" />']


def _heading(block: Block, shade: Shade, level: int) -> list[str]:
    size = "26px" if level == 1 else "20px"
    return [
        (
            f'      <mj-text font-size="{size}" line-height="1.3" font-weight="bold" color="{shade.strong}"'
            ' padding="14px 32px 4px 32px">'
        ),
        (
            f'        <h{level} style="margin:0;font-size:{size};line-height:1.3;font-weight:bold">'
            f"{inline(block.text, colour=shade.strong)}</h{level}>"
        ),
        "      </mj-text>",
    ]


def _button(block: Block, shade: Shade) -> list[str]:
    return [
        (
            f'      <mj-button href="{attribute(block.link)}" background-color="{shade.strong}" color="#ffffff"'
            ' font-size="16px" font-weight="bold" border-radius="6px" inner-padding="14px 28px" align="left"'
            ' padding="14px 32px">'
        ),
        f"        {inline(block.text, colour='#ffffff', links=False)}",
        "      </mj-button>",
    ]


def _picture(block: Block, dress: Dress) -> str:
    look = dress.look(block.picture)
    address = look.address if look else block.picture
    description = block.description or (look.description if look else "")
    href = f' href="{attribute(block.link)}"' if block.link.strip() else ""
    return (
        f'      <mj-image src="{attribute(address)}" alt="{attribute(description)}"{href}'
        ' padding="12px 32px" border-radius="6px" />'
    )
