"""What the editor sends, read into a draft; what was typed is never lost on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules import Document, Draft
from bedside.decisions.composer.rules.document import (
    BLOCKS_MAX,
    IN_COLUMN,
    KINDS,
    SHADES,
    Block,
    Colour,
    Edition,
    Kind,
)
from bedside.decisions.composer.rules.document.nodes import COLUMN_BLOCKS_MAX
from bedside.decisions.composer.rules.fields import fields_for
from bedside.decisions.gate.rules.classes import CLASS_RULES, MessageClass
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from django.http import QueryDict

    from bedside.decisions.composer.rules import Problem
    from bedside.decisions.composer.rules.document import Part

_STARTING = {
    Kind.BUTTON: {"text": "Visit our website", "link": "{{ practice_url }}"},
    Kind.OFFER: {"label": "Arrange a visit", "link": "{{ practice_url }}"},
}
_ARRANGE = re.compile(r"(up|down|remove|add)-(\d{1,3})(?:(l|r)(\d{1,3}))?(?:-([a-z]{1,20}))?")
_SIDES = {"l": "left", "r": "right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One submission: the draft, the revision it is based on, and the button that was pressed."""

    draft: Draft
    based_on: int
    pressed: str


def edit_from(post: QueryDict) -> Edit:
    """Raises Refusal for a form that no page of ours sends."""
    simple = post.get("mode") == "simple"
    chosen = post.get("message_class")
    try:
        draft = Draft(
            name=post.get("name", ""),
            subject=post.get("subject", ""),
            preheader=post.get("preheader", ""),
            message_class=MessageClass(str(chosen)) if chosen else None,
            mjml="" if simple else post.get("mjml", "").replace("\r\n", "\n"),
            document=_document_from(post) if simple else None,
        )
        return Edit(draft=draft, based_on=int(post.get("based_on", "0")), pressed=post.get("do", "save"))
    except ValueError as error:
        raise Refusal("form", "This form does not fit; load the page again.") from error


def _document_from(post: QueryDict) -> Document:
    count = _count(post, "blocks", most=BLOCKS_MAX)
    colour = post.get("colour", "")
    return Document(
        blocks=tuple(_block_from(post, f"block-{number}") for number in range(1, count + 1)),
        colour=Colour(colour) if colour else None,
        edition=Edition(post.get("edition", Edition.CALM)),
    )


def _count(post: QueryDict, name: str, *, most: int) -> int:
    count = int(post.get(name) or 0)
    if not 0 <= count <= most:
        raise Refusal("message_blocks", f"There are at most {most} blocks here; remove some.")
    return count


def _block_from(post: QueryDict, prefix: str) -> Block:
    def part(name: str) -> str:
        return post.get(f"{prefix}-{name}", "").replace("\r\n", "\n")

    kind = Kind(part("kind"))
    block = Block(
        kind=kind,
        show_if=part("show_if"),
        **{known.name: part(known.name) for known in KINDS[kind].parts},  # type: ignore[arg-type]
    )
    if kind is not Kind.COLUMNS:
        return block
    return replace(block, left=_side_from(post, f"{prefix}-left"), right=_side_from(post, f"{prefix}-right"))


def _side_from(post: QueryDict, prefix: str) -> tuple[Block, ...]:
    count = _count(post, prefix, most=COLUMN_BLOCKS_MAX)
    return tuple(_block_from(post, f"{prefix}-{number}") for number in range(1, count + 1))


def rearranged(document: Document, pressed: str) -> Document:
    """The document after a button such as `up-2`, `remove-2` or `add-2-button` (0: before the first).

    `2l1` is the first block in the left column of block 2. Raises Refusal for a button there is not, or for one block
    too many.
    """
    match = _ARRANGE.fullmatch(pressed)
    try:
        blocks = _arranged(document.blocks, match.groups()) if match else None
    except (ValueError, IndexError):
        blocks = None
    if blocks is None:
        raise Refusal("form", "This button does not fit any more; load the page again.")
    return replace(document, blocks=tuple(blocks))


def _arranged(blocks: tuple[Block, ...], pressed: tuple[str | None, ...]) -> list[Block]:
    """Raises ValueError and IndexError for what there is not."""
    verb, number, side, inner, kind = (part or "" for part in pressed)
    changed = list(blocks)
    if side:
        place = _index(int(number), changed)
        changed[place] = _with_side(changed[place], _SIDES[side], verb, place=int(inner), kind=kind)
    else:
        _rearrange(changed, verb, place=int(number), kind=kind, most=BLOCKS_MAX)
    return changed


