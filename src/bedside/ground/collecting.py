"""How often Python looks for cycles of objects that nobody needs any more.

By default at every 700 new objects, with all that was ever imported among what it goes through again and again: a
batch of a thousand people makes a hundred thousand objects, of which none is in a cycle, and a third of the time went
into looking.
"""

from __future__ import annotations

import gc
from typing import Final

# Some megabytes of objects may wait before anybody looks.
_NEW_OBJECTS: Final = 50_000
_YOUNG_ROUNDS: Final = 20
_OLD_ROUNDS: Final = 20


def collect_seldom() -> None:
    """For each entry point, once all is imported: what is there now stays, so it is never gone through again."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_ROUNDS, _OLD_ROUNDS)
