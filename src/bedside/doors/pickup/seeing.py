"""A page about a person that was opened by their link is recorded like any other look at them (45 CFR 164.312(b)).

Who holds the link is taken for the person, and may be a program that checks mail: the entry says "by a link".
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bedside.doors.pickup.visiting import person
from bedside.ground import clock
from bedside.ground.scope import in_scope
from bedside.records.consent.entries import OPENED_BY_LINK
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from django.http import HttpRequest

    from bedside.doors.pickup.visiting import Person, Visit

# One entry per person, page and caller in this time and process: nobody fills the ledger by reloading.
ONE_ENTRY_PER: Final = timedelta(minutes=1)
_REMEMBERED_MAX: Final = 10_000
_Look = tuple[UUID, str, str]
_noted: OrderedDict[_Look, datetime] = OrderedDict()
_guard = threading.Lock()


def see(request: HttpRequest, arrived: Visit, *, page: str) -> Person | None:
    """What the page may show, the look recorded in the same transaction; None when the record is gone.

    `page` is a code. Raises LedgerUnwritable: then nothing is shown.
    """
    at = clock.now()
    look = (arrived.link.patient_id, page, arrived.scope.origin)
    is_new = request.method != "HEAD" and not _was_noted(
        look, at=at
    )  # an answer without a body shows nothing
    with in_scope(arrived.scope):
        known = person(arrived)
        if known is not None and is_new:
            record(arrived.scope, OPENED_BY_LINK, at=at, subject=arrived.link.patient_id, page=page)
    if known is not None and is_new:
        _keep(look, at=at)
    return known


def _was_noted(look: _Look, *, at: datetime) -> bool:
    with _guard:
        noted_at = _noted.get(look)
    return noted_at is not None and timedelta(0) <= at - noted_at < ONE_ENTRY_PER


def _keep(look: _Look, *, at: datetime) -> None:
    """Only after the commit: a look that was not recorded is none."""
    with _guard:
        _noted[look] = at
        _noted.move_to_end(look)
        while len(_noted) > _REMEMBERED_MAX:
            _noted.popitem(last=False)


def forget() -> None:
    """Drops what this process remembers, as a fresh one would begin."""
    with _guard:
        _noted.clear()
