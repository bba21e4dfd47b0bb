"""Who is mentioned in a row on many: an index that is made from the rows and can be made again."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection

from bedside.ground import arrays
from bedside.safeguards.audit.bodies import ids_in
from bedside.safeguards.audit.tree import bodies_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedside.safeguards.audit.order import RowOfLeaves

# Keys are sorted, so what an act out of a list is about stands first.
_ABOUT: Final = b'{"about":'
_WEIGHT_BYTES: Final = 7  # PostgreSQL reads no more bits as a number above zero
_INSERT = """
    INSERT INTO audit_mention (practice_id, subject, entry_id)
    SELECT %s, fresh.* FROM unnest(%s::bigint[], %s::bigint[]) AS fresh
"""
_MEND = """
    INSERT INTO audit_mention (practice_id, subject, entry_id)
    SELECT %s, fresh.subject, fresh.entry_id
    FROM unnest(%s::bigint[], %s::bigint[]) AS fresh (subject, entry_id)
    WHERE NOT EXISTS (
        SELECT FROM audit_mention known WHERE known.practice_id = %s
        AND known.subject = fresh.subject AND known.entry_id = fresh.entry_id
    )
"""


@dataclass(slots=True)
class Mentions:
    """Collects who is mentioned while rows are sealed."""

    subjects: list[int] = field(default_factory=list)
    entry_ids: list[int] = field(default_factory=list)

    def add(self, row: RowOfLeaves, bodies: Sequence[bytes]) -> None:
        subjects = numbers_in(row, bodies)
        self.subjects += subjects
        self.entry_ids += [row.id] * len(subjects)

    def store(self, practice_id: UUID) -> None:
        """For rows that are sealed just now, and so are not in the index."""
        if self.subjects:
            with connection.cursor() as cursor:
                cursor.execute(_INSERT, [practice_id, *self._columns()])

    def mend(self, practice_id: UUID) -> None:
        """Adds those that the index lacks."""
        if self.subjects:
            with connection.cursor() as cursor:
                cursor.execute(_MEND, [practice_id, *self._columns(), practice_id])

    def _columns(self) -> tuple[str, str]:
        return arrays.numbers(self.subjects), arrays.numbers(self.entry_ids)


def numbers_in(row: RowOfLeaves, bodies: Sequence[bytes]) -> set[int]:
    """Who is to be found by this row. An act on one, not out of a list, is found by its row's own column.

    Takes bodies as `unpack` gives them: those of an act on many end with a person's id, each of them.
    """
    if row.count == 1:
        number = number_in(bodies[0]) if bodies[0].startswith(_ABOUT) else None
        return set() if number is None else {number}
    raw = bytes.fromhex(b"".join(ids_in(bodies)).replace(b"-", b"").decode())
    return set(struct.unpack(f">{2 * len(bodies)}q", raw)[1::2])


def weight(number: int, entry_id: int, *, salt: bytes) -> int:
    """What one mention adds to the sum by which verification compares the index with the rows.

    By a salt that is new each time, so that nobody can put other mentions there that come to the same.
    """
    digest = hashlib.sha256(salt + struct.pack(">qq", number, entry_id)).digest()
    return int.from_bytes(digest[:_WEIGHT_BYTES])


def number_of(person: UUID) -> int:
    """The random half of the id as PostgreSQL's signed number: eight bytes, and no two people share them."""
    return int.from_bytes(person.bytes[8:], signed=True)


def number_in(body: bytes) -> int | None:
    """The number of the person a canonical body is about, None for anything but a person."""
    try:
        return number_of(UUID(str(json.loads(body)["subject"])))
    except (ValueError, KeyError):
        return None


def mend(practice_id: UUID, rows: Sequence[RowOfLeaves]) -> None:
    """Adds whatever the index lacks of these rows. Raises DamagedRow."""
    mentions = Mentions()
    for row, bodies in bodies_of(practice_id, rows):
        mentions.add(row, bodies)
    mentions.mend(practice_id)
