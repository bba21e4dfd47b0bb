"""Making the marks of stored versions that have none yet, and putting changed versions back by what the ledger says.

A mark is made at any time only for how the ledger lets a version stand, so that blotting out a mark and waiting for the
next `bedside migrate` gains nothing. The wrapped bytes need no witness: the root key binds them to their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose, Scope, in_scope, system_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import directory
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import entries, marks
from bedside.safeguards.vault.models import Rotation
from bedside.safeguards.vault.queries import forget_keys, practice_key_place, roots
from bedside.safeguards.vault.remembered import remembered
from bedside.safeguards.vault.rules import INDEX_VERSION, KeyState

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.safeguards.vault.models import PracticeKey
    from bedside.safeguards.vault.remembered import Remembered

_FIRST = 1


def mark_every_practice(*, at: datetime) -> int:
    """For a database from before there were marks: after a migration, and after an older backup was put back."""
    rights = frozenset({Right.MANAGE_KEYS.value})
    return sum(
        mark_unmarked(
            system_scope(practice_id, name="vault", purpose=Purpose.ADMINISTRATION, rights=rights), at=at
        )
        for practice_id, _, _ in directory()
    )


def mark_unmarked(scope: Scope, *, at: datetime) -> int:
    """Marks the versions that have no mark at all, unless the ledger remembers them otherwise. Gives how many."""
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        told, count = remembered(scope), 0
        for row in marks.unchecked(scope):
            if not row.mark and not marks.contradicts(row, told):
                marks.put(row, [])
                count += 1
        if count:
            record(scope, entries.MARKED, at=at, subject=scope.practice_id, count=count)
    return count


def repair(scope: Scope, *, at: datetime) -> int:
    """Puts every changed version back to the state the ledger remembers, and marks it. Gives how many.

    Raises NotAllowed; Refusal when one was changed so that nothing can be said of it: only a backup helps then.
    """
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        told = remembered(scope)
        changed = [row for row in marks.unchecked(scope) if not marks.is_genuine(row, told)]
        for row in changed:
            _put_back(scope, row, told, at=at)
        if changed:
            record(scope, entries.REPAIRED, at=at, subject=scope.practice_id, changed=len(changed))
    forget_keys()
    return len(changed)


def _put_back(scope: Scope, row: PracticeKey, told: Remembered, *, at: datetime) -> None:
    row.state = _state(scope, row, told)
    if row.version in told.compromised:
        row.compromised_at = row.compromised_at or at
    if row.state in {KeyState.DEACTIVATED, KeyState.COMPROMISED}:
        row.deactivated_at = row.deactivated_at or at
    if row.state == KeyState.DESTROYED:
        row.wrapped, row.recovery_copy, row.recovery_id = b"", b"", None
        row.destroyed_at = row.destroyed_at or at
    elif not _opens(row):
        raise _beyond_repair(row.version)
    marks.put(
        row,
        [
            "state",
            "compromised_at",
            "deactivated_at",
            "destroyed_at",
            "wrapped",
            "recovery_copy",
            "recovery_id",
        ],
    )


def _state(scope: Scope, row: PracticeKey, told: Remembered) -> KeyState:
    wanted = told.must_be(row.version)
    if wanted is not None:
        return wanted
    if row.version in {INDEX_VERSION, max(told.followed_by, _FIRST)}:
        return KeyState.ACTIVE  # nothing has followed it, nobody has destroyed it
    on_its_way = Rotation.objects.filter(
        practice_id=scope.practice_id, to_version=row.version, finished_at=None
    )
    if not on_its_way.exists():
        raise _beyond_repair(row.version)
    return KeyState.PRE_ACTIVE if row.active_at is None else KeyState.ACTIVE


def _opens(row: PracticeKey) -> bool:
    known = roots()
    try:
        known.unwrap(
            bytes(row.wrapped),
            by=row.wrapped_by or known.present.name,
            place=practice_key_place(row.practice_id, row.version),
        )
    except Refusal:
        return False
    return True


def _beyond_repair(version: int) -> Refusal:
    return Refusal(
        "key_beyond_repair",
        f"Version {version} of the practice's key is not one that Bedside made, or its wrapped bytes were changed; "
        "put the newest backup back.",
    )
