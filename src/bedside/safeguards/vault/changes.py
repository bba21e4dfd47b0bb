"""Who wants to know that the stored keys are not what they were: a room above says so in its `keys_in_use.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def when_keys_change(listener: Callable[[], None]) -> None:
    """Has `listener()` called within the transaction that finishes a rotation or destroys keys."""
    _listeners.append(listener)


def keys_changed() -> None:
    for listener in _listeners:
        listener()
