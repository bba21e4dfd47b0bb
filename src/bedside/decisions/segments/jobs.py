"""Jobs of segments."""

from uuid import UUID

from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, system_scope


@job(name="segments.refresh", queue="default")
def refresh(practice_id: str) -> None:
    """Brings the practice's columns up to date after an import or an erasure, so that no page has to."""
    from bedside.decisions.segments import index

    scope = system_scope(UUID(practice_id), name="segments", purpose=Purpose.OPERATIONS, rights=frozenset())
    index.refresh(scope, at=clock.now())
