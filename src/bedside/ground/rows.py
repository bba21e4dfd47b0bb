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
