"""What still waits of somebody who is erased: sign-ups that nobody confirmed, which hold an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.kit.sealing import Unsealable
from bedside.records.consent.owing import drop_letters
from bedside.records.signups.models import PendingRow
from bedside.records.signups.rules import answers_from_bytes
from bedside.records.signups.taking import PendingState
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime


def forget_pending(scope: Scope, address: str, *, at: datetime) -> int:
    """Empties the sign-ups that wait for a click from this address; gives how many. There is a week of them at most."""
    scope.require(Right.ERASE_PATIENTS)
    try:
        key = parse_address(address).lookup_key
    except InvalidAddress:
        return 0
    with in_scope(scope):
        rows = PendingRow.objects.filter(
            practice_id=scope.practice_id, state=PendingState.PENDING.value, sealed__isnull=False
        )
        found = [row.id for row in rows.select_for_update().order_by("id") if _is_of(scope, row, key)]
        for pending_id in found:
            drop_letters(scope, about=pending_id)
        rows.filter(id__in=found).update(sealed=None, state=PendingState.EXPIRED.value, ended_at=at)
    return len(found)


def _is_of(scope: Scope, row: PendingRow, key: str) -> bool:
    try:
        plain = practice_keys(scope).open(
            bytes(row.sealed or b""), table="signups_pending", row=str(row.id), column="sealed"
        )
    except Unsealable:
        return False
    answers, _ = answers_from_bytes(plain)
    return parse_address(answers.email).lookup_key == key
