"""The keys that sign mails, for the vault's inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.delivery.models import DkimKeyRow
from bedside.safeguards.vault.columns import Under, bound_by, declare_column
from bedside.safeguards.vault.inventory import KeyStanding, Level, contribute
from bedside.safeguards.vault.rules import KeyState

if TYPE_CHECKING:
    from bedside.ground.scope import Scope

declare_column(
    "delivery_dkimkey",
    "sealed",
    under=Under.PRACTICE,
    bound=bound_by("id", place=lambda key: (key, "sealed", 1)),
)
declare_column("delivery_trial", "content_hash", under=Under.NOTHING)
declare_column("delivery_trial", "certificate_sha256", under=Under.NOTHING)


def signing_keys(scope: Scope) -> list[KeyStanding]:
    rows = DkimKeyRow.objects.filter(practice_id=scope.practice_id).order_by("-created_at")
    return [
        KeyStanding(
            level=Level.DKIM,
            name=f"{row.selector}._domainkey.{row.domain}",
            state=KeyState.ACTIVE if row.retired_at is None else KeyState.DEACTIVATED,
            made_at=row.created_at,
            active_at=row.created_at,
            ended_at=row.retired_at,
        )
        for row in rows
    ]


contribute(signing_keys)
