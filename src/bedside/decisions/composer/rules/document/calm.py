"""The calm edition: white cards on a soft ground, large type, one colour, also in the dark and on a phone.

A block is one section or several; neighbouring simple ones share a section, which keeps the mail small. Classes that
begin with `bs-` are for the dark (`darkness`).
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.document import cards
from bedside.decisions.composer.rules.document.dress import FONT_FAMILIES, Font
from bedside.decisions.composer.rules.document.kinds import IN_COLUMN, Kind
from bedside.decisions.composer.rules.document.pen import GROUND, Pen, column, section
from bedside.decisions.composer.rules.document.simple import simple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bedside.decisions.composer.rules.document.dress import Dress
    from bedside.decisions.composer.rules.document.nodes import Block, Document

__all__ = ["Pen", "lines_of", "sections"]

_SHARED = IN_COLUMN | {Kind.BOX, Kind.SIGNATURE}


def lines_of(document: Document, dress: Dress) -> tuple[list[str], list[int], int]:
    """The lines, on which of them (from 1) each block begins, and the one behind the last block."""
    pen = Pen(shade=dress.shade(document.colour), dress=dress)
    lines = [
        "<mjml>",
        *_font(dress.brand.font),
        f'  <mj-body background-color="{GROUND}" width="600px" css-class="bs-page">',
    ]
    first_lines: list[int] = []
    lines += _edge(16)
    for blocks in _groups(document.blocks):
        if len(blocks) == 1:
            first_lines.append(len(lines) + 1)
            lines += sections(blocks[0], pen)
        else:
            _share(blocks, pen, lines, first_lines)
    after = len(lines) + 1
    lines += [*_edge(24), "  </mj-body>", "</mjml>", ""]
    return lines, first_lines, after


def sections(block: Block, pen: Pen) -> list[str]:
    """The lines of one block as sections of its own."""
    draw = _CARDS.get(block.kind)
    return draw(block, pen) if draw else section(column(simple(block, pen)))


def _groups(blocks: tuple[Block, ...]) -> Iterator[list[Block]]:
    """What shares a section; a block for some people only stands alone, so that it can be left out whole."""
    for is_shared, group in groupby(blocks, key=lambda block: block.kind in _SHARED and not block.show_if):
        if is_shared:
            yield list(group)
        else:
            yield from ([block] for block in group)


def _share(blocks: list[Block], pen: Pen, lines: list[str], first_lines: list[int]) -> None:
    opened, closed = section(column([]))[:2], section(column([]))[2:]
    lines += opened
    for block in blocks:
        first_lines.append(len(lines) + 1)
        lines += simple(block, pen)
    lines += closed


def _columns(block: Block, pen: Pen) -> list[str]:
    sides = []
    for blocks in (block.left, block.right):
        inside = [line for inner in blocks for line in simple(inner, pen, narrow=True)]
        sides += column(inside or ['        <mj-spacer height="1px" />'], width="50%")
    return section(sides, padding="4px 16px")


_CARDS: dict[Kind, Callable[[Block, Pen], list[str]]] = {
    Kind.HEADER: cards.header,
    Kind.HERO: cards.hero,
    Kind.COLUMNS: _columns,
    Kind.PROVIDER: cards.provider,
    Kind.TOPIC: cards.topic,
    Kind.ARTICLE: cards.article,
    Kind.OFFER: cards.offer,
    Kind.APPOINTMENT: cards.appointment,
    Kind.SOCIAL: cards.social,
}


def _edge(height_px: int) -> list[str]:
    return section(column([f'        <mj-spacer height="{height_px}px" />']))


def _font(font: Font) -> list[str]:
    family = FONT_FAMILIES[font]
    return [f'  <mj-head><mj-attributes><mj-all font-family="{family}" /></mj-attributes></mj-head>']
