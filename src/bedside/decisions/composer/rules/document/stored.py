"""Documents as JSON: what is written is of the newest version, what was ever written is read.

Version 1 had no number: `{"colour", "items"}` of six kinds. It becomes a document of the first edition, which is drawn
as it always was. The schema in words: docs/reference/documents.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bedside.decisions.composer.rules.document.colours import Colour
from bedside.decisions.composer.rules.document.kinds import IN_COLUMN, KINDS, Kind
from bedside.decisions.composer.rules.document.nodes import (
    BLOCKS_MAX,
    COLUMN_BLOCKS_MAX,
    Block,
    Document,
    Edition,
)

VERSION = 2
_FIRST_KINDS = {"image": Kind.PICTURE} | {
    kind.value: kind for kind in (Kind.HEADING, Kind.TEXT, Kind.BOX, Kind.BUTTON, Kind.LINE)
}


def to_json(document: Document) -> dict[str, Any]:
    """Empty parts are left out; so equal documents give equal JSON, and different ones different."""
    written: dict[str, Any] = {"version": VERSION, "edition": document.edition.value}
    if document.colour:
        written["colour"] = document.colour.value
    return written | {"blocks": [_block_to_json(block) for block in document.blocks]}


def from_json(written: Any) -> Document:
    """Raises ValueError for anything that no version of `to_json` writes."""
    if not isinstance(written, dict):
        raise ValueError("a document is an object")  # noqa: TRY004  one kind of error for whoever reads
    version = written.get("version", 1)
    if version == 1:
        return _from_first(written)
    if version != VERSION:
        raise ValueError(f"version {version} was written by another Bedside; this one knows up to {VERSION}")
    _only(written, {"version", "edition", "colour", "blocks"})
    colour = written.get("colour")
    return Document(
        edition=Edition(written["edition"]) if "edition" in written else Edition.CALM,
        colour=Colour(colour) if colour else None,
        blocks=_blocks(written.get("blocks"), most=BLOCKS_MAX),
    )


def _block_to_json(block: Block) -> dict[str, Any]:
    parts = {part.name: value for part in KINDS[block.kind].parts if (value := getattr(block, part.name))}
    written: dict[str, Any] = {"kind": block.kind.value, **parts}
    if block.show_if:
        written["show_if"] = block.show_if
    if block.kind is Kind.COLUMNS:
        written["left"] = [_block_to_json(inner) for inner in block.left]
        written["right"] = [_block_to_json(inner) for inner in block.right]
    return written


def _blocks(written: Any, *, most: int) -> tuple[Block, ...]:
    if not isinstance(written, list):
        raise ValueError("blocks are a list")  # noqa: TRY004
    if len(written) > most:
        raise ValueError(f"there are at most {most} blocks here")
    return tuple(_block(item) for item in written)


def _block(written: Any) -> Block:
    if not isinstance(written, dict) or not isinstance(written.get("kind"), str):
        raise ValueError("a block is an object with a kind")  # noqa: TRY004
    kind = Kind(written["kind"])
    names = {part.name for part in KINDS[kind].parts} | {"show_if"}
    sides = {"left", "right"} if kind is Kind.COLUMNS else set()
    _only(written, names | sides | {"kind"})
    parts: dict[str, Any] = {name: _string(written[name]) for name in names & written.keys()}
    block = Block(kind=kind, **parts)
    return _with_sides(block, written) if sides else block


def _with_sides(block: Block, written: dict[str, Any]) -> Block:
    left, right = (_blocks(written.get(side, []), most=COLUMN_BLOCKS_MAX) for side in ("left", "right"))
    if any(inner.kind not in IN_COLUMN or inner.show_if for inner in left + right):
        raise ValueError("only simple blocks stand in a column")
    return replace(block, left=left, right=right)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a part of a block is text")  # noqa: TRY004
    return value


def _only(written: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(map(str, written.keys() - known)):
        raise ValueError(f"not known here: {', '.join(unknown)[:80]}")


def _from_first(written: dict[str, Any]) -> Document:
    items = written.get("items")
    if not isinstance(items, list) or len(items) > BLOCKS_MAX:
        raise ValueError(f"a message has a list of at most {BLOCKS_MAX} blocks")
    return Document(
        edition=Edition.FIRST,
        colour=Colour(written.get("colour", Colour.TEAL)),
        blocks=tuple(_first_block(item) for item in items),
    )


def _first_block(item: dict[str, Any]) -> Block:
    """Version 1 kept words of any kind with any block; only those that were shown are kept."""
    kind = _FIRST_KINDS.get(item["kind"])
    if kind is None:
        raise ValueError("a kind that version 1 did not have")
    known: dict[str, Any] = {
        name: str(value) for name, value in item.items() if name in {"text", "link", "description"}
    }
    if kind is Kind.PICTURE:
        return Block(kind=kind, picture=known.get("link", ""), description=known.get("description", ""))
    parts = {part.name for part in KINDS[kind].parts}
    return Block(kind=kind, **{name: value for name, value in known.items() if name in parts})
