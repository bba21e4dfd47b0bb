"""Questions to the vault."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from django.conf import settings

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, reading
from bedside.kit.sealing import Place, Sealer, Unsealable
from bedside.safeguards.vault.keys import PracticeKeys
from bedside.safeguards.vault.models import PersonKey, PracticeKey
from bedside.safeguards.vault.root import root_sealer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

_OPEN_PRACTICES_MAX = 200
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
    with reading(scope):
        rows = PersonKey.objects.filter(practice_id=scope.practice_id, person_id__in=list(person_ids))
        return {row.person_id: keys.person(row.person_id, bytes(row.wrapped)) for row in rows}
