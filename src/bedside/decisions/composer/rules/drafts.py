"""What may be stored at all: a draft with problems may, one without bounds may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.blocks import BLOCK_LENGTH_MAX, BLOCKS_MAX
from bedside.decisions.composer.rules.tree import SOURCE_LENGTH_MAX
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.content import Draft

NAME_LENGTH_MAX = 120
HEADING_LENGTH_MAX = 1_000


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
    _check_blocks(draft)


def _check_blocks(draft: Draft) -> None:
    if draft.blocks is None:
        return
    if len(draft.blocks.items) > BLOCKS_MAX:
        raise Refusal("message_blocks", f"A message has at most {BLOCKS_MAX} blocks; remove some.")
    for block in draft.blocks.items:
        if max(len(block.text), len(block.link), len(block.description)) > BLOCK_LENGTH_MAX:
            raise Refusal(
                "message_blocks", f"A block holds at most {BLOCK_LENGTH_MAX:,} characters; split it."
            )


def _texts(draft: Draft) -> list[str]:
    return [draft.name, draft.subject, draft.preheader, draft.mjml]


def _is_text(text: str) -> bool:
    """False for lone surrogates, which no file and no mail can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
