"""Has anybody said anything since? For the sender, between the gate's last word and the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.rows import fetch_binary
from bedside.ground.scope import Scope, reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

# One look into the index per person. The newest act of each, and not the newest of all: numbers are given out before
# the commit, so a small one may appear after a large one, but never twice about one person (`wait_for_others`).
_NEWEST = """
    SELECT wanted.id, (
        SELECT event.id FROM consent_event AS event
        WHERE event.practice_id = %s AND event.patient_id = wanted.id
        ORDER BY event.id DESC LIMIT 1
    )
    FROM unnest(%s::uuid[]) AS wanted (id)
"""


def newest_acts(scope: Scope, patient_ids: Sequence[UUID]) -> dict[UUID, int | None]:
    """The number of each person's newest act, None without any: as long as it stays, nothing was said since."""
    with reading(scope):
        return dict(fetch_binary(_NEWEST, [scope.practice_id, list(patient_ids)]))
