"""Small cells: a count of one to ten people may point at a person, and so may what is left when all else is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST_SHOWN = 11  # as in CMS's cell size suppression policy
FEW = f"fewer than {SMALLEST_SHOWN}"
NOT_SHOWN = "not shown"

Key = TypeVar("Key")


def shown(counts: Mapping[Key, int], *, exact: bool) -> dict[Key, str]:
    """Counts as words, in the same order. Unless `exact`, 1 to 10 become "fewer than 11".

    A single hidden count beside a total could be worked out, so the next smallest is hidden with it.

    >>> shown({"a": 5, "b": 40, "c": 300}, exact=False)
    {'a': 'fewer than 11', 'b': 'not shown', 'c': '300'}
    >>> shown({"a": 5, "b": 40}, exact=True)
    {'a': '5', 'b': '40'}
    """
    words = {key: f"{count:,}" for key, count in counts.items()}
    if exact:
        return words
    small = [key for key, count in counts.items() if 0 < count < SMALLEST_SHOWN]
    words.update(dict.fromkeys(small, FEW))
    rest = [key for key, count in counts.items() if count >= SMALLEST_SHOWN]
    if len(small) == 1 and rest:
        words[min(rest, key=lambda key: counts[key])] = NOT_SHOWN
    return words


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
