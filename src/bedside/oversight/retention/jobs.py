"""The daily comparison of what is held with what the ledger says: a row put back is found without asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import close_old_connections
from procrastinate.contrib.django import app

from bedside.ground import clock, logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.jobs import job

if TYPE_CHECKING:
    from uuid import UUID

log = logs.logger("records")


@app.periodic(cron="37 * * * *")
@job(name="records.compare", queueing_lock="records.compare")
def compare_daily(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """Asked every hour, so that a night in which nothing ran is made up for in the morning."""
    from bedside.oversight.evidence.watching import compare_and_note, is_due
    from bedside.safeguards.audit.keeping import ledger_scope
    from bedside.safeguards.practices.queries import directory

    close_old_connections()
    for practice_id, _, _ in directory():
        scope, at = ledger_scope(practice_id), clock.now()
        try:
            if is_due(scope, at=at) and compare_and_note(scope, at=at).differing:
                log.error("records.differ", practice_id=str(practice_id))
        except (Refusal, Fault) as error:
            log.warning("records.not_compared", practice_id=str(practice_id), code=error.code)
        except Exception as error:  # noqa: BLE001  one practice's damage must not stop the others' comparison
            _say(practice_id, error)


def _say(practice_id: UUID, error: Exception) -> None:
    """Without its traceback, which may hold values."""
    log.error("records.not_compared", practice_id=str(practice_id), code=type(error).__name__)
