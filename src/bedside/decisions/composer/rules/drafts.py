"""What may be stored at all: a draft with problems may, one without bounds may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.document.kinds import KINDS
from bedside.decisions.composer.rules.document.nodes import BLOCKS_MAX, COLUMN_BLOCKS_MAX
from bedside.decisions.composer.rules.document.stored import from_json, to_json
from bedside.decisions.composer.rules.tree import SOURCE_LENGTH_MAX
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.content import Draft
    from bedside.decisions.composer.rules.document.nodes import Block, Document

NAME_LENGTH_MAX = 120
HEADING_LENGTH_MAX = 1_000
BLOCK_LENGTH_MAX = 10_000


def check_storable(draft: Draft) -> None:
    """Raises Refusal."""
    if not draft.name.strip():
        raise Refusal("message_name", "Give the message a name, for your own list only.")
    if len(draft.name) > NAME_LENGTH_MAX:
        raise Refusal("message_name", f"Shorten the name to {NAME_LENGTH_MAX} characters.")
    if max(len(draft.subject), len(draft.preheader)) > HEADING_LENGTH_MAX:
        raise Refusal("message_heading", "Shorten the subject and the preview line.")
    if len(draft.mjml) > SOURCE_LENGTH_MAX:
        raise Refusal("message_length", f"Shorten the message to {SOURCE_LENGTH_MAX:,} characters.")
    for text in _texts(draft):
        if len(text) > SOURCE_LENGTH_MAX or not _is_text(text):
            raise Refusal("message_signs", "The message has signs that are no text; write it anew.")
    if draft.document is not None:
        _check_document(draft.document)


def _check_document(document: Document) -> None:
    if len(document.blocks) > BLOCKS_MAX:
        raise Refusal("message_blocks", f"A message has at most {BLOCKS_MAX} blocks; remove some.")
    for _, block in document.every_block():
        if max(len(block.left), len(block.right)) > COLUMN_BLOCKS_MAX:
            raise Refusal("message_blocks", f"A column has at most {COLUMN_BLOCKS_MAX} blocks; remove some.")
        _check_block(block)
    if not _is_same_when_read(document):
        raise Refusal("message_blocks", "A block holds what its kind has no place for; remove it.")


def _check_block(block: Block) -> None:
    for part in KINDS[block.kind].parts:
        value = getattr(block, part.name)
        if not _is_text(value):
            raise Refusal("message_signs", "The message has signs that are no text; write it anew.")
        # A little more than may be sent may be kept, so that nothing typed is lost for its length.
        if len(value) > max(part.length_max, BLOCK_LENGTH_MAX):
            raise Refusal(
                "message_blocks", f"A block holds at most {BLOCK_LENGTH_MAX:,} characters; split it."
            )


def _is_same_when_read(document: Document) -> bool:
    """What is stored must come back: nothing in a block that its kind does not write, no columns in columns."""
    try:
        return from_json(to_json(document)) == document
    except ValueError:
        return False


def _texts(draft: Draft) -> list[str]:
    return [draft.name, draft.subject, draft.preheader, draft.mjml]


def _is_text(text: str) -> bool:
    """False for lone surrogates, which no file and no mail can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
