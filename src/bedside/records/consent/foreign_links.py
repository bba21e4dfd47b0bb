"""How often somebody came to the patients' door with a link that this installation did not make.

Such a link names no practice that could be believed, so no ledger can hold it: a count per day is kept for the whole
installation, without the link. It is of at least so many: of a flood, each process writes once a second, and what
came since the last writing is added with the next.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError

from bedside.ground import logs

if TYPE_CHECKING:
    from datetime import date, datetime

DAYS_KEPT: Final = 7
_WRITTEN_EVERY_S: Final = 1.0
_guard = threading.Lock()
log = logs.logger("pickup")


@dataclass(slots=True)
class _Waiting:
    count: int = 0
    not_before_s: float = 0.0


_waiting = _Waiting()


def note_foreign_link(*, at: datetime) -> None:
    """Counts one. Never raises for a database that is away: the visitor gets the same page, and it waits."""
    count = _due()
    if not count:
        return
    key = _key(at.astimezone(UTC).date())
    try:
        cache.add(key, 0, timeout=(DAYS_KEPT + 1) * 24 * 3600)
        cache.incr(key, count)
    except (DatabaseError, InterfaceError, ValueError):  # the last: it ran out in between
        with _guard:
            _waiting.count += count
    else:
        log.info("link.foreign", count=count)


def foreign_links(*, at: datetime) -> int:
    """How many in the last DAYS_KEPT days of UTC, at least."""
    today = at.astimezone(UTC).date()
    found = cache.get_many([_key(today - timedelta(days=back)) for back in range(DAYS_KEPT)])
    return sum(found.values())


def _due() -> int:
    """How many are to be written now; none while the last writing is just over."""
    now_s = time.monotonic()
    with _guard:
        _waiting.count += 1
        if now_s < _waiting.not_before_s:
            return 0
        count, _waiting.count = _waiting.count, 0
        _waiting.not_before_s = now_s + _WRITTEN_EVERY_S
    return count


def _key(day: date) -> str:
    return f"foreign_links:{day.isoformat()}"


def forget() -> None:
    """Drops what this process remembers, as a fresh one would begin."""
    with _guard:
        _waiting.count, _waiting.not_before_s = 0, 0.0
