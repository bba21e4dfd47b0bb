"""What the server lets in, what the roles may do, and what the log never holds."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import pytest

from bedside.ground.postgres import Login, ensure_running, is_running
from bedside.ground.postgres.binaries import locate_binaries
from bedside.ground.postgres.places import places
from bedside.ground.postgres.processes import processes_inside, wait_until
from tests.ground.postgres.clusters import installed, leave_nothing, new_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bedside.ground.postgres import DatabaseTarget

pytestmark = pytest.mark.processes

MARK = "Zyxwvut Patient of Elm Street"
ATTRIBUTES = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"


@pytest.fixture(scope="module", params=installed(), ids=lambda binaries: f"postgres-{binaries.major}")
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    return {**os.environ, "PGBIN": str(request.param.directory)}


@pytest.fixture(scope="module")
def home(environ: dict[str, str]) -> Iterator[Path]:
    """Follows `environ`, so that each version gets a home of its own."""
    made = new_home()
    yield made
    leave_nothing(made)


@pytest.fixture(scope="module")
def running(home: Path, environ: dict[str, str]) -> DatabaseTarget:
    """One for all tests here: they only look, or make tables of different names."""
    return ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())


@pytest.fixture(scope="module")
def durable(environ: dict[str, str]) -> Iterator[DatabaseTarget]:
    made = new_home()
    yield ensure_running(made, environ=environ, while_pid=os.getpid())
    leave_nothing(made)


def ask(target: DatabaseTarget, query: str, *, login: Login = Login.APP) -> object:
    with psycopg.connect(**target.parameters(login)) as connection:
        return connection.execute(query).fetchone()


@pytest.mark.parametrize("login", list(Login))
def test_roles_of_a_durable_cluster_have_no_power_but_logging_in(durable, login):
    query = f"SELECT {ATTRIBUTES} FROM pg_roles WHERE rolname = current_user"  # noqa: S608
    assert ask(durable, query, login=login) == (False, False, False, False, False)


def test_owner_may_make_databases_in_throw_away_clusters_only(running):
    assert ask(running, "SELECT rolcreatedb FROM pg_roles WHERE rolname = 'bedside_owner'") == (True,)
    assert ask(running, "SELECT rolcreatedb FROM pg_roles WHERE rolname = 'bedside_app'") == (False,)


def test_app_owns_nothing_and_cannot_make_anything(running):
    for attempt in ("CREATE TABLE t (id int)", "CREATE SCHEMA s", "CREATE TEMPORARY TABLE t (id int)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(running, attempt)
    owns = "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'bedside_app'::regrole AND deptype = 'o'"
    assert ask(running, owns) == (0,)


def test_app_is_bound_by_row_level_security(running):
    with psycopg.connect(**running.parameters(Login.OWNER)) as connection:
        connection.execute("CREATE TABLE visit AS SELECT 7 AS id")
        connection.execute("ALTER TABLE visit ENABLE ROW LEVEL SECURITY")
        connection.execute("GRANT SELECT ON visit TO bedside_app")
    assert ask(running, "SELECT count(*) FROM visit") == (0,)
    assert ask(running, "SELECT count(*) FROM visit", login=Login.OWNER) == (1,)


def test_app_cannot_reach_the_other_databases(running):
    parameters = running.parameters(Login.APP) | {"dbname": "postgres"}
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(**parameters)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user is the server's user, and so its superuser")
def test_root_cannot_be_superuser_of_the_database(running):
    parameters = running.parameters(Login.APP) | {"user": "bedside_supervisor", "dbname": "postgres"}
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(**parameters)


def test_server_is_of_the_version_under_test(running, environ):
    assert ask(running, "SHOW server_version")[0].split(" ")[0] == locate_binaries(environ).version


def test_server_listens_on_no_network(running, home):
    sockets = _network_sockets()
    for pid in processes_inside(places(home).data):
        assert not _open_sockets(pid) & sockets


def test_files_are_closed_to_other_users(running, home):
    its = places(home)
    for folder in (its.inner, its.data, its.socket_directory):
        assert folder.stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:
        assert its.data.stat().st_uid != 0


def test_database_is_utf8_with_checksums_and_one_sort_order(running):
    assert ask(running, "SHOW server_encoding") == ("UTF8",)
    assert ask(running, "SHOW data_checksums") == ("on",)
    assert ask(running, "SELECT 'B' < 'a', 'z' < 'é', upper('é') = 'É'") == (True, True, True)


def test_durable_cluster_has_fsync(durable):
    assert ask(durable, "SHOW fsync") == ("on",)


def test_log_holds_no_value_whatever_goes_wrong(running, home):
    with psycopg.connect(**running.parameters(Login.OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES (%s)", (MARK,))
        for attempt in (
            f"SELECT '{MARK}'::date",
            f"INSERT INTO person VALUES ('{MARK}')",  # noqa: S608
            f"SELECT no_such_function('{MARK}')",
            f"DO $$ BEGIN RAISE EXCEPTION '{MARK}'; END $$",
            f"DO $$ BEGIN RAISE WARNING '{MARK}'; END $$",
        ):
            with suppress(psycopg.Error):
                connection.execute(attempt)
        with suppress(psycopg.Error):
            connection.execute("SELECT %s::text::date", (MARK,))
    _crash_a_backend(running, home)
    its = places(home)
    assert "was terminated by signal" in its.server_log.read_text()
    assert MARK not in its.server_log.read_text() + its.supervisor_log.read_text()


def _crash_a_backend(target: DatabaseTarget, home: Path) -> None:
    """In the middle of a query that holds the mark, which the server would name in its log."""
    with psycopg.connect(**target.parameters(Login.OWNER)) as connection:
        killer = threading.Timer(0.5, os.kill, (connection.info.backend_pid, signal.SIGKILL))
        killer.start()
        with suppress(psycopg.OperationalError):
            connection.execute(f"SELECT '{MARK}', pg_sleep(30)")
        killer.join()
    assert wait_until(lambda: is_running(home), timeout_s=30)


def _network_sockets() -> set[str]:
    lines: list[str] = []
    for name in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/net/{name}") as table:  # noqa: PTH123
            lines += table.read().splitlines()[1:]
    return {f"socket:[{line.split()[9]}]" for line in lines}


def _open_sockets(pid: int) -> set[str]:
    found = set()
    for handle in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208
        with suppress(FileNotFoundError):
            found.add(os.readlink(f"/proc/{pid}/fd/{handle}"))  # noqa: PTH115
    return found
