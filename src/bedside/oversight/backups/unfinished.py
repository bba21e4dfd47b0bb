"""What is written into a database while a backup is being put into it, so that an interrupted run can go on.

Kept as PostgreSQL's comment on one table: it is part of the very transaction that loads the rows, it needs no table
that a backup of another version would not know, and the runtime role can read it and never change it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psycopg import sql

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from psycopg import Connection

_TABLE = "practices_practice"
_FORMAT = "bedside-restoring-1"
_READ = "SELECT obj_description(to_regclass('public.practices_practice'), 'pg_class')"


def unfinished(connection: Connection[Any]) -> dict[str, Any] | None:
    """What the interrupted run had found, as it left it. None when no restore is unfinished here."""
    row = connection.execute(_READ).fetchone()
    try:
        told = json.loads(row[0]) if row and row[0] else None
    except ValueError:
        return None
    if not isinstance(told, dict) or told.pop("format", None) != _FORMAT:
        return None
    return told


def begin(connection: Connection[Any], told: dict[str, Any]) -> None:
    """Within the transaction that loads. As the owner."""
    text = json.dumps({"format": _FORMAT, **told}, sort_keys=True)
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(_TABLE), sql.Literal(text)))


def end(connection: Connection[Any]) -> None:
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS NULL").format(sql.Identifier(_TABLE)))


def holds_practice(connection: Connection[Any]) -> bool:
    """Whether anybody works here. Also for a database without any table."""
    row = connection.execute("SELECT to_regclass('public.practices_practice')").fetchone()
    if row is None or row[0] is None:
        return False
    return connection.execute("SELECT 1 FROM practices_practice LIMIT 1").fetchone() is not None


def refuse_unfinished(connection: Connection[Any]) -> None:
    """Raises Refusal where a restore was interrupted."""
    found = unfinished(connection)
    if found is not None:
        raise Refusal(
            "restore_unfinished",
            f"Restoring backup {found['name']} into this database was interrupted; run the same `bedside backup "
            "restore` again to finish it.",
        )


def in_use() -> Refusal:
    return Refusal(
        "database_not_empty",
        "This database already holds a practice. A backup goes into an empty one only: set BEDSIDE_HOME "
        "to a new folder with root.key in it, or name an empty database.",
    )
