"""A document as the MJML it stands for. The same document in the same dress always gives the same MJML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from bedside.decisions.composer.rules.document import calm, first
from bedside.decisions.composer.rules.document.nodes import Edition

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.document.dress import Dress
    from bedside.decisions.composer.rules.document.nodes import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """MJML made of a document. `first_lines[i]` is the line (from 1) on which block i begins.

    `asked[i]` is the field without which a person gets no block i, or empty. `after` is the line behind the last.
    """

    mjml: str
    first_lines: tuple[int, ...]
    asked: tuple[str, ...]
    after: int

    def block_at(self, line: int) -> int | None:
        """Which block (from 1) a line of the MJML belongs to; None before the first and behind the last."""
        before = [number for number, start in enumerate(self.first_lines, start=1) if start <= line]
        return before[-1] if before and line < self.after else None

    def asked_at(self, line: int) -> tuple[int, str] | None:
        """The block a line belongs to and the field it asks for; None where it is for everybody."""
        number = self.block_at(line)
        field = self.asked[number - 1] if number else ""
        return (number, field) if number and field else None


def to_mjml(document: Document, dress: Dress) -> Markup:
    """Text is escaped; only the signs of `inline` become markup."""
    match document.edition:
        case Edition.FIRST:
            lines, first_lines, after = first.lines_of(document, dress)
        case Edition.CALM:
            lines, first_lines, after = calm.lines_of(document, dress)
        case _:
            assert_never(document.edition)
    return Markup(
        mjml="\n".join(lines),
        first_lines=tuple(first_lines),
        asked=tuple(block.show_if for block in document.blocks),
        after=after,
    )
