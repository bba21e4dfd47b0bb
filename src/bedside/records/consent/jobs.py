"""Jobs of permissions."""

from uuid import UUID

from procrastinate import RetryStrategy

from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, system_scope

_RETRY = RetryStrategy(max_attempts=60, wait=5)


@job(name="consent.take_list", queue="imports", retry=_RETRY)
def take_list(practice_id: str, list_id: str) -> None:
    """Takes a list of suppressions over; run again, it goes on after the last whole batch."""
    from bedside.records.consent.lists import run_list
    from bedside.safeguards.staff.rules import Right

    scope = system_scope(
        UUID(practice_id),
        name="suppression_list",
        purpose=Purpose.OPERATIONS,
        rights=frozenset({Right.RECORD_CONSENT.value}),
    )
    run_list(scope, UUID(list_id), at=clock.now())
