"""Jobs of service mails. Seconds are the last of six fields in these times."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate.contrib.django import app

from bedside.correspondence.letters import recovery
from bedside.correspondence.letters.sending import letters_scope, send_due
from bedside.ground import clock, logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.jobs import job
from bedside.records.consent.owing import letters_due
from bedside.safeguards.practices.queries import directory

# Somebody waits for the mail at their screen; chunks of a campaign, of which there may be many, come after.
PRIORITY = 10
log = logs.logger("letters")


@job(name="letters.send", queue="sending", priority=PRIORITY)
def send(*, practice_id: str) -> None:
    close_old_connections()
    _send(UUID(practice_id))


@app.periodic(cron="* * * * * */5")
@job(name="letters.catch_up", queue="sending", queueing_lock="letters.catch_up", priority=PRIORITY)
def catch_up(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """Journals of dead processes, and letters whose job was lost with its worker."""
    close_old_connections()
    recovery.recover(at=clock.now())
    for practice_id, _, _ in directory():
        if letters_due(letters_scope(practice_id), at=clock.now()):
            _send(practice_id)


@app.periodic(cron="* * * * * 35")
@job(name="letters.sweep", queueing_lock="letters.sweep")
def sweep_letters(timestamp: int) -> None:  # noqa: ARG001
    close_old_connections()
    recovery.sweep(at=clock.now())


def _send(practice_id: UUID) -> None:
    try:
        send_due(practice_id, clock=clock.now)
    except (Refusal, Fault) as refusal:
        # Nothing was taken, or a journal tells what was; `catch_up` goes on when what is missing is there.
        log.warning("letters.refused", code=refusal.code)
