"""One-click posts that arrive together are written together.

Whoever comes while another is writing waits, and is then taken along by the first of those who waited: alone, a post is
written at once in its own thread; in a rush one transaction serves all threads. Nobody is answered before the commit.
Bounded by the threads of the server. What fails together is tried one by one, so that nobody pays for another's fault.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bedside.records.consent.together import TOGETHER_MAX, say_no_together

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.records.consent.together import No


@dataclass(slots=True, eq=False)
class _Waiting:
    no: No
    done: bool = False
    error: Exception | None = None


@dataclass(slots=True)
class _Queue:
    """Of one practice. `turn` is held by whoever writes, `waiting` is changed under the guard alone."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[_Waiting] = field(default_factory=list)


_guard = threading.Lock()
_queues: defaultdict[UUID, _Queue] = defaultdict(_Queue)


def say_no(no: No) -> None:
    """Records it, with others or alone; back after the commit. Raises as `say_no_together`."""
    mine = _Waiting(no)
    with _guard:
        queue = _queues[no.scope.practice_id]
        queue.waiting.append(mine)
    with queue.turn:
        while not mine.done:
            with _guard:
                taken, queue.waiting = queue.waiting[:TOGETHER_MAX], queue.waiting[TOGETHER_MAX:]
            _write(taken)
    if mine.error is not None:
        raise mine.error


def _write(taken: list[_Waiting]) -> None:
    try:
        say_no_together([one.no for one in taken])
    except Exception as error:  # noqa: BLE001  raised again in the thread that it belongs to
        if len(taken) == 1:
            taken[0].error = error
        else:
            for one in taken:
                _write([one])
    for one in taken:
        one.done = True
