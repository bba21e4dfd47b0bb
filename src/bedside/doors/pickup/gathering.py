"""One-click posts that arrive together are written together.

Whoever comes while another is writing waits, and is then taken along by the first of those who waited: alone, a post is
written at once in its own thread; in a rush one transaction serves all threads. Nobody is answered before the commit,
and everybody right after it: who is written for waits for no later turn. Bounded by the threads of the server. What
fails together is tried one by one, so that nobody pays for another's fault.

Whose message a sender has in hand is answered a moment later: the sender looks once more before each handful, and what
had passed that look is out by then. So whoever was told "done" is not mailed afterwards.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bedside.correspondence.campaigns.queries import in_hand
from bedside.records.consent.together import TOGETHER_MAX, say_no_together

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.records.consent.together import No


# What a sender puts on the wire between two looks took 45 ms on a machine four times overloaded.
ON_THE_WIRE_S: Final = 0.4
# In a rush the first waits so long for others, and does not write alone while they come.
_COMPANY_S: Final = 0.003


@dataclass(slots=True, eq=False)
class _Waiting:
    no: No
    campaign_id: UUID | None
    in_hand: bool = False
    done: bool = False
    error: Exception | None = None
    called: threading.Event = field(default_factory=threading.Event)  # it is done, or it is its turn to write


@dataclass(slots=True)
class _Queue:
    """Of one practice; changed under the guard alone. While `is_busy` somebody writes, or has been called to."""

    is_busy: bool = False
    is_rush: bool = False  # the last who wrote had company
    waiting: list[_Waiting] = field(default_factory=list)


_guard = threading.Lock()
_queues: defaultdict[UUID, _Queue] = defaultdict(_Queue)


def say_no(no: No, *, campaign_id: UUID | None) -> None:
    """Records it, with others or alone; back after the commit. Raises as `say_no_together`.

    `campaign_id` is whose mail the link was in: that message may be on its way to this very person.
    """
    mine = _Waiting(no, campaign_id)
    with _guard:
        queue = _queues[no.scope.practice_id]
        queue.waiting.append(mine)
        must_wait, queue.is_busy = queue.is_busy, True
    if must_wait:
        mine.called.wait()
    elif queue.is_rush:
        time.sleep(_COMPANY_S)
    if not mine.done:
        _take_turn(queue)
    if mine.error is not None:
        raise mine.error
    if mine.in_hand:
        time.sleep(ON_THE_WIRE_S)


def _take_turn(queue: _Queue) -> None:
    """Writes for all who wait, whoever calls this among them, and calls the next, if somebody has come meanwhile."""
    with _guard:
        taken, queue.waiting = queue.waiting[:TOGETHER_MAX], queue.waiting[TOGETHER_MAX:]
        queue.is_rush = len(taken) > 1
    try:
        _write(taken)
    finally:
        for one in taken:
            if not one.done:  # this process is being ended: whoever waits is not told that it was written
                one.done, one.error = True, one.error or RuntimeError("broken off")
            one.called.set()
        with _guard:
            queue.is_busy = bool(queue.waiting)
            if queue.is_busy:
                queue.waiting[0].called.set()


def _write(taken: list[_Waiting]) -> None:
    try:
        say_no_together([one.no for one in taken])
        _note_in_hand(taken)
    except Exception as error:  # noqa: BLE001  raised again in the thread that it belongs to
        if len(taken) == 1:
            taken[0].error = error
        else:
            for one in taken:
                _write([one])
    for one in taken:
        one.done = True


def _note_in_hand(taken: list[_Waiting]) -> None:
    """After the commit: what a sender takes from now on is asked about with the no in force."""
    mailed = {one.campaign_id for one in taken if one.campaign_id is not None}
    if mailed:
        found = in_hand(taken[0].no.scope, mailed, [one.no.patient_id for one in taken])
        for one in taken:
            one.in_hand = one.no.patient_id in found
