"""Jobs of campaigns."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections

from bedside.correspondence.campaigns.audience import prepare
from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, system_scope
from bedside.safeguards.staff.rules import Right


@job(name="campaigns.prepare")
def prepare_audience(*, practice_id: str, campaign_id: str, version: int) -> None:
    close_old_connections()
    scope = system_scope(
        UUID(practice_id),
        name="campaigns",
        purpose=Purpose.OPERATIONS,
        rights=frozenset({Right.RUN_CAMPAIGNS.value}),
    )
    prepare(scope, UUID(campaign_id), version=version, at=clock.now())
