"""Jobs of delivery. Seconds are the last of six fields in these times."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext  # noqa: TC002  procrastinate reads the signature

from bedside.correspondence.campaigns import progress
from bedside.correspondence.delivery import claims, recovery, trying
from bedside.correspondence.delivery.chunks import deliver_chunk
from bedside.ground import clock, logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.jobs import job

STALLED_AFTER_S = 30
log = logs.logger("delivery")


@job(name="delivery.start", queue="sending")
def start(*, practice_id: str, campaign_id: str) -> None:
    close_old_connections()
    progress.start(claims.sender_scope(UUID(practice_id)), UUID(campaign_id), at=clock.now())


@job(name="delivery.chunk", queue="sending")
def chunk(*, practice_id: str, campaign_id: str, chunk_no: int) -> None:
    close_old_connections()
    try:
        deliver_chunk(UUID(practice_id), UUID(campaign_id), chunk_no, clock=clock.now)
    except (Refusal, Fault) as refusal:
        # Nothing was claimed, or a journal tells what was; sweep and recovery go on when what is missing is there.
        log.warning("delivery.refused", code=refusal.code, campaign_id=campaign_id, chunk=chunk_no)


@job(name="delivery.try_out", queue="sending", priority=5)
def try_out(*, practice_id: str, test_id: str) -> None:
    close_old_connections()
    trying.try_out(claims.sender_scope(UUID(practice_id)), UUID(test_id), at=clock.now())


@app.periodic(cron="* * * * * */10")
@job(name="delivery.recover", queueing_lock="delivery.recover")
def recover_abandoned(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    close_old_connections()
    recovery.recover(at=clock.now())


@app.periodic(cron="* * * * * 5")
@job(name="delivery.sweep", queueing_lock="delivery.sweep")
def sweep_campaigns(timestamp: int) -> None:  # noqa: ARG001
    close_old_connections()
    recovery.sweep(at=clock.now())


@app.periodic(cron="* * * * * */20")
@job(name="delivery.rescue_stalled_jobs", queueing_lock="delivery.rescue_stalled_jobs", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Gives the jobs of dead workers back: procrastinate leaves that to its user."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        await manager.retry_job(stalled)
