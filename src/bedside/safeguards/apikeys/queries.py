"""Questions about API keys; never a secret, which nobody has any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, reading
from bedside.safeguards.apikeys.models import ApiKeyRow

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyView:
    """One key; `used_at` is exact to a minute."""

    id: UUID
    name: str
    right: str
    source_id: UUID
    made_at: datetime
    made_by: str
    used_at: datetime | None
    revoked_at: datetime | None


def api_keys(scope: Scope) -> list[ApiKeyView]:
    """Every key of the practice, also revoked ones, the newest first."""
    with reading(scope):
        rows = ApiKeyRow.objects.filter(practice_id=scope.practice_id).order_by("-made_at")
        return [
            ApiKeyView(
                id=row.id,
                name=row.name,
                right=row.right,
                source_id=row.source_id,
                made_at=row.made_at,
                made_by=row.made_by,
                used_at=row.used_at,
                revoked_at=row.revoked_at,
            )
            for row in rows
        ]


def is_in_force(scope: Scope, key_id: UUID) -> bool:
    """False for a key that was revoked, or that this practice never made."""
    with reading(scope):
        rows = ApiKeyRow.objects.filter(practice_id=scope.practice_id, id=key_id, revoked_at=None)
        return rows.exists()
