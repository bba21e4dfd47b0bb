"""Jobs of imports."""

from uuid import UUID

from procrastinate import RetryStrategy

from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, system_scope

# The database may be away for a while, for an update or a restart; the import waits for it.
_RETRY = RetryStrategy(max_attempts=60, wait=5)


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
