"""Pictures as the patients' door hands them out: to anybody with the address, quickly, and without a word of who asked.

Opened renditions stay in memory for a minute, so that a mail to thousands costs one look into the database; what is
taken out for good stops within that minute. Bounded in bytes.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import NotFound
from bedside.ground.scope import Purpose, system_scope
from bedside.kit.pictures import WIDTHS
from bedside.records.media.links import open_picture_link
from bedside.records.media.queries import Shown, served

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

REMEMBERED_BYTES_MAX: Final = 64 * 1024 * 1024
REMEMBERED_S: Final = 60.0


class Gone(Exception):
    """There was such a picture, and it is not to be had any more."""


@dataclass(slots=True)
class Remembered:
    """The renditions asked for last. `clock_s` counts seconds and never goes back."""

    bytes_max: int = REMEMBERED_BYTES_MAX
    clock_s: Callable[[], float] = time.monotonic
    size_bytes: int = 0
    _held: OrderedDict[tuple[str, int], tuple[float, Shown]] = field(default_factory=OrderedDict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[str, int]) -> Shown | None:
        with self._guard:
            found = self._held.get(key)
            if found is None:
                return None
            until_s, shown = found
            if self.clock_s() >= until_s:
                self._drop(key)
                return None
            self._held.move_to_end(key)
            return shown

    def keep(self, key: tuple[str, int], shown: Shown) -> None:
        """One too large for a quarter of the room is not kept: it would push out what all others ask for."""
        if len(shown.content) > self.bytes_max // 4:
            return
        with self._guard:
            self._drop(key)
            self._held[key] = (self.clock_s() + REMEMBERED_S, shown)
            self.size_bytes += len(shown.content)
            while self.size_bytes > self.bytes_max:
                self._drop(next(iter(self._held)))

    def forget(self) -> None:
        with self._guard:
            self._held.clear()
            self.size_bytes = 0

    def _drop(self, key: tuple[str, int]) -> None:
        found = self._held.pop(key, None)
        if found is not None:
            self.size_bytes -= len(found[1].content)


remembered = Remembered()


def serve(token: str, *, at_most: int, at: datetime) -> Shown | None:
    """The picture behind an address; None for an address that is none of ours. Raises Gone.

    Asks nothing of who wants it, and writes nothing.
    """
    if at_most not in WIDTHS:
        return None
    held = remembered.get((token, at_most))
    if held is not None:
        return held
    link = open_picture_link(token)
    if link is None:
        return None
    scope = system_scope(link.practice_id, name="pickup", purpose=Purpose.OPERATIONS, rights=frozenset())
    try:
        shown = served(scope, link.picture_id, at_most=at_most, at=at)
    except NotFound:
        return None
    if shown is None:
        raise Gone
    remembered.keep((token, at_most), shown)
    return shown
