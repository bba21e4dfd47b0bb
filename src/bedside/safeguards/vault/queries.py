"""Questions to the vault."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, LiteralString

from django.conf import settings

from bedside.ground.rows import fetch_binary
from bedside.ground.scope import Purpose, Scope, reading, system_scope
from bedside.kit.sealing import Place
from bedside.safeguards.vault.installation import installation_key
from bedside.safeguards.vault.keyring import Keyring
from bedside.safeguards.vault.keys import PracticeKeys
from bedside.safeguards.vault.marks import is_genuine
from bedside.safeguards.vault.models import Destruction, PracticeKey
from bedside.safeguards.vault.remembered import remembered
from bedside.safeguards.vault.roots import Roots, roots_of
from bedside.safeguards.vault.rules import HeldKey, KeyState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from bedside.kit.sealing import Sealer, Sealers

_OPEN_PRACTICES_MAX = 200
# A destroyed key is never opened again, even when its row was put back from a copy of the database.
_NOT_DESTROYED: LiteralString = """
    AND NOT EXISTS (
        SELECT FROM vault_destruction AS gone
        WHERE gone.practice_id = key.practice_id AND gone.kind = 'person' AND gone.key = key.person_id
    )
"""
_OF_PERSONS: LiteralString = (
    "SELECT key.person_id, key.wrapped FROM vault_personkey AS key"
    " WHERE key.practice_id = %s AND key.person_id = ANY(%b::uuid[])"
)
_PERSON_KEYS: LiteralString = _OF_PERSONS + _NOT_DESTROYED
# For a room that asks for sealed rows and the wrapped keys of their persons at once: `FROM its_table AS held
# JOIN_PERSON_KEYS WHERE held.practice_id = ...`, selecting WRAPPED_KEY. Rows without a key (erased) fall out.
# OFFSET 0 makes it one look-up a row: right after an import the planner knows no sizes yet, and a plain join then
# read all keys again for every page, 6 s for 100,000 people instead of a fraction of one.
_OF_HELD: LiteralString = """
    CROSS JOIN LATERAL (
        SELECT key.wrapped FROM vault_personkey AS key
        WHERE key.person_id = held.id AND key.practice_id = held.practice_id
"""
JOIN_PERSON_KEYS: LiteralString = _OF_HELD + _NOT_DESTROYED + " OFFSET 0) AS person_key "
WRAPPED_KEY: LiteralString = "person_key.wrapped"
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
    practice_id = scope.practice_id
    # Asked about again and again for the life of the process, so not in the name of whoever came first.
    own = system_scope(practice_id, name="vault", purpose=Purpose.OPERATIONS, rights=frozenset())
    ring = Keyring(lambda: held_keys(own), lambda held: unwrap_practice_key(practice_id, held))
    return PracticeKeys(practice_id, ring)


def held_keys(scope: Scope) -> list[HeldKey]:
    """Every version of the practice's key as it is stored, the index key among them; oldest first.

    Whether each is genuine, too: a changed one is for nobody to use.
    """
    told = remembered(scope)
    with reading(scope):
        rows = PracticeKey.objects.filter(practice_id=scope.practice_id).order_by("version")
        return [
            HeldKey(
                id=row.id,
                version=row.version,
                state=KeyState(row.state),
                wrapped=bytes(row.wrapped),
                wrapped_by=row.wrapped_by,
                is_genuine=is_genuine(row, told),
            )
            for row in rows
        ]


def unwrap_practice_key(practice_id: UUID, held: HeldKey) -> bytes:
    """Raises ProviderDown, WrongRootKey, RootKeyMissing."""
    known = roots()
    by = held.wrapped_by or known.present.name  # not kept in the first databases
    return known.unwrap(held.wrapped, by=by, place=practice_key_place(practice_id, held.version))


def installation() -> Sealer:
    """The installation key: for what belongs to no practice. Raises as `installation_key`."""
    return installation_key(settings.BEDSIDE_ROOT)


def roots() -> Roots:
    """The root keys of this installation, asked anew each time. Raises RootKeyMissing, Refusal."""
    return roots_of(settings.BEDSIDE_ROOT)


def practice_key_place(practice_id: UUID, version: int) -> Place:
    return Place(
        practice=str(practice_id),
        table="vault_practicekey",
        row=str(practice_id),
        column="wrapped",
        version=version,
    )


def is_destroyed(scope: Scope, person_id: UUID) -> bool:
    """Whether this person's key was destroyed, whatever has been put back since."""
    with reading(scope):
        return Destruction.objects.filter(
            practice_id=scope.practice_id, kind="person", key=person_id
        ).exists()


def persons_with_keys(scope: Scope, person_ids: Iterable[UUID]) -> set[UUID]:
    """Of whom a row lies in the vault, also where the key was destroyed and is not opened any more."""
    with reading(scope):
        return {row[0] for row in fetch_binary(_OF_PERSONS, [scope.practice_id, list(person_ids)])}


def person_keys(scope: Scope, person_ids: Iterable[UUID]) -> dict[UUID, Sealer]:
    """Opened keys of these persons. Those without one (unknown or erased) are left out."""
    wrapped = _wrapped_keys(scope, person_ids)
    sealers = practice_keys(scope).persons([*map(str, wrapped)], [*wrapped.values()])
    return dict(zip(wrapped, sealers.each(), strict=True))


def person_sealers(scope: Scope, person_ids: Sequence[UUID]) -> Sealers:
    """As `person_keys`, in the order of the ids, for sealing a batch. Raises KeyError for whoever has no key."""
    wrapped = _wrapped_keys(scope, person_ids)
    return practice_keys(scope).persons([*map(str, person_ids)], [wrapped[one] for one in person_ids])


def known_sealers(scope: Scope, person_ids: Iterable[UUID]) -> tuple[dict[UUID, int], Sealers]:
    """As `person_sealers`, of those who have a key: who stands at which position of the sealers, and these."""
    wrapped = _wrapped_keys(scope, person_ids)
    sealers = practice_keys(scope).persons([*map(str, wrapped)], [*wrapped.values()])
    return {person_id: position for position, person_id in enumerate(wrapped)}, sealers


def _wrapped_keys(scope: Scope, person_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    # One array instead of thousands of parameters: this is asked for each batch of each campaign.
    with reading(scope):
        return dict(fetch_binary(_PERSON_KEYS, [scope.practice_id, list(person_ids)]))
