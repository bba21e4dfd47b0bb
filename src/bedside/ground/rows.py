"""Many rows at once, in PostgreSQL's binary format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence


def fetch_binary(statement: LiteralString, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    """All rows of a question, on Django's own connection and inside its transaction.

    For rows that hold sealed bytes or ids it takes half the processor time of a Django cursor, where
    each byte travels as two digits. Raises what a Django cursor raises.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, parameters, binary=True).fetchall()


def fetch_first(
    statement: LiteralString, parameters: Sequence[object], *, rows: int
) -> list[tuple[Any, ...]]:
    """The first rows of an ordered question that has no LIMIT; as `fetch_binary` otherwise, and in a transaction.

    For reading a table page by page. Of a cursor PostgreSQL expects that its first rows are wanted soon, and walks an
    index in the order asked for. Under LIMIT it does so only when it knows that there are many more rows: right after
    an import it has counted none yet, takes a practice of 100,000 for some hundred, and sorts all of it anew for
    every page, 8 s in the end instead of 2.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.ServerCursor(connection.connection, "first_rows") as cursor:
        return cursor.execute(statement, parameters, binary=True).fetchmany(rows)


def execute_binary(statement: LiteralString, parameters: Sequence[object]) -> int:
    """Changes rows, with bytes sent as they are instead of as two digits each; gives how many rows it were.

    On Django's own connection and inside its transaction. Raises what a Django cursor raises.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, parameters).rowcount
