"""Names, rules and comments to sealed bytes under the practice's key; what is about one person under that person's.

What the gate was told about somebody and what a server answered about them goes with the key of that person: when
it is destroyed the row still counts, and nothing of it can be read any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.sealing import Place, Places
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer, Sealers

CAMPAIGN, APPROVAL = "campaigns_campaign", "campaigns_approval"
FACTS, LAST_FACTS, REPLY = "facts", "last_facts", "reply"
FORGOTTEN = b""  # in the place of facts that an erasure has removed


def seal(scope: Scope, plain: bytes, *, table: str, row: str, column: str) -> bytes:
    return practice_keys(scope).seal(plain, table=table, row=row, column=column)


def unseal(scope: Scope, sealed: bytes | memoryview | None, *, table: str, row: str, column: str) -> bytes:
    """Empty for None. Raises Unsealable if the value was changed or moved."""
    if sealed is None:
        return b""
    return practice_keys(scope).open(bytes(sealed), table=table, row=row, column=column)


def seal_about(
    sealer: Sealer, plain: bytes, *, practice_id: UUID, campaign_id: UUID, patient_id: UUID, column: str
) -> bytes:
    """Under the person's own key, which the caller has open."""
    return sealer.seal(plain, place=_place(practice_id, campaign_id, patient_id, column))


def seal_each_about(
    sealers: Sealers,
    plains: Sequence[bytes],
    *,
    practice_id: UUID,
    campaign_id: UUID,
    patient_ids: Sequence[UUID],
    column: str,
) -> list[bytes]:
    """As `seal_about` for many people at once, each under their own key; all in the same order."""
    campaign = f"{campaign_id}/"  # once: a UUID takes its time to write itself out
    places = Places(
        practice=str(practice_id),
        table="campaigns_recipient",
        rows=[campaign + str(one) for one in patient_ids],
        column=column,
        versions=[1] * len(plains),
    )
    return sealers.seal_each(plains, places=places)


def unseal_about(
    sealer: Sealer,
    sealed: bytes | memoryview | None,
    *,
    practice_id: UUID,
    campaign_id: UUID,
    patient_id: UUID,
    column: str,
) -> bytes:
    """Empty for None. Raises Unsealable if the value was changed or moved."""
    if sealed is None:
        return b""
    return sealer.open(bytes(sealed), place=_place(practice_id, campaign_id, patient_id, column))


def _place(practice_id: UUID, campaign_id: UUID, patient_id: UUID, column: str) -> Place:
    """A recipient's own number is given by the database after sealing, so its place is named by what it joins."""
    return Place(
        practice=str(practice_id),
        table="campaigns_recipient",
        row=f"{campaign_id}/{patient_id}",
        column=column,
        version=1,
    )
