"""The roles and the database inside a cluster of ours; the same again at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

import psycopg
from psycopg import sql

from bedside.ground.postgres.places import APP_ROLE, DATABASE, OWNER_ROLE, PORT, SUPERUSER
from bedside.ground.postgres.service import acting_as

if TYPE_CHECKING:
    from bedside.ground.postgres.cluster import Cluster

_Connection = psycopg.Connection[tuple[object, ...]]
_IDLE_IN_TRANSACTION_LIMIT = "5min"  # A transaction forgotten open holds locks and keeps rows from vacuum.
_PLAIN = "LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def provision(cluster: Cluster) -> None:
    """Brings roles, database and their rights to what this version of Bedside wants.

    Bedside's login is opened last, so whoever can connect as it finds everything in place.
    Raises: psycopg.OperationalError when the server goes away meanwhile.
    """
    with _connect(cluster, database="postgres") as connection:
        _make_roles(connection, may_create_databases=not cluster.is_durable)
        _make_database(connection)
        _close_other_databases(connection, is_durable=cluster.is_durable)
        _open_database(connection)


def is_superuser_answered(cluster: Cluster) -> bool:
    """Says whether the server takes connections, before there may be any role but the first."""
    try:
        _connect(cluster, database="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(cluster: Cluster, *, database: str) -> _Connection:
    with acting_as(cluster.service):
        return psycopg.connect(
            host=str(cluster.places.socket_directory),
            port=PORT,
            user=SUPERUSER,
            dbname=database,
            connect_timeout=10,
            autocommit=True,
            application_name="bedside-supervisor",
        )


def _make_roles(connection: _Connection, *, may_create_databases: bool) -> None:
    for role in (OWNER_ROLE, APP_ROLE):
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name=role):
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    # Django's test runner makes its own database as the owner; only clusters of tests allow it.
    owner = sql.SQL("CREATEDB" if may_create_databases else "NOCREATEDB")
    plain = sql.SQL(_PLAIN)
    connection.execute(
        sql.SQL("ALTER ROLE {} {} {}").format(sql.Identifier(OWNER_ROLE), plain, owner),
    )
    connection.execute(sql.SQL("ALTER ROLE {} {} NOCREATEDB").format(sql.Identifier(APP_ROLE), plain))
    connection.execute(
        sql.SQL("ALTER ROLE {} SET idle_in_transaction_session_timeout = {}").format(
            sql.Identifier(APP_ROLE), sql.Literal(_IDLE_IN_TRANSACTION_LIMIT)
        )
    )


def _make_database(connection: _Connection) -> None:
    if _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name=DATABASE):
        return
    names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER_ROLE)}
    connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))


def _close_other_databases(connection: _Connection, *, is_durable: bool) -> None:
    for name in ("postgres", "template1"):
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    if not is_durable:
        grant = sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}")
        connection.execute(grant.format(sql.Identifier(OWNER_ROLE)))


def _open_database(connection: _Connection) -> None:
    names = {"database": sql.Identifier(DATABASE), "app": sql.Identifier(APP_ROLE)}
    # Temporary tables go with it: they are written to disk outside of every check on what is stored.
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {app}").format(**names))


def _exists(connection: _Connection, query: LiteralString, *, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
