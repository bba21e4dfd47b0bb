"""Jobs of messages."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections

from bedside.ground import clock, logs
from bedside.ground.errors import Refusal
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, system_scope

log = logs.logger("composer")


@job(name="composer.check_links")
def check_links(practice_id: str, message_id: str, revision: int) -> None:
    """Asks the links of one message; run again, it asks again."""
    from bedside.decisions.composer.link_checks import check
    from bedside.safeguards.staff.rules import Right

    close_old_connections()
    rights = frozenset({Right.WRITE_MESSAGES.value})
    scope = system_scope(UUID(practice_id), name="links", purpose=Purpose.OPERATIONS, rights=rights)
    try:
        check(scope, UUID(message_id), revision=revision, at=clock.now(), now=clock.now)
    except Refusal as error:  # whoever asked sees on the page what is to be put right first
        log.warning("composer.links_not_checked", code=error.code)
