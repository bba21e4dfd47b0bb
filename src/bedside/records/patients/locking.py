"""Keeping others away from records for the length of a transaction, for rooms that hold more of the same people."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from django.db import connection

from bedside.ground.rows import fetch_binary
from bedside.ground.scope import Scope, in_scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

# In order of ids, so that two who lock many people never wait for each other in a circle.
_LOCK: LiteralString = """
    SELECT id FROM patients_patient WHERE practice_id = %s AND id = ANY(%b::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""


def lock_people(scope: Scope, patient_ids: Iterable[UUID]) -> list[UUID]:
    """Those of them who have a record, held until the caller's transaction ends: one at a time writes of a person."""
    with in_scope(scope):
        return [row[0] for row in fetch_binary(_LOCK, [scope.practice_id, list(patient_ids)])]


def one_joining_at_a_time(scope: Scope) -> None:
    """Holds up every other joining of records until the transaction ends.

    Two at once would both work out who is left before either is done: one of three records could be joined to one
    that is none any more, and what was said of it hold for nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))", [str(scope.practice_id)])
