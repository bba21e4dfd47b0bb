"""Jobs of backups."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bedside.ground import clock
from bedside.ground.jobs import job

# The place of the backups may be away for hours, a share that is not mounted; an erasure waits for it.
_RETRY = RetryStrategy(wait=60)


@job(name="backups.refresh_keys", retry=_RETRY)
def refresh_keys() -> None:
    """After an erasure or a change of keys."""
    from bedside.oversight.backups import actions

    close_old_connections()
    actions.refresh_keys(at=clock.now())


@app.periodic(cron="23 * * * *")
@job(name="backups.refresh_keys_hourly", queueing_lock="backups.refresh_keys_hourly")
def refresh_keys_hourly(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """New people get keys all day, and a rotation wraps all of them anew."""
    from bedside.oversight.backups import actions

    close_old_connections()
    actions.refresh_keys(at=clock.now())
