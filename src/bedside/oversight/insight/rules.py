"""Small cells: a count of one to ten people may point at a person, and so may what is left when all else is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST_SHOWN = 11  # as in CMS's cell size suppression policy
FEW = f"fewer than {SMALLEST_SHOWN}"
NOT_SHOWN = "not shown"
_TENS = 10

Key = TypeVar("Key")


def shown(counts: Mapping[Key, int], *, exact: bool) -> dict[Key, str]:
    """Counts as words, in the same order. Unless `exact`, 1 to 10 become "fewer than 11" and the others tens.

    A single hidden count beside a total could be worked out, so the next smallest is hidden with it. Tens, as of
    segments: of two campaigns that differ by one person, exact counts tell what holds for that one.

    >>> shown({"a": 5, "b": 40, "c": 304}, exact=False)
    {'a': 'fewer than 11', 'b': 'not shown', 'c': 'about 300'}
    >>> shown({"a": 5, "b": 40}, exact=True)
    {'a': '5', 'b': '40'}
    """
    if exact:
        return {key: f"{count:,}" for key, count in counts.items()}
    words = {key: f"about {in_tens(count):,}" if count else "0" for key, count in counts.items()}
    small, beside = _hidden(counts)
    words.update(dict.fromkeys(small, FEW))
    words.update(dict.fromkeys(beside, NOT_SHOWN))
    return words


def drawn(counts: Mapping[Key, int], *, exact: bool) -> dict[Key, float]:
    """How long to draw each count, so that nobody reads off a picture what `shown` does not say.

    >>> drawn({"a": 5, "b": 40, "c": 304}, exact=False)
    {'a': 25.0, 'b': 25.0, 'c': 300}
    """
    if exact:
        return dict(counts)
    lengths: dict[Key, float] = {key: in_tens(count) for key, count in counts.items()}
    small, beside = _hidden(counts)
    if hidden := small + beside:
        together = max(in_tens(sum(counts[key] for key in hidden)), _TENS)
        lengths.update(dict.fromkeys(hidden, together / len(hidden)))
    return lengths


def in_tens(count: int) -> int:
    return (count + _TENS // 2) // _TENS * _TENS


def _hidden(counts: Mapping[Key, int]) -> tuple[list[Key], list[Key]]:
    """Those too small to be told, and the one that would tell a single such."""
    small = [key for key, count in counts.items() if 0 < count < SMALLEST_SHOWN]
    rest = [key for key, count in counts.items() if count >= SMALLEST_SHOWN]
    beside = [min(rest, key=lambda key: counts[key])] if len(small) == 1 and rest else []
    return small, beside


def share(part: int, whole: int) -> str:
    """A percentage that never rounds up to 100 or down to 0.

    >>> share(999_999, 1_000_000), share(1, 3), share(5, 5), share(0, 0)
    ('99.9 %', '33.3 %', '100 %', 'none yet')
    """
    if whole == 0:
        return "none yet"
    if part == whole:
        return "100 %"
    return f"{max(min(part * 1000 // whole, 999), 1 if part else 0) / 10:.1f} %"
