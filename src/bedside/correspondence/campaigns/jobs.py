"""Jobs of campaigns."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections

from bedside.correspondence.campaigns.audience import freeze, prepare
from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, Scope, system_scope
from bedside.safeguards.staff.rules import Right


@job(name="campaigns.prepare")
def prepare_audience(*, practice_id: str, campaign_id: str, version: int) -> None:
    close_old_connections()
    prepare(_scope(practice_id), UUID(campaign_id), version=version, at=clock.now())


@job(name="campaigns.freeze")
def freeze_part(*, practice_id: str, campaign_id: str, version: int, part: int) -> None:
    close_old_connections()
    freeze(_scope(practice_id), UUID(campaign_id), part, version=version, at=clock.now())


def _scope(practice_id: str) -> Scope:
    return system_scope(
        UUID(practice_id),
        name="campaigns",
        purpose=Purpose.OPERATIONS,
        rights=frozenset({Right.RUN_CAMPAIGNS.value}),
    )
