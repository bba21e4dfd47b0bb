"""Jobs of the ledger: the daily verification, and laying anchors when it is time. Sealing is `keeping`'s."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate.contrib.django import app

from bedside.ground import clock, logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.jobs import job

log = logs.logger("ledger")


@app.periodic(cron="17 * * * *")
@job(name="ledger.verify", queueing_lock="ledger.verify")
def verify_daily(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """Asked every hour, so that a night in which nothing ran is made up for in the morning."""
    from bedside.safeguards.audit.keeping import ledger_scope
    from bedside.safeguards.audit.verifying import is_due, verify
    from bedside.safeguards.practices.queries import directory

    close_old_connections()
    for practice_id, _, _ in directory():
        scope, at = ledger_scope(practice_id), clock.now()
        try:
            if is_due(scope, at=at) and not (found := verify(scope, at=at)).sound:
                log.error("ledger.unsound", practice_id=str(practice_id), code=found.finding)
        except (Refusal, Fault) as error:
            log.warning("ledger.not_verified", practice_id=str(practice_id), code=error.code)
        except Exception as error:  # noqa: BLE001  damage nobody thought of must not stop the others' verification
            _say("ledger.not_verified", practice_id, error)


@app.periodic(cron="* * * * *")
@job(name="ledger.anchor", queueing_lock="ledger.anchor")
def lay_anchors_when_due(timestamp: int) -> None:  # noqa: ARG001
    """A place that fails is tried again next time; sealing and the other places go on."""
    from bedside.safeguards.audit.anchoring import lay_due
    from bedside.safeguards.audit.keeping import ledger_scope
    from bedside.safeguards.practices.queries import directory

    close_old_connections()
    for practice_id, _, _ in directory():
        try:
            lay_due(ledger_scope(practice_id), at=clock.now())
        except Exception as error:  # noqa: BLE001  as above
            _say("ledger.not_anchored", practice_id, error)


def _say(event: str, practice_id: UUID, error: Exception) -> None:
    """Without its traceback, which may hold values."""
    log.error(event, practice_id=str(practice_id), code=type(error).__name__)


@job(name="ledger.verify_now")
def verify_now(practice_id: str) -> None:
    """One practice's whole ledger, because somebody pressed the button; what was found is kept for them to see."""
    from bedside.safeguards.audit.keeping import ledger_scope
    from bedside.safeguards.audit.verifying import verify

    close_old_connections()
    at = clock.now()
    found = verify(ledger_scope(UUID(practice_id)), at=at)
    if not found.sound:
        log.error("ledger.unsound", practice_id=practice_id, code=found.finding)
