"""A structured message: a short tree of blocks, each a form somebody can fill in who has never seen markup."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.composer.rules.document.colours import Colour
    from bedside.decisions.composer.rules.document.kinds import Kind

BLOCKS_MAX = 60
COLUMN_BLOCKS_MAX = 10


class Edition(StrEnum):
    """How a document is drawn. What an old one looked like it looks like for ever: an approval stands for its bytes."""

    FIRST = "first"
    CALM = "calm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block. Which parts it uses depends on its kind (`kinds.KINDS`); the others are empty.

    Texts hold the few signs of `inline` and merge fields, nothing else. `picture` is the id of a picture of the
    practice, or an https address on its own website. `show_if` names a field: the block is for people only for whom it
    has a value. `left` and `right` are the sides of two columns, of simple blocks (`kinds.IN_COLUMN`).
    """

    kind: Kind
    text: str = ""
    link: str = ""
    description: str = ""
    heading: str = ""
    picture: str = ""
    name: str = ""
    credentials: str = ""
    label: str = ""
    small: str = ""
    show_if: str = ""
    left: tuple[Block, ...] = ()
    right: tuple[Block, ...] = ()

    @property
    def sides(self) -> tuple[Block, ...]:
        return self.left + self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Blocks from top to bottom. Without a `colour` of its own it has the brand kit's."""

    blocks: tuple[Block, ...]
    colour: Colour | None = None
    edition: Edition = Edition.CALM

    def every_block(self) -> Iterator[tuple[int, Block]]:
        """Each block with its number from 1; what stands in columns has the number of the columns."""
        for number, block in enumerate(self.blocks, start=1):
            yield number, block
            for inner in block.sides:
                yield number, inner
