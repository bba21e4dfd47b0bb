"""What must be put right in a document, said of its blocks and in the words of its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.checking import not_for, unknown_field
from bedside.decisions.composer.rules.content import Problem, Where
from bedside.decisions.composer.rules.document.dress import picture_id
from bedside.decisions.composer.rules.document.kinds import KINDS, Control, Kind, Part
from bedside.decisions.composer.rules.fields import FIELDS
from bedside.decisions.gate.rules.classes import CLASS_RULES
from bedside.records.media.rules import Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from bedside.decisions.composer.rules.document.dress import Dress
    from bedside.decisions.composer.rules.document.nodes import Block, Document
    from bedside.decisions.gate.rules.classes import MessageClass


def check_document(
    document: Document, dress: Dress, *, message_class: MessageClass | None
) -> Iterator[Problem]:
    """Problems in the order of blocks; what the markup made of them says, `checking` says."""
    if not document.blocks:
        yield Problem(
            code="empty", where=Where.BODY, sentence="there is nothing in the message yet; add a block."
        )
    for number, block in document.every_block():
        for code, sentence in _block_problems(block, dress, message_class):
            yield Problem(code=code, where=Where.BODY, sentence=sentence, block=number)


def picture_problems(document: Document | None, refused: Mapping[UUID, Unusable]) -> list[Problem]:
    """The pictures that are there and may not go out on the day in question, by block.

    What is unknown or was removed has a problem of its own already.
    """
    if document is None:
        return []
    numbered = ((number, picture_id(block.picture)) for number, block in document.every_block())
    return [
        Problem(code="picture", where=Where.BODY, sentence=_going_on(refused[found].sentence), block=number)
        for number, found in dict.fromkeys(numbered)
        if found is not None and found in refused and refused[found] not in _GONE
    ]


_GONE = frozenset({Unusable.UNKNOWN, Unusable.REMOVED})


def _going_on(sentence: str) -> str:
    """As it goes on behind `Block 2:`."""
    return f"{sentence[:1].lower()}{sentence[1:]}"


def _block_problems(
    block: Block, dress: Dress, message_class: MessageClass | None
) -> Iterator[tuple[str, str]]:
    for part in KINDS[block.kind].parts:
        yield from _part_problems(part, getattr(block, part.name), dress)
    if block.kind is Kind.COLUMNS and not (block.left and block.right):
        yield "empty_block", "put something into both columns, or use a block without columns."
    if block.kind is Kind.SOCIAL and not dress.brand.social:
        yield "no_social", "your brand kit has no pages elsewhere yet; add one there or remove the block."
    if (
        block.kind is Kind.APPOINTMENT
        and message_class
        and message_class not in FIELDS["next_appointment"].classes
    ):
        label = CLASS_RULES[message_class].label
        yield (
            "not_for_class",
            f"an appointment may not stand in messages of the kind “{label}”; remove the block.",
        )
    if block.show_if:
        yield from _condition_problems(block.show_if, message_class)


def _part_problems(part: Part, value: str, dress: Dress) -> Iterator[tuple[str, str]]:
    if part.required and not value.strip():
        yield _empty(part)
        return
    if len(value) > part.length_max:
        yield "long", f"shorten “{part.label}” to {part.length_max} characters."
    if part.control is Control.PICTURE and picture_id(value) and dress.look(value) is None:
        yield "picture", "this picture may not be used any more, or is not yours; choose another one."


def _empty(part: Part) -> tuple[str, str]:
    if part.control is Control.PICTURE:
        return "picture", "it needs a picture of yours, or the address of one that begins with https://."
    if part.name == "text":
        return "empty_block", "it is empty; write something or remove it."
    if part.control is Control.LINK:
        return "link", "the link is empty; give an address that begins with https://."
    return "empty_block", f"fill in “{part.label}”."


def _condition_problems(field: str, message_class: MessageClass | None) -> Iterator[tuple[str, str]]:
    """The same allow-list as for what is shown: that a block is there says as much as the value (MIN-02)."""
    known = FIELDS.get(field)
    if known is None:
        yield "field", unknown_field(field, message_class)
    elif known.of_practice or known.link:
        yield (
            "field",
            f"“{known.label}” is there for everybody; choose a field of the reader, or show the block to all.",
        )
    elif message_class is not None and message_class not in known.classes:
        yield "field", not_for(field, message_class)
