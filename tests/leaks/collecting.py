"""What an installation leaves behind or shows of itself, brought before the search."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from bedside.ground.postgres.binaries import locate_binaries
from bedside.ground.postgres.places import APP_ROLE, DATABASE, PORT, SUPERUSER, places
from bedside.ground.postgres.service import service_user
from tests.leaks.statements import MODULE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.leaks.searching import Finding, Search

_DUMP_TIMEOUT_S = 120
# The module puts $1 in the place of each value, but not in commands such as DECLARE. Those hold ids, moments, kinds of
# entries and words of our own statements, and nothing else.
_TEXT = re.compile(r"'([^']*)'")
_HARMLESS = re.compile(
    r"(?:[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]\d\d:[\d:.+-]*|[a-z_]+\.[a-z_]+|UTC|person|)\Z"
)
# Views in which PostgreSQL shows texts of statements or samples of values.
_VIEWS = {
    "pg_stat_activity": "SELECT query, application_name FROM pg_stat_activity",
    "pg_prepared_statements": "SELECT statement FROM pg_prepared_statements",
    "pg_stats": "SELECT tablename, attname, most_common_vals::text, histogram_bounds::text, most_common_elems::text FROM pg_stats",
    "pg_stats_ext": "SELECT statistics_name, most_common_vals::text FROM pg_stats_ext",
    "pg_statistic_ext_data": "SELECT d::text FROM pg_statistic_ext_data d",
    "pg_locks and settings": "SELECT name, setting FROM pg_settings WHERE source <> 'default'",
}


@dataclass(frozen=True, slots=True)
class Server:
    """The embedded server of a home, as its superuser: nothing of the database is hidden from this search."""

    home: Path
    database: str = DATABASE

    def findings(self, search: Search) -> Iterator[Finding]:
        """Both kinds of dump, table by table where a place is to be named, and what the views show."""
        yield from self._views(search)
        for table, content in self._tables():
            yield from search.content(content, place=f"dump of {table}")
        for kind in ("plain", "custom"):
            yield from search.content(self._dump(kind), place=f"{kind} dump")

    def show_statements(self) -> None:
        """Makes the view; the statistics behind it have been kept since the server was started."""
        with self._connection() as connection:
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {MODULE}")  # type: ignore[call-overload]

    def statements(self) -> tuple[int | None, list[str]]:
        """(how many statements of the product are in the statistics, values found in them); None without them."""
        with self._connection() as connection:
            if "pg_stat_statements" not in self._known_views(connection):
                return None, []
            rows = connection.execute(
                "SELECT query FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE rolname = %s",
                [APP_ROLE],
            )
            found = [str(query) for (query,) in rows]
        return len(found), _values_in(found)

    def _views(self, search: Search) -> Iterator[Finding]:
        with self._connection() as connection:
            connection.execute("ANALYZE")
            for name, query in self._known_views(connection).items():
                for row in connection.execute(query):  # type: ignore[call-overload]
                    label = f"{name} of {row[0]}" if name == "pg_stats" else name
                    yield from search.content("\n".join(map(str, row)).encode(), place=label)

    def _known_views(self, connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
        loaded = connection.execute(
            "SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'"
        ).fetchone()
        return _VIEWS | ({"pg_stat_statements": "SELECT query FROM pg_stat_statements"} if loaded else {})

    def _tables(self) -> Iterator[tuple[str, bytes]]:
        with self._connection() as connection:
            names = [
                str(row[0])
                for row in connection.execute(
                    "SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace"
                )
            ]
            for name in names:
                with connection.cursor().copy(f"COPY {name} TO STDOUT") as copy:  # type: ignore[arg-type]
                    yield name, b"".join(bytes(block) for block in copy)

    def _connection(self) -> psycopg.Connection[tuple[object, ...]]:
        """The socket asks the operating system who is calling, so this process is that user for a moment."""
        service = service_user(places(self.home))
        before = os.geteuid()
        os.seteuid(service.uid)
        try:
            return psycopg.connect(
                host=str(places(self.home).socket_directory),
                port=PORT,
                user=SUPERUSER,
                dbname=self.database,
                autocommit=True,
            )
        finally:
            os.seteuid(before)

    def _dump(self, kind: str) -> bytes:
        service = service_user(places(self.home))
        binaries = locate_binaries(os.environ)
        assert binaries is not None
        done = subprocess.run(
            [binaries.program("pg_dump"), "-h", places(self.home).socket_directory, "-p", str(PORT), "-U", SUPERUSER, "--format", kind, self.database],
            capture_output=True, timeout=_DUMP_TIMEOUT_S, check=True, cwd="/", env={},
            user=service.switch_user, group=service.switch_group, extra_groups=service.switch_extra_groups,
        )  # fmt: skip
        return done.stdout


def _values_in(queries: Iterable[str]) -> list[str]:
    texts = {text for query in queries for text in _TEXT.findall(query)}
    return sorted(text for text in texts if not _HARMLESS.match(text))


def of_processes(pids: Iterable[int], search: Search) -> Iterator[Finding]:
    """Command line, environment and files that were deleted while open, of each process that still runs."""
    for pid in pids:
        base = Path(f"/proc/{pid}")
        for name in ("cmdline", "environ"):
            try:
                yield from search.content((base / name).read_bytes(), place=f"{name} of a process")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        yield from _open_and_deleted(base, search)


def _open_and_deleted(base: Path, search: Search) -> Iterator[Finding]:
    try:
        handles = list((base / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return
    for handle in handles:
        try:
            target = str(handle.readlink())
            if not target.endswith(" (deleted)") or not handle.is_file() or target.startswith("/dev/"):
                continue
            yield from search.content(handle.read_bytes(), place=f"deleted file {Path(target).name}")
        except OSError:
            continue


def of_journal(search: Search, *, since: str) -> Iterator[Finding]:
    """The system's journal where there is one."""
    try:
        done = subprocess.run(
            ["journalctl", "--since", since, "--output", "export"],
            capture_output=True,
            timeout=30,
            check=False,
        )
    except FileNotFoundError:
        return
    yield from search.content(done.stdout, place="journal of the system")
