"""What permissions do when somebody is erased: the record of acts stays without a name, the address stays away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.lists import forget_bad_lines
from bedside.records.consent.owing import drop_letters_to
from bedside.records.consent.recording import wait_for_others
from bedside.records.consent.rules import SuppressionReason, SuppressionScope
from bedside.records.consent.suppressing import keep_address_from, keep_index_from
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def begin_forgetting(scope: Scope, patient_id: UUID) -> None:
    """Waits for acts about the person that are under way; later ones find nobody any more."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        wait_for_others(patient_id)
        drop_letters_to(scope, patient_id)
        forget_bad_lines(scope)


def keep_away(scope: Scope, address: str, *, at: datetime) -> bool:
    """Keeps the address of somebody erased from everything, as a keyed hash (CON-24).

    Whoever is imported with it later gets nothing until they say yes themselves. False if that stood already.
    Raises Refusal for what is no address.
    """
    scope.require(Right.ERASE_PATIENTS)
    return (
        keep_address_from(
            scope,
            address,
            covers=SuppressionScope.EVERYTHING,
            reason=SuppressionReason.ERASED,
            at=at,
        )
        is not None
    )


def keep_index_away(scope: Scope, address_index: bytes, *, at: datetime) -> bool:
    """As `keep_away`, for an address that nobody can read any more, by the keyed hash that was stored of it."""
    scope.require(Right.ERASE_PATIENTS)
    kept = keep_index_from(
        scope, address_index, covers=SuppressionScope.EVERYTHING, reason=SuppressionReason.ERASED, at=at
    )
    return kept is not None
