"""Jobs of authorizations: asking, once a day, those whose form ends soon; and many who were chosen."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bedside.ground import clock, logs
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, Scope, system_scope
from bedside.records.authorizations.renewing import ask_again
from bedside.records.authorizations.rounds import work_round
from bedside.safeguards.practices.queries import directory
from bedside.safeguards.staff.rules import Right

_RETRY = RetryStrategy(max_attempts=60, wait=5)
log = logs.logger("authorizations")


@app.periodic(cron="41 15 * * *")  # at an hour when nobody on the continent sleeps
@job(name="authorizations.ask_again", queueing_lock="authorizations.ask_again")
def ask_those_whose_form_ends(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """One practice that fails does not stop the others'; whoever was missed is asked the next day."""
    close_old_connections()
    for practice_id, _, _ in directory():
        try:
            ask_again(_scope(practice_id), at=clock.now())
        except Exception as error:  # noqa: BLE001  as said above, and without its traceback, which may hold values
            log.error("authorizations.not_asked", practice_id=str(practice_id), code=type(error).__name__)  # noqa: TRY400


@job(name="authorizations.ask_round", retry=_RETRY)
def ask_round(practice_id: str, round_id: str) -> None:
    """Asks everybody of one round; run again, it goes on after the last whole batch."""
    work_round(_scope(UUID(practice_id)), UUID(round_id), at=clock.now())


def _scope(practice_id: UUID) -> Scope:
    return system_scope(
        practice_id,
        name="authorizations",
        purpose=Purpose.OPERATIONS,
        rights=frozenset({Right.RECORD_CONSENT.value}),
    )
