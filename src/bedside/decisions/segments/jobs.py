"""Jobs of segments."""

from uuid import UUID

from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, system_scope


@job(name="segments.refresh", queue="default")
def refresh(practice_id: str) -> None:
    """Builds the practice's columns anew after an import, so that no page has to."""
    from bedside.decisions.segments.index import rebuild

    scope = system_scope(UUID(practice_id), name="segments", purpose=Purpose.OPERATIONS, rights=frozenset())
    rebuild(scope, at=clock.now())
