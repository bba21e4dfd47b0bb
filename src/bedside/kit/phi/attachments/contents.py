"""What was read from a file, or why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

TEXT_LENGTH_MAX: Final = 900_000  # below what one screening takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The text of a file. `unread` says in one sentence what of it could not be read; empty if all was."""

    text: str = field(default="", repr=False)
    unread: str = ""


class Unreadable(Exception):
    """A file that cannot be read; the message is one sentence for the user."""
