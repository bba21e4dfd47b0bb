"""Jobs of campaigns."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate.contrib.django import app

from bedside.correspondence.campaigns.audience import enqueue_lost, freeze, prepare
from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, Scope, system_scope
from bedside.safeguards.practices.queries import directory
from bedside.safeguards.staff.rules import Right


@job(name="campaigns.prepare")
def prepare_audience(*, practice_id: str, campaign_id: str, version: int) -> None:
    close_old_connections()
    prepare(_scope(practice_id), UUID(campaign_id), version=version, at=clock.now())


@job(name="campaigns.freeze")
def freeze_part(*, practice_id: str, campaign_id: str, version: int, part: int) -> None:
    close_old_connections()
    freeze(_scope(practice_id), UUID(campaign_id), part, version=version, at=clock.now())


@app.periodic(cron="* * * * * 25")
@job(name="campaigns.sweep", queueing_lock="campaigns.sweep")
def sweep_audiences(timestamp: int) -> None:  # noqa: ARG001  given by the scheduler
    close_old_connections()
    for practice_id, _, _ in directory():
        enqueue_lost(_scope(str(practice_id)))


def _scope(practice_id: str) -> Scope:
    return system_scope(
        UUID(practice_id),
        name="campaigns",
        purpose=Purpose.OPERATIONS,
        rights=frozenset({Right.RUN_CAMPAIGNS.value}),
    )
