"""The work itself: batch after batch until the file ends, somebody stops it, or something breaks."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, connection

from bedside.ground import logs
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope
from bedside.records.intake import batches as rows
from bedside.records.intake import entries
from bedside.records.intake.batches import Interrupted, Plan
from bedside.records.intake.clinical import importing as records
from bedside.records.intake.clinical.importing import ClinicalPlan
from bedside.records.intake.clinical.reading import NotReadable
from bedside.records.intake.looking_over import find_in_scope, pattern_of
from bedside.records.intake.models import Import, Stop
from bedside.records.intake.nouns import Format, ImportState
from bedside.records.intake.queries import ImportView, find, view
from bedside.safeguards.audit.actions import LedgerUnwritable, record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

_DISK_FULL = "53100"  # PostgreSQL's SQLSTATE for a full disk
_WORKING = {ImportState.QUEUED.value, ImportState.RUNNING.value}

log = logs.logger("intake")


def run(
    scope: Scope,
    import_id: UUID,
    *,
    clock: Callable[[], datetime],
    seen: Callable[[ImportView], None] | None = None,
) -> ImportView:
    """Does the work of one import from where it stands. `seen` is told after each batch.

    Ends early, with nothing half done, when somebody pauses or cancels. A second run of the same import stops by
    itself. Raises what the database raises when it goes away: the import then stays as it is and can go on.
    """
    scope.require(Right.IMPORT_PATIENTS)
    try:
        plan, line = _begin(scope, import_id, at=clock())
    except Interrupted:
        return view(scope, import_id)
    except NotFound:
        raise
    except Refusal as error:
        _fail(scope, import_id, code=error.code, at=clock())
        return view(scope, import_id)
    try:
        if line == 0 and _is_held(scope, plan, at=clock()):
            return view(scope, import_id)
        _work(scope, plan, line, clock, seen)
    except Interrupted:
        log.info("import.interrupted", import_id=str(import_id))
    except (NotReadable, Refusal) as error:
        _fail(scope, import_id, code=error.code, at=clock())
    except (DatabaseError, InterfaceError, LedgerUnwritable) as error:
        if _is_disk_full(error):
            _fail(scope, import_id, code="disk_full", at=clock())
        raise
    except Exception:
        _fail(scope, import_id, code="broken", at=clock())
        raise
    return view(scope, import_id)


def _begin(scope: Scope, import_id: UUID, *, at: datetime) -> tuple[Plan | ClinicalPlan, int]:
    """Takes the import in hand. The practice's day at the start counts, also after an interruption."""
    with in_scope(scope):
        row = find(scope, import_id)
        if row.state not in _WORKING:
            raise Interrupted
        today = (row.started_at or at).astimezone(profile(scope).zone).date()
        plan = (
            records.plan_for(scope, row)
            if Format(row.format).is_clinical
            else rows.plan_for(scope, row, today=today)
        )
        Import.objects.filter(id=import_id, practice_id=scope.practice_id, state__in=_WORKING).update(
            state=ImportState.RUNNING.value, worked_at=at
        )
    return plan, row.line_done


def _work(
    scope: Scope,
    plan: Plan | ClinicalPlan,
    line: int,
    clock: Callable[[], datetime],
    seen: Callable[[ImportView], None] | None,
) -> None:
    since = clock()
    for store, is_last in _steps(scope, plan, line):
        now = clock()
        with in_scope(scope):
            store(seconds=(now - since).total_seconds(), at=now)
            if is_last:
                _finish(scope, plan.import_id, at=now)
        since = now
        if seen is not None:
            seen(view(scope, plan.import_id))


def _steps(
    scope: Scope, plan: Plan | ClinicalPlan, line: int
) -> Iterator[tuple[Callable[..., Import], bool]]:
    """What stores each batch, and whether it is the last."""
    if isinstance(plan, ClinicalPlan):
        for some in records.batches(scope, plan, after_line=line):
            yield partial(records.store, scope, plan, some), some.is_last
        return
    for batch in rows.batches(scope, plan, after_line=line):
        yield partial(rows.store, scope, plan, batch), batch.is_last


def _is_held(scope: Scope, plan: Plan | ClinicalPlan, *, at: datetime) -> bool:
    """Looks the whole file over before anybody is taken from it: a list that seems made up waits for a person.

    A system's own records carry numbers and birth dates; whoever guesses addresses has no such file.
    """
    if isinstance(plan, ClinicalPlan):
        return False
    if find_in_scope(scope, plan.import_id).looked_at is not None:
        return False
    found = pattern_of(scope, plan)
    if found is None:
        return False
    with in_scope(scope):
        Import.objects.filter(
            id=plan.import_id, practice_id=scope.practice_id, state=ImportState.RUNNING.value
        ).update(state=ImportState.HELD.value, failure=found.value, worked_at=at)
        record(scope, entries.HELD, at=at, subject=plan.import_id, code=found.value)
    return True


def _finish(scope: Scope, import_id: UUID, *, at: datetime) -> None:
    """In the transaction of the last batch, so that an import that is done is also finished."""
    row = find(scope, import_id)
    row.state, row.finished_at = ImportState.FINISHED.value, at
    row.save(update_fields=["state", "finished_at"])
    Stop.objects.filter(practice_id=scope.practice_id, of_import_id=import_id).delete()
    record(
        scope,
        entries.FINISHED,
        at=at,
        subject=import_id,
        added=row.rows_new,
        changed=row.rows_changed,
        unchanged=row.rows_unchanged,
        rejected=row.rows_rejected,
        skipped=row.rows_skipped,
        for_member=row.created_by,
    )
    enqueue("segments.refresh", practice_id=scope.practice_id)


def _fail(scope: Scope, import_id: UUID, *, code: str, at: datetime) -> None:
    """Says why it stopped, if the database still listens; otherwise the import is found abandoned later."""
    log.warning("import.failed", import_id=str(import_id), code=code)
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()  # the failed transaction may have been its end
    with suppress(DatabaseError, InterfaceError), in_scope(scope):
        rows = Import.objects.filter(id=import_id, practice_id=scope.practice_id, state__in=_WORKING)
        if rows.update(state=ImportState.FAILED.value, failure=code, worked_at=at):
            record(scope, entries.FAILED, at=at, subject=import_id, code=code)


def _is_disk_full(error: BaseException) -> bool:
    cause = error.__cause__
    if isinstance(cause, DatabaseError):  # what the ledger raises stands one step further out
        cause = cause.__cause__
    return getattr(cause, "sqlstate", None) == _DISK_FULL
