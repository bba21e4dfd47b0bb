"""Daily: what is held is compared with what the ledger says, and papers go whose time to be kept is over."""

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


@app.periodic(cron="19 9 * * *")  # when a practice on the continent is still asleep
@job(name="retention.purge_documents", queueing_lock="retention.purge_documents")
def purge_documents_daily(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    """One practice that fails does not stop the others'; what was missed goes the next day."""
    from bedside.ground.scope import Purpose, system_scope
    from bedside.oversight.retention.actions import purge_documents
    from bedside.safeguards.practices.queries import directory
    from bedside.safeguards.staff.rules import Right

    close_old_connections()
    rights = frozenset({Right.ERASE_PATIENTS.value})
    for practice_id, _, _ in directory():
        scope = system_scope(practice_id, name="retention", purpose=Purpose.COMPLIANCE, rights=rights)
        try:
            purge_documents(scope, at=clock.now())
        except (Refusal, Fault) as error:
            log.warning("documents.not_purged", practice_id=str(practice_id), code=error.code)
        except Exception as error:  # noqa: BLE001  as said above, and without its traceback, which may hold values
            log.error("documents.not_purged", practice_id=str(practice_id), code=type(error).__name__)  # noqa: TRY400


def _say(practice_id: UUID, error: Exception) -> None:
    """Without its traceback, which may hold values."""
    log.error("records.not_compared", practice_id=str(practice_id), code=type(error).__name__)
