"""A new key for one person: what is sealed under theirs is sealed anew, all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import entries
from bedside.safeguards.vault.columns import Under, columns, person_resealers
from bedside.safeguards.vault.models import PersonKey
from bedside.safeguards.vault.queries import is_destroyed, practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def rotate_person(scope: Scope, person_id: UUID, *, at: datetime) -> int:
    """Gives the person a new key and seals their values anew. Gives how many values.

    Raises NotAllowed, NotFound for somebody without a key, Refusal while a room cannot do without the old one.
    """
    scope.require(Right.MANAGE_KEYS)
    keys, rooms = practice_keys(scope), person_resealers()
    theirs = [one for one in columns().values() if one.under is Under.PERSON or one.only is not None]
    uncovered = {one.table for one in theirs} - set(rooms)
    if uncovered:
        raise AssertionError(f"nobody seals anew what a person's key seals in {sorted(uncovered)}")
    with in_scope(scope):
        mine = PersonKey.objects.filter(practice_id=scope.practice_id, person_id=person_id)
        held = mine.select_for_update().first()
        if held is None or is_destroyed(scope, person_id):
            raise NotFound("There is no such person here, or they were erased.")
        old = keys.person(person_id, bytes(held.wrapped))
        wrapped, new = keys.new_person(person_id)
        count = sum(reseal(scope, person_id, old, new) for reseal in rooms.values())
        mine.update(wrapped=wrapped, created_at=at)
        record(scope, entries.PERSON_KEY_ROTATED, at=at, subject=person_id)
    return count
