"""Which of several ways to reach somebody comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedside.kit.clinical.values import Telecom

_RANK_LAST: Final = 1_000
_RANK_OLD: Final = 2_000


def ranked(found: Sequence[Telecom]) -> tuple[Telecom, ...]:
    """The preferred first: by rank, unranked ones in their order, those no longer in use last."""
    return tuple(found) if len(found) <= 1 else tuple(sorted(found, key=_order))


def _order(each: Telecom) -> int:
    if each.use == "old":
        return _RANK_OLD
    return _RANK_LAST if each.rank is None else min(each.rank, _RANK_LAST)
