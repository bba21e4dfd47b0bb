"""The keeper of the ledger: a thread beside a worker's jobs that seals every practice every two seconds.

It never holds a job up, outlives the database's going away, and seals a last time when the worker ends. What fails
for one practice fails for that one: its entries wait, and its standing says so.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, InterfaceError, connection

from bedside.ground import logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.scope import Purpose, system_scope
from bedside.safeguards.audit.sealing import seal_all
from bedside.safeguards.practices.queries import directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

EVERY_S: Final = 2.0
LAST_PASS_S: Final = 15.0
# Every so many passes each practice is asked, whatever the shortcut says.
_THOROUGH_EVERY: Final = 30
# The last number given to any entry of the installation, and whether a transaction that may have taken one runs.
_QUIET = """
    SELECT last_value, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    FROM audit_entry_id_seq
"""
log = logs.logger("ledger")


def ledger_scope(practice_id: UUID) -> Scope:
    """The scope in which the product itself seals, verifies and anchors."""
    return system_scope(
        practice_id, name="ledger", purpose=Purpose.COMPLIANCE, rights=frozenset({"see_ledger"})
    )


class Keeper:
    """One per worker process. Several at once only take turns."""

    def __init__(self, *, clock: Callable[[], datetime], every_s: float = EVERY_S) -> None:
        self._clock = clock
        self._every_s = every_s
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._failing: dict[UUID | None, str] = {}
        self._seen: tuple[int, int] | None = None
        self._settled: int | None = None
        self._passes = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Seals a last time and ends; gives up after a while, since nothing is lost by it."""
        self._told.set()
        self._thread.join(LAST_PASS_S)

    def _run(self) -> None:
        while not self._told.wait(self._every_s):
            self._pass()
        self._pass()
        connection.close()

    def _pass(self) -> None:
        try:
            connection.close_if_unusable_or_obsolete()
            settled, quiet = self._look()
            if quiet:
                return
            for practice_id, _, _ in directory():
                self._keep(practice_id)
            self._note(None, "")
            self._settled = None if self._failing else settled
        except Exception as error:  # noqa: BLE001  the database may be away; the thread outlives it, and any bug
            self._seen = self._settled = None
            self._note(None, type(error).__name__)
            connection.close()

    def _look(self) -> tuple[int | None, bool]:
        """One question for the whole installation, so that idle practices cost nothing.

        Gives (the number up to which this pass will have sealed everything, if that can be said; whether nothing
        is to be done). It can be said when no number was given since the look before and every transaction that
        ran then is over: what they wrote is there for this pass.
        """
        with connection.cursor() as cursor:
            cursor.execute(_QUIET)
            last_value, oldest_xid, next_xid = cursor.fetchone()
        self._passes += 1
        if last_value == self._settled and self._passes % _THOROUGH_EVERY and not self._told.is_set():
            return None, True
        before = self._seen
        if before is not None and before[0] == last_value:
            return (last_value if oldest_xid >= before[1] else None), False
        self._seen = (last_value, next_xid)
        return None, False

    def _keep(self, practice_id: UUID) -> None:
        scope = ledger_scope(practice_id)
        try:
            seal_all(scope, at=self._clock())
            self._note(practice_id, "")
        except (Refusal, Fault) as error:
            self._note(practice_id, error.code)
        except Exception as error:  # what is wrong with one practice must not leave the others unsealed
            if isinstance(error, DatabaseError | InterfaceError) and not connection.is_usable():
                raise
            self._note(practice_id, type(error).__name__)

    def _note(self, practice_id: UUID | None, code: str) -> None:
        """Says once that something begins to fail, and once that it is over."""
        if code == self._failing.get(practice_id, ""):
            return
        if code:
            self._failing[practice_id] = code
            log.warning("ledger.waiting", practice_id=str(practice_id or ""), code=code)
        else:
            del self._failing[practice_id]
            log.info("ledger.goes_on", practice_id=str(practice_id or ""))
