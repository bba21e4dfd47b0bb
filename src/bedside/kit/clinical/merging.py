"""Which record stands for a person after others were merged into it, however many times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivors:
    """`of`: each replaced record with the one that now stands for it. `circles`: those that replace each other.

    Nobody can say who survives a circle; its records, and those that lead into it, stay as they are.
    """

    of: dict[str, str]
    circles: frozenset[str]


def survivors(replaced_by: Mapping[str, str]) -> Survivors:
    """Follow "replaced by" to its end. Every record is visited once, so circles end, too."""
    known: dict[str, str | None] = {}
    for start in replaced_by:
        path, on_path, at = [], set(), start
        while at in replaced_by and at not in known and at not in on_path:
            path.append(at)
            on_path.add(at)
            at = replaced_by[at]
        end = None if at in on_path else known.get(at, at)
        known.update((each, end) for each in path)
    return Survivors(
        of={each: end for each, end in known.items() if end is not None},
        circles=frozenset(each for each, end in known.items() if end is None),
    )
