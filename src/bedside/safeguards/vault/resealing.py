"""What an old version of the practice's key sealed, sealed anew under the one in use, so that the old one may go.

Some hundred values at a time, each time with the progress it makes in one transaction: a worker that dies loses one
batch, and whoever goes on begins with what still carries the old version's header. Nothing is sealed under a version
that rests, so what is done stays done. The content is not looked at: it is opened and sealed in the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from psycopg import sql

from bedside.ground import jobs
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.sealing import Unsealable
from bedside.kit.sealing.envelope import header_of
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import entries, marks
from bedside.safeguards.vault.census import restriction, sealed_under
from bedside.safeguards.vault.changes import keys_changed
from bedside.safeguards.vault.columns import Under, columns
from bedside.safeguards.vault.models import Resealing
from bedside.safeguards.vault.queries import practice_keys
from bedside.safeguards.vault.rules import RESTING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from bedside.safeguards.vault.columns import Bound, SealedColumn
    from bedside.safeguards.vault.keys import PracticeKeys

_SPELL_S = 20.0
_PICK = sql.SQL("""
    SELECT {key}, {column}, {by} FROM {table}
    WHERE practice_id = %s AND substring({column} FROM 1 FOR 5) = %s {only} {after}
    ORDER BY {key} LIMIT %s FOR NO KEY UPDATE
""")
_STORE = sql.SQL("""
    UPDATE {table} AS held SET {column} = fresh.value
    FROM unnest(%s::{type}[], %s::bytea[]) AS fresh (key, value)
    WHERE held.{key} = fresh.key AND held.practice_id = %s
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealingStanding:
    """How far the newest one is. `left` values do not open, or were written back meanwhile; counted at its end."""

    id: UUID
    from_version: int
    total: int
    done: int
    left: int
    began_at: datetime
    finished_at: datetime | None

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else float(self.finished_at is not None)


