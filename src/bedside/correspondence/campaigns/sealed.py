"""Names, rules, facts and comments to sealed bytes and back, under the practice's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope

CAMPAIGN, APPROVAL, RECIPIENT = "campaigns_campaign", "campaigns_approval", "campaigns_recipient"


def seal(scope: Scope, plain: bytes, *, table: str, row: str, column: str) -> bytes:
    return practice_keys(scope).seal(plain, table=table, row=row, column=column)


def unseal(scope: Scope, sealed: bytes | memoryview | None, *, table: str, row: str, column: str) -> bytes:
    """Empty for None. Raises Unsealable if the value was changed or moved."""
    if sealed is None:
        return b""
    return practice_keys(scope).open(bytes(sealed), table=table, row=row, column=column)


def recipient_place(campaign_id: UUID, patient_id: UUID) -> str:
    """A recipient's own number is given by the database after sealing, so its place is named by what it joins."""
    return f"{campaign_id}/{patient_id}"
