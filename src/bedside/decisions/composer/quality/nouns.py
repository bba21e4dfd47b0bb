"""The nouns of the quality checks: one remark, and the figures that go with a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bedside.decisions.composer.rules.content import Where


class Light(StrEnum):
    """How much a remark matters. Neither keeps a message from being sent."""

    RED = "red"  # many readers are let down, or the mail is likely to be taken for spam
    AMBER = "amber"  # it could be better


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What could be better, and how. `line` counts from 1 in MJML, `block` from 1 in the simple editor.

    `quote` is what it is about, as it stands in the message: an address, or words. Empty for the mail as a whole.
    """

    code: str
    light: Light
    sentence: str
    to_do: str
    where: Where = Where.BODY
    quote: str = field(default="", repr=False)
    line: int | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The mail in numbers, the footer left out of all but the size. `grade`: years of school; None if too short."""

    size_bytes: int
    words: int
    links: int
    pictures: int
    grade: float | None
