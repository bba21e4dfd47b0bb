"""The versions of one practice's key in this process: opened as they are needed, their states asked about anew.

Opened keys stay for the life of the process, so that a root provider that is away stops nobody who has them.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.kit.sealing import BlindIndex, Sealer, Unsealable
from bedside.safeguards.vault.marks import KeyChanged
from bedside.safeguards.vault.rules import CACHE_S, INDEX_VERSION, KeyState, may_open, sealing_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bedside.safeguards.vault.rules import HeldKey

# Runs on while the machine sleeps, and does not jump when somebody sets the clock.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
# Of a practice made before its index key was stored by itself, that key is derived from the first version.
OLD_INDEX = "blind index"
# Values of a version that does not exist must not have the database asked each time.
_UNKNOWN_AGAIN_AFTER_S = 1.0


class Keyring:
    """Gives the sealer that seals now, the one that opens a version, and the blind index.

    `ask` reads the stored versions; `unwrap` opens one of them.
    """

    __slots__ = (
        "_ask", "_asked_at", "_held", "_index", "_lock", "_looked_at", "_opened", "_sealing", "_unwrap",
    )  # fmt: skip

    def __init__(self, ask: Callable[[], Sequence[HeldKey]], unwrap: Callable[[HeldKey], bytes]) -> None:
        self._ask = ask
        self._unwrap = unwrap
        self._held: Mapping[int, HeldKey] = {}
        self._opened: dict[int, Sealer] = {}  # by the row, whose number is never used again
        self._lock = threading.Lock()
        self.reload()
        self._index = self._blind_index()

    @property
    def index(self) -> BlindIndex:
        return self._index

    def sealing(self) -> Sealer:
        """The newest active version. Raises ProviderDown, Refusal when there is none."""
        if _now_s() - self._asked_at >= CACHE_S:
            self.reload()
        return self._sealing

    def opening(self, version: int) -> Sealer:
        """Raises Unsealable for a version that is gone or never was, KeyChanged, ProviderDown."""
        if _now_s() - self._looked_at >= CACHE_S:
            self._look()  # a process that only reads must let go of a destroyed key, too
        held = self._held.get(version)
        if held is None and _now_s() - self._asked_at >= _UNKNOWN_AGAIN_AFTER_S:
            self.reload()
            held = self._held.get(version)
        if held is None or not may_open(held.state):
            raise Unsealable("the key it was sealed under is gone")
        return self._open(held)

    def reload(self) -> None:
        """Asks for the present versions and states. Raises KeyChanged, ProviderDown, WrongRootKey, Refusal.

        A changed version that is newer than the one which would seal may be hiding that it should not.
        """
        held = self._look()
        newest = sealing_version(held.values())
        for version in sorted(held):
            if version >= (newest or 0) and not held[version].is_genuine:
                raise KeyChanged(version)
        if newest is None:
            raise _nothing_seals(held)
        self._sealing = self._open(held[newest])
        self._asked_at = self._looked_at

    def _look(self) -> Mapping[int, HeldKey]:
        """The stored versions as they are now. Opens none, so that no provider that is away stands in the way."""
        held = {key.version: key for key in self._ask()}
        with self._lock:
            kept = {key.id for key in held.values() if may_open(key.state) and key.is_genuine}
            self._opened = {row: sealer for row, sealer in self._opened.items() if row in kept}
        self._held = held
        self._looked_at = _now_s()
        return held

    def _open(self, held: HeldKey) -> Sealer:
        if not held.is_genuine:
            raise KeyChanged(held.version)
        sealer = self._opened.get(held.id)
        if sealer is None:
            sealer = Sealer(self._unwrap(held), version=held.version)
            with self._lock:
                self._opened[held.id] = sealer
        return sealer

    def _blind_index(self) -> BlindIndex:
        """A key of its own, which no rotation changes: a value must go on looking up to the same bytes."""
        own = self._held.get(INDEX_VERSION)
        if own is not None:
            if not own.is_genuine:
                raise KeyChanged(INDEX_VERSION)
            return BlindIndex(self._unwrap(own))
        return BlindIndex(self.opening(min(self._held)).derive(OLD_INDEX))


def _now_s() -> float:
    return time.clock_gettime(_CLOCK)


def _nothing_seals(held: Mapping[int, HeldKey]) -> Refusal:
    if held and all(key.state is KeyState.DESTROYED for key in held.values()):
        return Refusal(
            "keys_destroyed", "This practice was closed and its keys destroyed; nothing can be opened."
        )
    return Refusal("no_practice_key", "This practice has no key; it was not set up completely.")
