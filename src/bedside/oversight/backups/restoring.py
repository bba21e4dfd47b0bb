"""Puts a backup into an empty database, as a process of its own that `bedside backup restore` starts.

The only part of the product besides migrations that signs in as the owner of the tables: loading rows by COPY needs
row-level security to be lifted from them for that moment. The lifting, the loading and the putting back are one
transaction, so no other connection ever sees a table unprotected, and killed at any moment the database is as empty as
before and the same command may be run again.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.ground.errors import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection

    from bedside.oversight.backups.copying import Section
    from bedside.oversight.backups.rules import Manifest

MIGRATION_LOCK = 7_205_759  # the one that migrating takes, so that neither begins while the other is at work
PROGRESS = "restoring: "
# A campaign that was under way when the backup was made may have been sent to its end since: nobody is written to
# again until somebody has looked (P5). A file that was being read is in no backup.
_PAUSE = """
    UPDATE campaigns_campaign SET state = 'paused', stop_code = 'restored' WHERE state IN ('sending', 'scheduled')
"""
_END_IMPORTS = """
    UPDATE intake_import SET state = 'failed', failure = 'file_removed', file_removed_at = %s
    WHERE state NOT IN ('finished', 'cancelled')
"""
# Somebody given a new key since has a record in the backup that only the old key would open.
_REMOVE_RENEWED = """
    DELETE FROM patients_patient AS person USING vault_personkey AS key
    WHERE key.person_id = person.id AND key.created_at > %s
"""
_TO_PROTECT = """
    SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND c.relforcerowsecurity ORDER BY c.relname
"""
_COUNTERS = """
    SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""


@dataclass(slots=True, kw_only=True)
class Restored:
    """What came of it.

    `erased`: records removed of people erased since the backup was made; `renewed`: of people given a new key since.
    """

    name: str
    made_at: str
    keys_at: str = ""
    practices: int = 0
    rows: int = 0
    erased: int = 0
    renewed: int = 0
    paused: int = 0
    imports: int = 0


def restore(
    directory: Path, name: str | None, *, clock: Callable[[], datetime], progress: Callable[[str], None]
) -> Restored:
    """Into the database of this process, as its owner.

    Raises Refusal when the database is not empty, the backup is damaged, of another installation or of a newer version;
    then nothing was changed but tables made.
    """
    from django.db import connection, transaction

    from bedside.oversight.backups.keys import reading_keys
    from bedside.oversight.backups.queries import chosen, damaged, require_newest_keys
    from bedside.oversight.backups.stream import BadStream
    from bedside.safeguards.vault.queries import installation

    manifest = chosen(directory, name)
    result = Restored(name=manifest.name, made_at=manifest.made_at.isoformat(), practices=manifest.practices)
    with _one_at_a_time(), reading_keys(directory, key=installation()) as (keys_at, keys):
        result.keys_at = keys_at.isoformat()
        require_newest_keys(directory, manifest, keys_at)
        _refuse_unless_empty(manifest)
        progress("tables")
        _migrate_to(manifest)
        try:
            with transaction.atomic():
                wrapped: Connection[Any] = connection.connection
                with _unprotected(wrapped):
                    result.rows = _load(wrapped, manifest, directory, keys, progress=progress)
                    _settle(wrapped, result, manifest, at=clock())
        except BadStream as error:
            raise damaged(manifest.name) from error
        progress("bringing up to date")
        _migrate_to_newest()
        _finish(result, clock=clock, progress=progress)
    return result


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _refuse_unless_empty(manifest: Manifest) -> None:
    from django.db import connection

    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if "practices_practice" in tables:
            cursor.execute("SELECT 1 FROM practices_practice LIMIT 1")
            if cursor.fetchone() is not None:
                raise Refusal(
                    "database_not_empty",
                    "This database already holds a practice. A backup goes into an empty one only: set BEDSIDE_HOME "
                    "to a new folder with root.key in it, or name an empty database.",
                )
        applied: set[tuple[str, str]] = set()
        if "django_migrations" in tables:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = {(str(app), str(name)) for app, name in cursor.fetchall()}
    if not applied <= set(manifest.migrations):
        raise Refusal(
            "database_newer",
            "This database was prepared by a newer version than the backup; restore into one that nothing was done "
            "to, and it is brought up to date afterwards.",
        )


