"""What the editor sends, read into a draft; what was typed is never lost on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules import Block, Blocks, Colour, Draft, Kind
from bedside.decisions.composer.rules.blocks import BLOCKS_MAX, KIND_NAMES, SHADES
from bedside.decisions.gate.rules.classes import CLASS_RULES, MessageClass
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from django.http import QueryDict

    from bedside.decisions.composer.rules import Problem

_STARTING_TEXT = {Kind.TEXT: "", Kind.BUTTON: "Visit our website"}
_STARTING_LINK = {Kind.BUTTON: "{{ practice_url }}"}


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
            blocks=_blocks_from(post) if simple else None,
        )
        return Edit(draft=draft, based_on=int(post.get("based_on", "0")), pressed=post.get("do", "save"))
    except ValueError as error:
        raise Refusal("form", "This form does not fit; load the page again.") from error


def _blocks_from(post: QueryDict) -> Blocks:
    count = int(post.get("blocks", "0"))
    if not 0 <= count <= BLOCKS_MAX:
        raise Refusal("message_blocks", f"A message has at most {BLOCKS_MAX} blocks; remove some.")
    items = tuple(_block_from(post, number) for number in range(1, count + 1))
    return Blocks(items=items, colour=Colour(post.get("colour", Colour.TEAL)))


def _block_from(post: QueryDict, number: int) -> Block:
    def part(name: str) -> str:
        return post.get(f"block-{number}-{name}", "").replace("\r\n", "\n")

    return Block(
        kind=Kind(part("kind")), text=part("text"), link=part("link"), description=part("description")
    )


def rearranged(blocks: Blocks, pressed: str) -> Blocks:
    """The blocks after a button such as `up-2`, `down-2`, `remove-2` or `add-2-button` (0: before the first).

    Raises Refusal for a button there is not, or for one block too many.
    """
    verb, _, rest = pressed.partition("-")
    number, _, kind = rest.partition("-")
    items = list(blocks.items)
    try:
        _rearrange(items, verb, place=int(number), kind=kind)
    except (ValueError, IndexError) as error:
        raise Refusal("form", "This button does not fit any more; load the page again.") from error
    return Blocks(items=tuple(items), colour=blocks.colour)


def _rearrange(items: list[Block], verb: str, *, place: int, kind: str) -> None:
    """Raises ValueError and IndexError for what there is not."""
    match verb:
        case "up" | "down":
            one, other = _index(place, items), _index(place - 1 if verb == "up" else place + 1, items)
            items[one], items[other] = items[other], items[one]
        case "remove":
            del items[_index(place, items)]
        case "add":
            items.insert(place, _new_block(Kind(kind), items))
        case _:
            raise ValueError(verb)


def _index(number: int, items: list[Block]) -> int:
    if not 1 <= number <= len(items):
        raise IndexError(number)
    return number - 1


def _new_block(kind: Kind, items: list[Block]) -> Block:
    if len(items) >= BLOCKS_MAX:
        raise Refusal("message_blocks", f"A message has at most {BLOCKS_MAX} blocks; remove some.")
    return Block(kind=kind, text=_STARTING_TEXT.get(kind, ""), link=_STARTING_LINK.get(kind, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockForm:
    """One block as the page shows it. `problems` are sentences."""

    number: int
    block: Block
    name: str
    problems: list[str]
    first: bool
    last: bool


def block_forms(blocks: Blocks, problems: tuple[Problem, ...]) -> list[BlockForm]:
    return [
        BlockForm(
            number=number,
            block=block,
            name=KIND_NAMES[block.kind],
            problems=[problem.sentence for problem in problems if problem.block == number],
            first=number == 1,
            last=number == len(blocks.items),
        )
        for number, block in enumerate(blocks.items, start=1)
    ]


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.value, name) for kind, name in KIND_NAMES.items()]


def colour_choices() -> list[tuple[str, str]]:
    return [(colour.value, shade.name) for colour, shade in SHADES.items()]


def class_choices() -> list[tuple[str, str, str, str]]:
    """(code, label, help, example) of each class of message."""
    return [(rule.message_class.value, rule.label, rule.help, rule.example) for rule in CLASS_RULES.values()]


def class_label(message_class: MessageClass | None) -> str:
    return CLASS_RULES[message_class].label if message_class else ""
