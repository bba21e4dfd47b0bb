"""The one transaction in which the rows of a backup come into an empty database, as the owner of the tables.

Loading rows by COPY needs row-level security to be lifted from the tables for that moment. The lifting, the loading
and the putting back are one transaction, so no other connection ever sees a table unprotected.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from psycopg import sql

from bedside.oversight.backups import copying
from bedside.oversight.backups.queries import data_sections
from bedside.oversight.backups.rules import KEY_MARGIN, Manifest, Progress, Step
from bedside.oversight.backups.stream import BadStream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from psycopg import Connection

    from bedside.oversight.backups.copying import Section

_TOLD_EVERY_ROWS = 20_000
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
_REMOVE_RENEWED_CHARTS = """
    DELETE FROM charts_part AS part USING vault_personkey AS key
    WHERE key.person_id = part.patient_id AND key.created_at > %s
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Rows of the backup itself, as its manifest counts them, and rows that came out of `keys.sealed`."""

    rows: int
    keys_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was changed before anybody else saw a row: see `Restored`."""

    renewed: int
    paused: int
    imports: int


def load(
    connection: Connection[Any],
    manifest: Manifest,
    directory: Path,
    keys: Iterator[Section | dict[str, int]],
    *,
    at: datetime,
    progress: Progress,
) -> tuple[Loaded, Settled]:
    """Within the caller's transaction. Raises BadStream when anything is missing; then nothing may be committed."""
    with _unprotected(connection):
        loaded = _load(connection, manifest, directory, keys, progress=progress)
        return loaded, _settle(connection, manifest, at=at)


@contextmanager
def _unprotected(connection: Connection[Any]) -> Iterator[None]:
    """COPY into a table under forced row-level security is refused; nobody else sees this before the commit."""
    names = [str(row[0]) for row in connection.execute(_TO_PROTECT).fetchall()]
    alter = "ALTER TABLE {} {} ROW LEVEL SECURITY"
    for name in names:
        connection.execute(sql.SQL(alter).format(sql.Identifier(name), sql.SQL("NO FORCE")))
    yield
    # A table with a check of foreign keys still waiting cannot be altered.
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in names:
        connection.execute(sql.SQL(alter).format(sql.Identifier(name), sql.SQL("FORCE")))


@dataclass(slots=True, kw_only=True)
class _Tally:
    """Counts rows and bytes by table as they go by, and tells how far it is."""

    progress: Progress
    rows: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)

    def counted(self, section: Section) -> Section:
        return replace(section, blocks=self._blocks(section))

    def _blocks(self, section: Section) -> Iterator[bytes]:
        table, told = section.table, 0
        self._tell(table)
        for block in section.blocks:
            self.rows[table] += copying.rows_in(block)
            self.sizes[table] += len(block)
            yield block
            if self.rows[table] - told >= _TOLD_EVERY_ROWS:
                told = self.rows[table]
                self._tell(table)
        self._tell(table)

    def _tell(self, table: str) -> None:
        self.progress(Step(stage=table, rows=self.rows[table], size=self.sizes[table]))


def _load(
    connection: Connection[Any],
    manifest: Manifest,
    directory: Path,
    keys: Iterator[Section | dict[str, int]],
    *,
    progress: Progress,
) -> Loaded:
    known = {table.name for table in copying.tables_of(connection)}
    _empty(connection, sorted(known & (set(manifest.rows) | {"practices_practice"})))
    data = _Tally(progress=progress)
    counted: dict[str, int] = {}
    for part in data_sections(directory, manifest):
        if isinstance(part, copying.Section):
            copying.copy_in(connection, data.counted(part))
        else:
            counted = part
    if any(data.rows[table] != count for table, count in manifest.rows.items()) or counted != manifest.rows:
        raise BadStream("not all rows are there")
    held = set(copying.practices_of(connection))
    living = _Tally(progress=progress)
    for part in keys:
        # A practice that was set up after the backup was made has keys and nothing else.
        if isinstance(part, copying.Section) and (part.practice is None or part.practice in held):
            copying.copy_in(connection, living.counted(part))
    return Loaded(rows=data.rows.total(), keys_rows=living.rows.total())


def _empty(connection: Connection[Any], tables: list[str]) -> None:
    """Of the few rows that migrations may have put there. No practice is in the database, or this is never reached."""
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))


def _settle(connection: Connection[Any], manifest: Manifest, *, at: datetime) -> Settled:
    """What must be so before anybody else sees a row."""
    connection.execute(_REMOVE_RENEWED_CHARTS, [manifest.made_at + KEY_MARGIN])
    settled = Settled(
        renewed=connection.execute(_REMOVE_RENEWED, [manifest.made_at + KEY_MARGIN]).rowcount,
        paused=connection.execute(_PAUSE).rowcount,
        imports=connection.execute(_END_IMPORTS, [at]).rowcount,
    )
    for table, column, sequence in connection.execute(_COUNTERS).fetchall():
        query = sql.SQL("SELECT setval({}, (SELECT max({}) FROM {})) WHERE EXISTS (SELECT 1 FROM {})").format(
            sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table), sql.Identifier(table)
        )
        connection.execute(query)
    return settled
