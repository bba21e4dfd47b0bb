"""What a layer hands to the next: a finding in the folded text, not yet in the place it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedside.kit.phi.nouns import Kind, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """As `Finding`, with `start` and `end` counted in the folded text."""

    start: int
    end: int
    kind: Kind
    level: Level
    why: str
    suggestion: str | None = None
