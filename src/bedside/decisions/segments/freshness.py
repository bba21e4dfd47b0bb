"""What was committed since a change: counted in one look, so that an answer is of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString

from django.db import connection

from bedside.ground import arrays
from bedside.ground.rows import fetch_binary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What answers depend on besides stored columns: of two equal ones every answer is the same.

    `numbers`: how many records changed and the sum of their numbers, and so of parts of charts and of those erased.
    `names`: the lessons in which names of codes were learned. `own_fields`: the practice's own, as they lie sealed.
    """

    numbers: tuple[int, ...]
    names: tuple[UUID, ...]
    own_fields: tuple[bytes, ...]

    @property
    def changed(self) -> int:
        """Records and parts of charts together."""
        return self.numbers[0] + self.numbers[2]


# Numbers are committed in another order than they are given, so the newest alone would miss a slow writer; how many
# there are and their sum would not. One statement sees all tables as of one moment.
_FRESHNESS: LiteralString = """
    SELECT * FROM
    (SELECT count(*), coalesce(sum(change_no), 0) FROM patients_patient WHERE practice_id = %s AND change_no > %s) AS a,
    (SELECT count(*), coalesce(sum(change_no), 0) FROM charts_part WHERE practice_id = %s AND change_no > %s) AS b,
    (SELECT count(*), coalesce(sum(change_no), 0) FROM patients_gone WHERE practice_id = %s AND change_no > %s) AS c,
    (SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM charts_names WHERE practice_id = %s) AS d,
    (SELECT coalesce(array_agg(sealed ORDER BY id), '{}') FROM patients_field WHERE practice_id = %s) AS e
"""
_CHANGED: LiteralString = """
    SELECT true, id, change_no FROM patients_patient WHERE practice_id = %s AND change_no > %s AND change_no <= %s
    UNION ALL
    SELECT false, patient_id, max(change_no) FROM charts_part
    WHERE practice_id = %s AND change_no > %s AND change_no <= %s GROUP BY patient_id
"""
_WITH_CHARTS: LiteralString = (
    "SELECT DISTINCT patient_id FROM charts_part WHERE practice_id = %s AND patient_id = ANY(%s::uuid[])"
)
RECORD, CHART = "record", "chart"
Which = tuple[str, "UUID"]
_NO_END = 2**63 - 1


def freshness(scope: Scope, *, settled: int, base: int) -> Freshness:
    """Of records and charts after `settled`, of those erased after `base`. Asked within the practice's scope."""
    practice = scope.practice_id
    numbers = [practice, settled, practice, settled, practice, base, practice, practice]
    [row] = fetch_binary(_FRESHNESS, numbers)
    return Freshness(numbers=tuple(map(int, row[:6])), names=tuple(row[6]), own_fields=tuple(row[7]))


def changed(scope: Scope, *, after: int, until: int = _NO_END) -> dict[Which, int]:
    """Whose record or chart changed after one number and up to another, and the newest number of each."""
    numbers = [scope.practice_id, after, until]
    return {
        (RECORD if is_record else CHART, patient_id): number
        for is_record, patient_id, number in fetch_binary(_CHANGED, [*numbers, *numbers])
    }


def with_charts(scope: Scope, patient_ids: Sequence[UUID]) -> set[UUID]:
    """Those of whom a chart holds anything."""
    return {row[0] for row in fetch_binary(_WITH_CHARTS, [scope.practice_id, arrays.uuids(patient_ids)])}


def settled(scope: Scope) -> int:
    """The newest change if all before it are committed; waits for writers under way, and holds up no later ones."""
    number = _settled(scope, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7)) IS NOT NULL")
    assert number is not None  # noqa: S101  it waits until it is free
    return number


def settled_if_nobody_writes(scope: Scope) -> int | None:
    """As `settled`, but None while somebody writes, without waiting for them."""
    return _settled(scope, "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7))")


def _settled(scope: Scope, lock: LiteralString) -> int | None:
    """The lock that shows it is let go at once: the caller's transaction may be long, and must not hold up writers."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT settled")
        cursor.execute(lock, [str(scope.practice_id)])
        free = cursor.fetchone()[0]
        number = _newest(scope) if free else None
        cursor.execute("ROLLBACK TO SAVEPOINT settled")
        cursor.execute("RELEASE SAVEPOINT settled")
    return number


def _newest(scope: Scope) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest("
            "(SELECT coalesce(max(change_no), 0) FROM patients_patient WHERE practice_id = %s),"
            "(SELECT coalesce(max(change_no), 0) FROM charts_part WHERE practice_id = %s),"
            "(SELECT coalesce(max(change_no), 0) FROM patients_gone WHERE practice_id = %s))",
            [scope.practice_id] * 3,
        )
        return int(cursor.fetchone()[0])
