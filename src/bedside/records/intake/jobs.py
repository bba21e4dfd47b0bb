"""Jobs of imports."""

from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, Scope, system_scope

# The database may be away for a while, for an update or a restart; the import waits for it.
_RETRY = RetryStrategy(max_attempts=60, wait=5)


@app.periodic(cron="* * * * * 25")
@job(name="intake.pulls", queueing_lock="intake.pulls")
def pulls(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """Hands out the steps that are due."""
    from bedside.records.intake.pulling.actions import hand_out
    from bedside.safeguards.practices.queries import directory

    close_old_connections()
    for practice_id, _, _ in directory():
        hand_out(_scope(practice_id), at=clock.now())


@job(name="intake.pull", queue="imports")
def pull(practice_id: str, source_id: str) -> None:
    """Takes the next step of one pull; run again, it takes the one after it, or finds nothing to do."""
    from bedside.records.intake.pulling.actions import step

    step(_scope(UUID(practice_id)), UUID(source_id), clock=clock.now)


def _scope(practice_id: UUID) -> Scope:
    from bedside.safeguards.staff.rules import Right

    rights = frozenset({Right.IMPORT_PATIENTS.value})
    return system_scope(practice_id, name="pulls", purpose=Purpose.OPERATIONS, rights=rights)


@job(name="intake.run", queue="imports", retry=_RETRY)
def run(practice_id: str, import_id: str) -> None:
    """Works on an import; run again, it goes on after the last whole batch, or finds nothing left to do."""
    from bedside.records.intake.actions import run as work
    from bedside.safeguards.staff.rules import Right

    scope = system_scope(
        UUID(practice_id),
        name="intake",
        purpose=Purpose.OPERATIONS,
        rights=frozenset({Right.IMPORT_PATIENTS.value}),
    )
    work(scope, UUID(import_id), clock=clock.now)
