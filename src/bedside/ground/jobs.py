"""The job queue, behind few functions: Procrastinate in PostgreSQL, so a decision and its job commit together.

Job arguments are ids and small numbers only; anything else is refused here, at the one place where jobs are made.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager

from bedside.ground.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from procrastinate.jobs import Job

JobArgument = uuid.UUID | int

# A worker gives the app connections of its own; a job added by a job must still join the caller's transaction,
# or it would stand although that transaction was rolled back, or run before it is committed.
_IN_TRANSACTION = JobManager(DjangoConnector())


class WhenItAnswers(BaseRetryStrategy):
    """Tries again after a Fault that will pass, when it says so: whatever is away comes back, however long it takes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if not isinstance(exception, Fault) or exception.retry_after_s is None:
            return None
        return RetryDecision(retry_in={"seconds": max(1, round(exception.retry_after_s))})


def job(*, name: str, queue: str = "default", **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declares a job: a few lines in a room's `jobs.py` that take ids and call one action.

    After a Fault it is tried again, unless it says otherwise or comes by a timetable anyway.
    """
    if "queueing_lock" not in options:
        options.setdefault("retry", WhenItAnswers())
    return app.task(name=name, queue=queue, **options)


def enqueue(name: str, *, at: datetime | None = None, lock: str | None = None, **ids: JobArgument) -> int:
    """Adds a job within the present transaction. `at`: not before; `lock`: one at a time. Gives the job's id."""
    configured = app.configure_task(name, schedule_at=at, lock=lock)
    configured.job_manager = _IN_TRANSACTION
    return configured.defer(**_plain(ids))


def enqueue_many(
    name: str, rows: Iterable[Mapping[str, JobArgument]], *, at: datetime | None = None
) -> list[int]:
    """Adds many jobs in one statement."""
    configured = app.configure_task(name, schedule_at=at)
    configured.job_manager = _IN_TRANSACTION
    return configured.batch_defer(*(_plain(row) for row in rows))


def _plain(ids: Mapping[str, JobArgument]) -> dict[str, Any]:
    for name, value in ids.items():
        if not isinstance(value, uuid.UUID | int):
            raise TypeError(f"job argument {name} must be an id or a number")
    return {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in ids.items()}