def _with_side(block: Block, side: str, verb: str, *, place: int, kind: str) -> Block:
    if block.kind is not Kind.COLUMNS or (verb == "add" and Kind(kind) not in IN_COLUMN):
        raise ValueError(kind)
    inner = list(getattr(block, side))
    _rearrange(inner, verb, place=place, kind=kind, most=COLUMN_BLOCKS_MAX)
    return replace(block, left=tuple(inner)) if side == "left" else replace(block, right=tuple(inner))


def _rearrange(items: list[Block], verb: str, *, place: int, kind: str, most: int) -> None:
    """Raises ValueError and IndexError for what there is not."""
    match verb:
        case "up" | "down":
            one, other = _index(place, items), _index(place - 1 if verb == "up" else place + 1, items)
            items[one], items[other] = items[other], items[one]
        case "remove":
            del items[_index(place, items)]
        case _:
            if len(items) >= most:
                raise Refusal("message_blocks", f"There are at most {most} blocks here; remove some.")
            items.insert(place, new_block(Kind(kind)))


def _index(number: int, items: list[Block]) -> int:
    if not 1 <= number <= len(items):
        raise IndexError(number)
    return number - 1


def new_block(kind: Kind) -> Block:
    """An empty block, or one with words to begin with."""
    return Block(kind=kind, **_STARTING.get(kind, {}))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartForm:
    """One part of a block as the page shows it. `name` is the control's."""

    name: str
    part: Part
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two columns. `name` is the control's that counts its blocks; `place` begins the names of buttons."""

    label: str
    name: str
    place: str
    forms: list[BlockForm]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockForm:
    """One block as the page shows it. `place` is how buttons name it; `problems` are sentences."""

    number: int
    place: str
    name: str
    block: Block
    label: str
    help: str
    parts: list[PartForm]
    sides: list[Side]
    problems: list[str]
    first: bool
    last: bool


def block_forms(document: Document, problems: tuple[Problem, ...]) -> list[BlockForm]:
    forms = _forms(document.blocks, "block-", "")
    return [
        replace(form, problems=[one.sentence for one in problems if one.block == form.number])
        for form in forms
    ]


def _forms(blocks: tuple[Block, ...], prefix: str, place: str) -> list[BlockForm]:
    return [
        BlockForm(
            number=number,
            place=f"{place}{number}",
            name=f"{prefix}{number}",
            block=block,
            label=KINDS[block.kind].label,
            help=KINDS[block.kind].help,
            parts=[
                PartForm(name=f"{prefix}{number}-{part.name}", part=part, value=getattr(block, part.name))
                for part in KINDS[block.kind].parts
            ],
            sides=_sides(block, f"{prefix}{number}", f"{place}{number}"),
            problems=[],
            first=number == 1,
            last=number == len(blocks),
        )
        for number, block in enumerate(blocks, start=1)
    ]


def _sides(block: Block, name: str, place: str) -> list[Side]:
    if block.kind is not Kind.COLUMNS:
        return []
    return [
        Side(
            label=f"{side.capitalize()} column",
            name=f"{name}-{side}",
            place=f"{place}{sign}",
            forms=_forms(getattr(block, side), f"{name}-{side}-", f"{place}{sign}"),
        )
        for sign, side in _SIDES.items()
    ]


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.value, one.label) for kind, one in KINDS.items()]


def column_choices() -> list[tuple[str, str]]:
    """What may stand in a column."""
    return [(kind.value, one.label) for kind, one in KINDS.items() if kind in IN_COLUMN]


def colour_choices() -> list[tuple[str, str]]:
    return [("", "Of your brand kit"), *((colour.value, shade.name) for colour, shade in SHADES.items())]


def condition_choices(message_class: MessageClass | None) -> list[tuple[str, str]]:
    """(field, words) of what a block may be kept for."""
    fields = [field for field in fields_for(message_class) if not (field.link or field.of_practice)]
    return [("", "Everybody"), *((field.name, f"Who has: {field.label.lower()}") for field in fields)]


def class_choices() -> list[tuple[str, str, str, str]]:
    """(code, label, help, example) of each class of message."""
    return [(rule.message_class.value, rule.label, rule.help, rule.example) for rule in CLASS_RULES.values()]


def class_label(message_class: MessageClass | None) -> str:
    return CLASS_RULES[message_class].label if message_class else ""
