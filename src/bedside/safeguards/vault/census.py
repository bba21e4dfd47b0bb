"""What is still sealed under a version of the practice's key: asked of the database's own catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from psycopg import sql

from bedside.ground.scope import Scope, reading
from bedside.kit.sealing.envelope import header_of
from bedside.safeguards.vault.columns import Under, columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.safeguards.vault.columns import SealedColumn

_BYTE_COLUMNS = """
    SELECT c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
    AND a.atttypid = 'bytea'::regtype
    AND EXISTS (SELECT 1 FROM pg_attribute AS p WHERE p.attrelid = c.oid AND p.attname = 'practice_id')
    ORDER BY c.relname, a.attnum
"""
# A keyed index or a hash that begins with these five bytes by chance, one in a million million, is counted too:
# that refuses a destruction for nothing, and never allows one.
_COUNT = sql.SQL(
    "SELECT count(*) FROM {table} WHERE practice_id = %s AND substring({column} FROM 1 FOR 5) = %s {only}"
)


def sealed_under(scope: Scope, version: int) -> dict[str, int]:
    """Values under that version by `table.column`; empty when nothing needs it any more. Reads whole tables."""
    header = header_of(version)
    counted: dict[str, int] = {}
    with reading(scope), connection.cursor() as cursor:
        for table, column in _under_practice(cursor_rows(_BYTE_COLUMNS)):
            only, wanted = restriction(columns().get((table, column)))
            statement = _COUNT.format(table=sql.Identifier(table), column=sql.Identifier(column), only=only)
            cursor.execute(statement, [scope.practice_id, header, *wanted])
            if count := int(cursor.fetchone()[0]):
                counted[f"{table}.{column}"] = count
    return counted


def restriction(declared: SealedColumn | None) -> tuple[sql.Composable, list[list[str]]]:
    """A condition for the rows of a column that count, to be put behind others, and its values."""
    if declared is None or declared.only is None:
        return sql.SQL(""), []
    column, values = declared.only
    return sql.SQL("AND {} = ANY(%s)").format(sql.Identifier(column)), [sorted(values)]


def cursor_rows(statement: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [(str(table), str(column)) for table, column in cursor.fetchall()]


def _under_practice(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    declared = columns()
    return [at for at in found if at not in declared or declared[at].under is Under.PRACTICE]
