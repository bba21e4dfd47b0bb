"""The lists of words beside this file, each read once, at its first use."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("lists")


@cache
def lines_of(name: str) -> tuple[str, ...]:
    """The lines of a list without its heading: one word or phrase each."""
    text = Path(_FOLDER, f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def words_of(name: str) -> frozenset[str]:
    """Every word of a list, however many stand on a line."""
    return frozenset(word for line in lines_of(name) for word in line.split())
