"""What some mail programs do differently with what our HTML uses: a short table of our own.

Checked in November 2026 against the public results of caniemail.com (tests from 2019 to 2024), for what the compiler
can write and nothing else. Outlook for Windows means the classic one, which draws with Word. None of it loses words;
who designs by eye should know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Program(StrEnum):
    APPLE_MAIL = "Apple Mail"
    GMAIL = "Gmail"
    OUTLOOK_WINDOWS = "Outlook for Windows"
    YAHOO = "Yahoo Mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a program shows something otherwise than the preview. `tested`: the year of the public test."""

    feature: str
    programs: tuple[Program, ...]
    effect: str
    tested: int


@dataclass(frozen=True, slots=True)
class _Entry:
    sign: str
    written: re.Pattern[str]
    difference: Difference


def _entry(sign: str, written: str, feature: str, effect: str, tested: int, *programs: Program) -> _Entry:
    return _Entry(
        sign,
        re.compile(written),
        Difference(feature=feature, programs=programs, effect=effect, tested=tested),
    )


_WINDOWS = Program.OUTLOOK_WINDOWS
_TABLE = (
    _entry(
        "border-radius:", r"border-radius:\s*[1-9]", "Round corners", "The corners are square.",
        2021, _WINDOWS,
    ),
    _entry(
        "mj-column-per-", r"mj-column-per-(?!100\b)\d", "Columns side by side",
        "They stay side by side on narrow screens.",
        2019, _WINDOWS,
    ),
    _entry(
        "prefers-color-scheme", "prefers-color-scheme", "Colours for the dark",
        "They are not used; the program makes dark colours of its own, or none.",
        2020, Program.GMAIL, _WINDOWS, Program.YAHOO,
    ),
    _entry(
        ".webp", r'src="[^"]*\.webp(?:[?#][^"]*)?"', "Pictures as WebP", "They are not shown; use PNG or JPEG.",
        2021, _WINDOWS,
    ),
    _entry(
        ".gif", r'src="[^"]*\.gif(?:[?#][^"]*)?"', "Moving pictures", "Older ones show the first picture only.",
        2020, _WINDOWS,
    ),
    _entry(
        ".svg", r'src="[^"]*\.svg(?:[?#][^"]*)?"', "Pictures as SVG", "They are not shown; use PNG.",
        2023, Program.GMAIL, _WINDOWS,
    ),
    _entry(
        "text-transform:", r"text-transform:\s*lowercase", "Small letters by style", "Letters stay as typed.",
        2021, _WINDOWS,
    ),
)  # fmt: skip


def differences(html: str) -> tuple[Difference, ...]:
    """Those that finished HTML gives rise to, in the table's order."""
    lower = html.lower()
    return tuple(entry.difference for entry in _TABLE if entry.sign in lower and entry.written.search(lower))
