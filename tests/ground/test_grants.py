"""What the runtime role cannot do to the database, tried as that role."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from bedside.ground.rowsecurity import (
    APPEND_ONLY,
    NEVER_DELETED,
    NUMBERED_BY_DATABASE,
    insert_grants,
    runtime_grants,
)
from bedside.ground.scope import in_scope

FORBIDDEN = [
    *(f"UPDATE {table} SET practice_id = practice_id" for table in sorted(APPEND_ONLY)),  # noqa: S608  names of ours
    *(f"DELETE FROM {table}" for table in sorted(APPEND_ONLY | NEVER_DELETED)),  # noqa: S608
    *(f"TRUNCATE {table} CASCADE" for table in sorted(APPEND_ONLY | NEVER_DELETED)),
    *(f"INSERT INTO {table} (id) VALUES (1)" for table in sorted(NUMBERED_BY_DATABASE)),  # noqa: S608
    "COPY audit_entry FROM STDIN",
    "DROP TABLE audit_entry",
    "DROP POLICY audit_entry_practice ON audit_entry",
    "ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "CREATE TABLE elsewhere (secret text)",
    "CREATE FUNCTION elsewhere() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SELECT setval('audit_entry_id_seq', 1)",
    "SET session_replication_role = replica",
    "SET ROLE bedside_owner",
    "SET SESSION AUTHORIZATION bedside_owner",
    "COPY audit_entry TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/hostname')",
    "UPDATE django_migrations SET app = app",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_cannot(scope, statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner|must be superuser|not exist"),
        in_scope(scope),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_cannot_turn_row_security_off(scope, stranger_scope, cast):
    """PostgreSQL refuses the question instead of answering it without the policy."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        with pytest.raises(ProgrammingError, match="row-level security"):
            cursor.execute("SELECT count(*) FROM audit_entry")
        connection.needs_rollback = True


def test_takes_back_what_it_gives_only_after_giving_it():
    statements = runtime_grants("app")
    on_all = [place for place, text in enumerate(statements) if text.startswith("GRANT") and " ALL " in text]
    first_revoke = min(place for place, text in enumerate(statements) if text.startswith("REVOKE"))
    assert max(on_all) < first_revoke
    assert runtime_grants('a"b')[0].endswith('"a""b"')


@pytest.mark.parametrize("table", sorted(NUMBERED_BY_DATABASE))
def test_gives_columns_only_after_taking_the_table(table):
    """The other way round, taking the table would take its columns again, and nothing could be recorded."""
    statements = runtime_grants("app")
    taken, given = (statements.index(text) for text in insert_grants(table, role="app"))
    assert taken < given
    assert not any(text.startswith("REVOKE INSERT") and table in text for text in statements[given:])


@pytest.mark.parametrize("table", sorted(NUMBERED_BY_DATABASE))
def test_may_fill_in_every_column_but_the_number(table, scope):
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        columns = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND has_column_privilege(attrelid, attnum, 'INSERT')",
            [table],
        )
        filled_in = {name for (name,) in cursor.fetchall()}
    assert columns - filled_in == {"id"}