def _migrate_to(manifest: Manifest) -> None:
    """To exactly the tables that the backup was made of."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not set(manifest.migrations) <= set(executor.loader.disk_migrations) | set(
        executor.loader.replacements
    ):
        raise Refusal(
            "backup_newer",
            f"This backup was made by a newer version of Bedside ({manifest.version}); install that version first.",
        )
    leaves = _leaves(manifest, executor)
    executor.migrate(leaves)


def _leaves(manifest: Manifest, executor: Any) -> list[tuple[str, str]]:
    """Those of its migrations that no other of them in the same app builds on."""
    held = set(manifest.migrations)
    graph = executor.loader.graph
    return [
        key for key in sorted(held)
        if not any(child.key[0] == key[0] and child.key in held for child in graph.node_map[key].children)
    ]  # fmt: skip


def _migrate_to_newest() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from bedside.ground.rowsecurity import runtime_grants

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in runtime_grants(settings.DATABASE_TARGET.app_user):
            cursor.execute(statement)


@contextmanager
def _unprotected(connection: Connection[Any]) -> Iterator[None]:
    """COPY into a table under forced row-level security is refused; nobody else sees this before the commit."""
    from psycopg import sql

    names = [str(row[0]) for row in connection.execute(_TO_PROTECT).fetchall()]
    alter = "ALTER TABLE {} {} ROW LEVEL SECURITY"
    for name in names:
        connection.execute(sql.SQL(alter).format(sql.Identifier(name), sql.SQL("NO FORCE")))
    yield
    # A table with a check of foreign keys still waiting cannot be altered.
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in names:
        connection.execute(sql.SQL(alter).format(sql.Identifier(name), sql.SQL("FORCE")))


def _load(
    connection: Connection[Any],
    manifest: Manifest,
    directory: Path,
    keys: Iterator[Section | dict[str, int]],
    *,
    progress: Callable[[str], None],
) -> int:
    from bedside.oversight.backups import copying
    from bedside.oversight.backups.queries import data_sections
    from bedside.oversight.backups.stream import BadStream

    known = {table.name for table in copying.tables_of(connection)}
    _empty(connection, sorted(known & (set(manifest.rows) | {"practices_practice"})))
    rows: Counter[str] = Counter()
    counted: dict[str, int] = {}
    for part in data_sections(directory, manifest):
        if isinstance(part, copying.Section):
            progress(part.table)
            rows[part.table] += copying.copy_in(connection, part)
        else:
            counted = part
    if any(rows[table] != count for table, count in manifest.rows.items()) or counted != manifest.rows:
        raise BadStream("not all rows are there")
    held = set(copying.practices_of(connection))
    for part in keys:
        # A practice that was set up after the backup was made has keys and nothing else.
        if isinstance(part, copying.Section) and (part.practice is None or part.practice in held):
            progress(part.table)
            rows[part.table] += copying.copy_in(connection, part)
    return sum(rows.values())


def _empty(connection: Connection[Any], tables: list[str]) -> None:
    """Of the few rows that migrations may have put there. No practice is in the database, or this is never reached."""
    from psycopg import sql

    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))


def _settle(connection: Connection[Any], result: Restored, manifest: Manifest, *, at: datetime) -> None:
    """What must be so before anybody else sees a row."""
    from psycopg import sql

    from bedside.oversight.backups.rules import KEY_MARGIN

    result.renewed = connection.execute(_REMOVE_RENEWED, [manifest.made_at + KEY_MARGIN]).rowcount
    result.paused = connection.execute(_PAUSE).rowcount
    result.imports = connection.execute(_END_IMPORTS, [at]).rowcount
    for table, column, sequence in connection.execute(_COUNTERS).fetchall():
        query = sql.SQL("SELECT setval({}, (SELECT max({}) FROM {})) WHERE EXISTS (SELECT 1 FROM {})").format(
            sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table), sql.Identifier(table)
        )
        connection.execute(query)


def _finish(result: Restored, *, clock: Callable[[], datetime], progress: Callable[[str], None]) -> None:
    """Through the rooms' own verbs: removes who was erased since, builds what is derived, writes it down."""
    from bedside.decisions.segments.index import rebuild
    from bedside.ground.scope import in_scope
    from bedside.oversight.backups import entries
    from bedside.oversight.backups.actions import scope_of, scopes
    from bedside.oversight.retention.actions import erase_again
    from bedside.safeguards.audit.actions import record
    from bedside.safeguards.staff.rules import Right
    from bedside.safeguards.vault.resuming import resume

    rights = frozenset({Right.ERASE_PATIENTS.value})
    for scope in scopes():
        progress("erasures")
        with in_scope(scope):
            erased = erase_again(scope_of(scope.practice_id, rights=rights), at=clock())
            record(
                scope, entries.RESTORED, at=clock(), name=result.name,
                made_at=_moment(result.made_at), keys_at=_moment(result.keys_at),
                erased=erased, renewed=result.renewed, paused=result.paused, imports=result.imports,
            )  # fmt: skip
        result.erased += erased
        resume(scope)
        progress("segments")
        rebuild(scope, at=clock())


def _moment(text: str) -> str:
    """As a ledger entry takes it and a person reads it."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def main() -> None:
    """Takes {"directory", "name"} on stdin; writes progress to stderr and one JSON object to stdout.

    Never writes an unexpected error's text: the database quotes rows in it.
    """
    from dataclasses import asdict

    from bedside.ground.logs import place_of

    told = json.load(sys.stdin)
    try:
        import django

        django.setup()
        from bedside.ground import clock

        done = restore(Path(told["directory"]), told["name"], clock=clock.now, progress=_tell)
        answer: dict[str, Any] = {"restored": asdict(done)}
    except (Refusal, Fault) as error:
        answer = {"refused": isinstance(error, Refusal), "code": error.code, "sentence": error.sentence}
    except Exception as error:  # noqa: BLE001  whatever the database raises
        answer = {
            "refused": False,
            "code": "restore_failed",
            "sentence": f"The backup could not be restored ({type(error).__name__} at "
            f"{place_of(error.__traceback__)}); nothing was changed but tables made.",
        }
    sys.stdout.write(json.dumps(answer) + "\n")


def _tell(stage: str) -> None:
    sys.stderr.write(f"{PROGRESS}{stage}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
