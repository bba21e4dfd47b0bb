"""The nouns of a message: what is written (draft), what is wrong with it (problem), what is sent (content)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.decisions.composer.rules.document.nodes import Document
    from bedside.decisions.composer.rules.fields import Source
    from bedside.decisions.gate.rules.classes import MessageClass


class Where(StrEnum):
    """The part of a message that a problem is in."""

    NAME = "name"
    SUBJECT = "subject"
    PREHEADER = "preheader"
    CLASS = "class"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing an author has to put right. `line` counts from 1 in MJML; `block` from 1 in a document."""

    code: str
    where: Where
    sentence: str
    line: int | None = None
    block: int | None = None

    @property
    def told(self) -> str:
        """The sentence with the place it is about: `Line 12: there is no …`."""
        if self.line is not None:
            return f"Line {self.line}: {self.sentence}"
        if self.block is not None:
            return f"Block {self.block}: {self.sentence}"
        return f"{_PLACES[self.where]}: {self.sentence}"


_PLACES = {
    Where.NAME: "Name",
    Where.SUBJECT: "Subject",
    Where.PREHEADER: "Preview line",
    Where.CLASS: "Kind of message",
    Where.BODY: "Message",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message as written. The body is either a `document` or the author's own `mjml`, never both."""

    name: str
    subject: str
    preheader: str
    message_class: MessageClass | None
    mjml: str = ""
    document: Document | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A message compiled: templates with `{{ place }}` for what differs from person to person, nothing else.

    The practice's own name, phone and postal address are written in. The footer is part of `html` and `text`, with
    the places `unsubscribe_url` and `preferences_url`. `fields` are the names of all places; `sources` says
    for each what fills it. `content_hash` (SHA-256) covers all of it, so an approval can be bound to it.
    """

    message_class: MessageClass | None
    subject: str
    preheader: str
    html: str
    text: str
    fields: frozenset[str]
    sources: Mapping[str, Source] = field(repr=False)
    content_hash: bytes
