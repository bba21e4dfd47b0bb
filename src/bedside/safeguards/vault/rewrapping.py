"""Persons' keys under the next version of the practice's key, some thousands at a time.

A batch is one transaction with the progress it makes, so a worker that dies loses one batch at most. A key that
somebody else holds locked, such as one just being erased, is passed over and looked at again at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from django.db import connection

from bedside.ground import arrays
from bedside.ground.rows import fetch_first
from bedside.ground.scope import Scope, reading
from bedside.kit.sealing import Unsealable
from bedside.kit.sealing.envelope import header_of
from bedside.safeguards.vault.models import Rotation
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 4000
_FIRST = UUID(int=0)
_COUNT = "SELECT count(*) FROM vault_personkey WHERE practice_id = %s"
_COUNT_OTHER = f"{_COUNT} AND substring(wrapped FROM 1 FOR 5) <> %s"
_NEXT: LiteralString = """
    SELECT person_id, wrapped FROM vault_personkey
    WHERE practice_id = %s AND person_id > %s ORDER BY person_id FOR UPDATE SKIP LOCKED
"""
_OTHER: LiteralString = """
    SELECT person_id, wrapped FROM vault_personkey
    WHERE practice_id = %s AND person_id > %s AND substring(wrapped FROM 1 FOR 5) <> %s
    ORDER BY person_id FOR UPDATE SKIP LOCKED
"""
_UPDATE = """
    UPDATE vault_personkey AS held SET wrapped = fresh.wrapped
    FROM unnest(%s::uuid[], %s::bytea[]) AS fresh (person_id, wrapped)
    WHERE held.person_id = fresh.person_id AND held.practice_id = %s
"""
_Row = tuple[UUID, bytes]


def claimed(scope: Scope, rotation_id: UUID) -> Rotation | None:
    """The rotation for this transaction alone; None when it is finished or another worker has it."""
    return (
        Rotation.objects.select_for_update(skip_locked=True)
        .filter(practice_id=scope.practice_id, id=rotation_id, finished_at=None)
        .first()
    )


def persons(scope: Scope) -> int:
    with reading(scope), connection.cursor() as cursor:
        cursor.execute(_COUNT, [scope.practice_id])
        return int(cursor.fetchone()[0])


def next_batch(scope: Scope, rotation: Rotation) -> bool:
    """Rewraps the persons after the last one. False when there was none."""
    after = rotation.last_person or _FIRST
    rows: list[_Row] = fetch_first(_NEXT, [scope.practice_id, after], rows=BATCH)
    if not rows:
        return False
    header = header_of(rotation.to_version)
    rotation.done += _rewrap(scope, [row for row in rows if not row[1].startswith(header)])
    rotation.last_person = rows[-1][0]
    rotation.save(update_fields=["done", "last_person"])
    return True


def left_over(scope: Scope, rotation: Rotation) -> int:
    """Rewraps what was passed over. Gives how many keys do not open, and so stay as they are."""
    header, after = header_of(rotation.to_version), _FIRST
    while rows := fetch_first(_OTHER, [scope.practice_id, after, header], rows=BATCH):
        rotation.done += _rewrap(scope, rows)
        after = rows[-1][0]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_OTHER, [scope.practice_id, header])
        return int(cursor.fetchone()[0])


def _rewrap(scope: Scope, rows: list[_Row]) -> int:
    keys = practice_keys(scope)
    while rows:
        ids = [str(person_id) for person_id, _ in rows]
        try:
            opened = keys.persons(ids, [wrapped for _, wrapped in rows])
        except Unsealable as error:
            # One that was tampered with must not keep the others under a key that is to go.
            rows = [row for place, row in enumerate(rows) if place != (error.position or 0)]
            continue
        _store(scope, ids, keys.wrapped(opened, person_ids=ids))
        return len(rows)
    return 0


def _store(scope: Scope, ids: Sequence[str], wrapped: Sequence[bytes]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, ["{" + ",".join(ids) + "}", arrays.byte_strings(wrapped), scope.practice_id])
