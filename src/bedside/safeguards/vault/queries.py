"""Questions to the vault."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, reading
from bedside.kit.sealing import Place, Sealer, Unsealable
from bedside.safeguards.vault.keys import PracticeKeys
from bedside.safeguards.vault.models import PracticeKey
from bedside.safeguards.vault.root import root_sealer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

_OPEN_PRACTICES_MAX = 200
_PERSON_KEYS = "SELECT person_id, wrapped FROM vault_personkey WHERE practice_id = %s AND person_id = ANY(%s)"
_open: dict[UUID, PracticeKeys] = {}
_lock = threading.Lock()


def practice_keys(scope: Scope) -> PracticeKeys:
    """The practice's keys, opened once per process and kept in memory only.

    Raises Refusal when the practice has no key, when the root key is missing, or when it is another one than
    the one these keys were wrapped with.
    """
    keys = _open.get(scope.practice_id)
    if keys is not None:
        return keys
    keys = _load(scope)
    with _lock:
        if len(_open) >= _OPEN_PRACTICES_MAX:
            _open.clear()
        _open[scope.practice_id] = keys
    return keys


def forget_keys() -> None:
    """Drops every opened key, for rotation and for tests."""
    with _lock:
        _open.clear()


def _load(scope: Scope) -> PracticeKeys:
    with reading(scope):
        rows = list(PracticeKey.objects.filter(practice_id=scope.practice_id))
    if not rows:
        raise Refusal("no_practice_key", "This practice has no key; it was not set up completely.")
    root_key = root()
    try:
        return PracticeKeys(
            scope.practice_id,
            {row.version: _unwrap(root_key, row) for row in rows},
        )
    except Unsealable as error:
        raise Refusal(
            "wrong_root_key", "The root key does not fit this database; put back the one it was made with."
        ) from error


def root() -> Sealer:
    """The root key of this installation."""
    return root_sealer(settings.BEDSIDE_ROOT_KEY_FILE)


def practice_key_place(practice_id: UUID, version: int) -> Place:
    return Place(
        practice=str(practice_id),
        table="vault_practicekey",
        row=str(practice_id),
        column="wrapped",
        version=version,
    )


def _unwrap(root_key: Sealer, row: PracticeKey) -> Sealer:
    key = root_key.open(bytes(row.wrapped), place=practice_key_place(row.practice_id, row.version))
    return Sealer(key, version=row.version)


def person_keys(scope: Scope, person_ids: Iterable[UUID]) -> dict[UUID, Sealer]:
    """Opened keys of these persons. Those without one (unknown or erased) are left out."""
    keys = practice_keys(scope)
    with reading(scope), connection.cursor() as cursor:
        # One array instead of thousands of parameters: this is asked for each batch of each campaign.
        cursor.execute(_PERSON_KEYS, [scope.practice_id, list(person_ids)])
        return {person_id: keys.person(person_id, bytes(wrapped)) for person_id, wrapped in cursor.fetchall()}
