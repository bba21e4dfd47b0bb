"""The simple editor's document: a short list of blocks, and the MJML they stand for.

A block is a form somebody can fill in who has never seen MJML. The same blocks always give the same MJML.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

from bedside.decisions.composer.rules.inline import attribute, inline, paragraphs

BLOCKS_MAX = 60
BLOCK_LENGTH_MAX = 10_000
_TAKEN = frozenset({"text", "link", "description"})


class Kind(StrEnum):
    HEADING = "heading"
    TEXT = "text"
    BOX = "box"  # text in a tinted frame, for what must not be overlooked
    BUTTON = "button"
    IMAGE = "image"
    LINE = "line"


KIND_NAMES = {
    Kind.HEADING: "Heading",
    Kind.TEXT: "Text",
    Kind.BOX: "Highlighted text",
    Kind.BUTTON: "Button",
    Kind.IMAGE: "Picture",
    Kind.LINE: "Dividing line",
}


class Colour(StrEnum):
    """Brand colours; white text on each has a contrast of at least 4.5 (WCAG 2.2, 1.4.3), also when inverted."""

    TEAL = "teal"
    BLUE = "blue"
    GREEN = "green"
    PLUM = "plum"
    RUST = "rust"
    SLATE = "slate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """The hexadecimal values of one brand colour: strong for buttons and headings, pale for boxes."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block. Which of the three texts it uses depends on its kind; the others are empty.

    heading, text, box: `text`. button: `text` (label) and `link`. image: `link` (address of the picture),
    `description` (for who cannot see it).
    """

    kind: Kind
    text: str = ""
    link: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    items: tuple[Block, ...]
    colour: Colour = Colour.TEAL


def to_json(blocks: Blocks) -> dict[str, Any]:
    return {"colour": blocks.colour.value, "items": [_block_to_json(block) for block in blocks.items]}


def from_json(written: dict[str, Any]) -> Blocks:
    """Raises ValueError for anything that `to_json` does not write."""
    items = written["items"]
    if len(items) > BLOCKS_MAX:
        raise ValueError(f"a message has at most {BLOCKS_MAX} blocks")
    return Blocks(
        colour=Colour(written.get("colour", Colour.TEAL)),
        items=tuple(_block_from_json(item) for item in items),
    )


def _block_to_json(block: Block) -> dict[str, str]:
    known = {
        "kind": block.kind.value,
        "text": block.text,
        "link": block.link,
        "description": block.description,
    }
    return {name: value for name, value in known.items() if value}


def _block_from_json(item: dict[str, str]) -> Block:
    known = {name: str(value) for name, value in item.items() if name in _TAKEN}
    return Block(kind=Kind(item["kind"]), **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocksMarkup:
    """MJML made of blocks. `first_lines[i]` is the line (from 1) on which block i begins."""

    mjml: str
    first_lines: tuple[int, ...]

    def block_at(self, line: int) -> int | None:
        """Which block (from 1) a line of the MJML belongs to; None before the first."""
        before = [number for number, first in enumerate(self.first_lines, start=1) if first <= line]
        return before[-1] if before else None


def to_mjml(blocks: Blocks) -> BlocksMarkup:
    """The MJML of a document. Text is escaped; only the inline signs of `inline` become markup."""
    shade = SHADES[blocks.colour]
    lines = [
        "<mjml>",
        '  <mj-body background-color="#eef1f4" width="600px">',
        f'    <mj-section background-color="{shade.strong}" padding="0"><mj-column>',
        (
            '      <mj-text color="#ffffff" font-size="18px" font-weight="bold" padding="20px 32px">'
            "{{ practice_name }}</mj-text>"
        ),
        "    </mj-column></mj-section>",
        '    <mj-section background-color="#ffffff" padding="20px 0 28px 0"><mj-column>',
    ]
    first_lines = []
    level = 1
    for block in blocks.items:
        first_lines.append(len(lines) + 1)
        lines += _markup(block, shade, level)
        level = 2 if block.kind is Kind.HEADING else level
    lines += ["    </mj-column></mj-section>", "  </mj-body>", "</mjml>", ""]
    return BlocksMarkup(mjml="\n".join(lines), first_lines=tuple(first_lines))


def _markup(block: Block, shade: Shade, level: int) -> list[str]:
    match block.kind:
        case Kind.HEADING:
            return _heading(block, shade, level)
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
        case Kind.IMAGE:
            return [
                (
                    f'      <mj-image src="{attribute(block.link)}" alt="{attribute(block.description)}"'
                    ' padding="12px 32px" border-radius="6px" />'
                )
            ]
        case Kind.LINE:
            return ['      <mj-divider border-width="1px" border-color="#d5dbe2" padding="16px 32px" />']
        case _:
            assert_never(block.kind)


_TEXT_OPEN = '      <mj-text font-size="16px" line-height="1.6" color="#1d2733" padding="6px 32px 12px 32px">'


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
