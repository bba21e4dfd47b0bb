"""Jobs of sign-ups: forgetting, every hour, what nobody confirmed in time."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from bedside.ground import clock, logs
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, system_scope
from bedside.records.signups.limits import forget_counts
from bedside.records.signups.taking import purge
from bedside.safeguards.practices.queries import directory

log = logs.logger("signups")


@app.periodic(cron="23 * * * *")
@job(name="signups.purge", queueing_lock="signups.purge")
def forget_unconfirmed(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """One practice that fails does not stop the others'; what was missed is deleted an hour later."""
    close_old_connections()
    for practice_id, _, _ in directory():
        scope = system_scope(practice_id, name="signups", purpose=Purpose.OPERATIONS, rights=frozenset())
        try:
            purge(scope, at=clock.now())
            forget_counts(scope, at=clock.now())
        except Exception as error:  # noqa: BLE001  as said above, and without its traceback, which may hold values
            log.error("signups.not_purged", practice_id=str(practice_id), code=type(error).__name__)  # noqa: TRY400