def reseal(scope: Scope, version: int, *, at: datetime) -> UUID:
    """Begins. A worker does it. Gives the id.

    Raises NotAllowed, NotFound, KeyChanged; Refusal for a version in use or when another is under way.
    """
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        _check_resting(scope, version)
        row = Resealing(
            id=new_id(), practice_id=scope.practice_id, from_version=version, began_at=at,
            total=sum(sealed_under(scope, version).values()),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Refusal(
                "resealing_running", "Values are being sealed anew already; wait until that is finished."
            ) from None
        record(
            scope, entries.RESEALING_BEGUN, at=at, subject=scope.practice_id, version=version, count=row.total
        )
        _go_on(row)
    return row.id


def resting_versions(scope: Scope) -> list[int]:
    """Versions that something is still sealed under though they rest, oldest first. Reads whole tables."""
    with in_scope(scope):
        resting = [row.version for row in marks.unchecked(scope) if row.state in RESTING]
    return [version for version in resting if sealed_under(scope, version)]


def resealing_standing(scope: Scope) -> ResealingStanding | None:
    """The newest, running or not."""
    with reading(scope):
        row = Resealing.objects.filter(practice_id=scope.practice_id).order_by("-began_at").first()
    if row is None:
        return None
    return ResealingStanding(
        id=row.id,
        from_version=row.from_version,
        total=row.total,
        done=row.done,
        left=row.left,
        began_at=row.began_at,
        finished_at=row.finished_at,
    )


def advance(scope: Scope, resealing_id: UUID, *, clock: Callable[[], datetime]) -> None:
    """Works on it for a while; run again at any time it goes on. Two at once take turns. Raises ProviderDown."""
    began = clock()
    for _ in _batches(scope, resealing_id):
        if (clock() - began).total_seconds() >= _SPELL_S:
            with in_scope(scope):
                if row := _claimed(scope, resealing_id):
                    _go_on(row)
            return
    with in_scope(scope):
        if row := _claimed(scope, resealing_id):
            _finish(scope, row, at=clock())


def _batches(scope: Scope, resealing_id: UUID) -> Iterator[int]:
    """Yields after each transaction how many values it sealed anew; ends when none is left that opens."""
    for column in columns().values():
        if column.under is not Under.PRACTICE or column.bound is None:
            continue
        after: Any = None
        while True:
            with in_scope(scope):
                row = _claimed(scope, resealing_id)
                if row is None:
                    return
                after, done = _one_batch(scope, row, column, column.bound, after=after)
                row.done += done
                row.save(update_fields=["done"])
            if after is None:
                break
            yield done


def _one_batch(
    scope: Scope, row: Resealing, column: SealedColumn, bound: Bound, *, after: Any
) -> tuple[Any, int]:
    """(the last row's number, None when there was none; values sealed anew)."""
    picked = _picked(scope, row, column, bound, after=after)
    keys, fresh = practice_keys(scope), []
    for number, sealed, *by in picked:
        value = _resealed(keys, bytes(sealed), column.table, bound.place(*by))
        if value is not None:
            fresh.append((number, value))
    _store(scope, column, bound, fresh)
    return (picked[-1][0] if picked else None), len(fresh)


def _picked(
    scope: Scope, row: Resealing, column: SealedColumn, bound: Bound, *, after: Any
) -> list[tuple[Any, ...]]:
    only, wanted = restriction(column)
    key = sql.Identifier(bound.key)
    statement = _PICK.format(
        key=key,
        column=sql.Identifier(column.column),
        by=sql.SQL(", ").join(map(sql.Identifier, bound.by)),
        table=sql.Identifier(column.table),
        only=only,
        after=sql.SQL("") if after is None else sql.SQL("AND {} > %s").format(key),
    )
    values: list[Any] = [scope.practice_id, header_of(row.from_version), *wanted]
    values += [bound.at_once] if after is None else [after, bound.at_once]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _resealed(keys: PracticeKeys, sealed: bytes, table: str, place: tuple[str, str, int]) -> bytes | None:
    """None for what does not open: it was tampered with, and stays to be seen."""
    row, column, version = place
    try:
        plain = keys.open(sealed, table=table, row=row, column=column, version=version)
    except Unsealable:
        return None
    return keys.seal(plain, table=table, row=row, column=column, version=version)


def _store(scope: Scope, column: SealedColumn, bound: Bound, fresh: list[tuple[Any, bytes]]) -> None:
    if not fresh:
        return
    statement = _STORE.format(
        table=sql.Identifier(column.table),
        column=sql.Identifier(column.column),
        key=sql.Identifier(bound.key),
        type=sql.SQL(bound.key_type),
    )
    numbers, values = zip(*fresh, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(numbers), list(values), scope.practice_id])


def _finish(scope: Scope, row: Resealing, *, at: datetime) -> None:
    row.left = sum(sealed_under(scope, row.from_version).values())
    row.finished_at = at
    row.save(update_fields=["left", "finished_at"])
    keys_changed()  # the backups' copy of evidence must not be the last thing that needs the old version
    record(
        scope, entries.RESEALED, at=at, subject=scope.practice_id,
        version=row.from_version, done=row.done, left=row.left,
    )  # fmt: skip


def _check_resting(scope: Scope, version: int) -> None:
    key = next((row for row in marks.locked(scope) if row.version == version), None)
    if key is None:
        raise NotFound("There is no such version of the practice's key.")
    if key.state not in RESTING:
        raise Refusal(
            "key_in_use",
            "That version is in use or gone; only what one that rests has sealed is sealed anew.",
        )


def _claimed(scope: Scope, resealing_id: UUID) -> Resealing | None:
    """For this transaction alone; None once it is finished."""
    rows = Resealing.objects.select_for_update().filter(
        practice_id=scope.practice_id, id=resealing_id, finished_at=None
    )
    return rows.first()


def _go_on(row: Resealing) -> None:
    jobs.enqueue("vault.reseal", practice_id=row.practice_id, resealing_id=row.id)
