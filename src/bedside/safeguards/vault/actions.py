"""Verbs of the vault: the only place that writes keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from bedside.ground import arrays
from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.kit.sealing import random_key
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import marks
from bedside.safeguards.vault.locks import hold_root_still
from bedside.safeguards.vault.models import PracticeKey
from bedside.safeguards.vault.queries import practice_key_place, practice_keys, roots
from bedside.safeguards.vault.recovery_current import recovery_for
from bedside.safeguards.vault.rules import INDEX_VERSION, KeyState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.sealing import Sealers
    from bedside.safeguards.vault.roots import Roots

_ROWS_PER_STATEMENT = 2000
_INSERT = """
    INSERT INTO vault_personkey (person_id, wrapped, practice_id, created_at)
    SELECT fresh.*, %s, %s FROM unnest(%s::uuid[], %s::bytea[]) AS fresh
"""
_DELETE = """
    WITH gone AS (
        DELETE FROM vault_personkey WHERE practice_id = %s AND person_id = ANY(%s::uuid[]) RETURNING person_id
    )
    INSERT INTO vault_destruction (practice_id, kind, key, version, at)
    SELECT %s, 'person', person_id, 1, %s FROM gone
"""


def make_practice_key(scope: Scope, *, at: datetime) -> None:
    """Makes the first keys of a new practice, wrapped by the root key. Raises RootKeyMissing, ProviderDown."""
    with in_scope(scope):
        for version in (INDEX_VERSION, 1):
            store_practice_key(scope, version=version, key=random_key(), state=KeyState.ACTIVE, at=at)


def store_practice_key(scope: Scope, *, version: int, key: bytes, state: KeyState, at: datetime) -> None:
    """Adds a version, wrapped by the present root key and, if there is one, to the recovery key.

    Raises ProviderDown, Refusal when this process knows an older root key than other processes do.
    """
    place = practice_key_place(scope.practice_id, version)
    with in_scope(scope):
        hold_root_still()
        known = roots()
        _refuse_older_root(scope, known)
        wrapped, by = known.wrap(key, place=place)
        recovery = recovery_for(scope, at=at)
        marks.add(
            PracticeKey(
                practice_id=scope.practice_id,
                version=version,
                state=state,
                wrapped=wrapped,
                wrapped_by=by,
                recovery_copy=recovery.copy(key, place=place) if recovery else b"",
                recovery_id=recovery.id if recovery else None,
                created_at=at,
                active_at=at if state is KeyState.ACTIVE else None,
            )
        )


def _refuse_older_root(scope: Scope, known: Roots) -> None:
    """A process that was not restarted since the root key changed would leave this version under the old one."""
    rows = PracticeKey.objects.filter(practice_id=scope.practice_id).exclude(state=KeyState.DESTROYED)
    others = {name for name in rows.values_list("wrapped_by", flat=True) if name}
    if others and not others & known.names:
        raise Refusal(
            "older_root_key",
            "The keys are wrapped by a root key that this process does not know; restart every part of Bedside.",
        )


def make_person_keys(scope: Scope, person_ids: Sequence[UUID], *, at: datetime) -> Sealers:
    """A fresh key for each person, stored wrapped. Gives them opened, in this order, for the records that follow."""
    wrapped, sealers = practice_keys(scope).new_persons(person_ids)
    with in_scope(scope), connection.cursor() as cursor:
        for start in range(0, len(person_ids), _ROWS_PER_STATEMENT):
            part = slice(start, start + _ROWS_PER_STATEMENT)
            columns = [arrays.uuids(person_ids[part]), arrays.byte_strings(wrapped[part])]
            cursor.execute(_INSERT, [scope.practice_id, at, *columns])
    return sealers


def destroy_person_keys(scope: Scope, person_ids: Iterable[UUID], *, at: datetime) -> int:
    """Destroys these persons' keys for good and notes each destruction. Gives how many there were.

    What was sealed under them opens nowhere any more, in no backup either that has no older copy of the keys.
    Ids without a key are passed over, so it can be run again. Raises NotAllowed.
    """
    scope.require(Right.ERASE_PATIENTS)
    ids = list(person_ids)
    gone = 0
    with in_scope(scope), connection.cursor() as cursor:
        for start in range(0, len(ids), _ROWS_PER_STATEMENT):
            part = arrays.uuids(ids[start : start + _ROWS_PER_STATEMENT])
            cursor.execute(_DELETE, [scope.practice_id, part, scope.practice_id, at])
            gone += cursor.rowcount
    return gone
