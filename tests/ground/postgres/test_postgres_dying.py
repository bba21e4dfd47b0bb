"""Whatever is killed outright, the rows are there afterwards and nothing is left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import pytest

from bedside.ground.postgres import Login, ensure_running, is_running, stop
from bedside.ground.postgres.places import places
from bedside.ground.postgres.processes import processes_inside, wait_until
from tests.ground.postgres.clusters import bystander, kill_supervisor, postmaster_pid, supervisor_pid

if TYPE_CHECKING:
    from pathlib import Path

    from bedside.ground.postgres import DatabaseTarget

pytestmark = pytest.mark.processes


def write_row(target: DatabaseTarget) -> None:
    with psycopg.connect(**target.parameters(Login.OWNER)) as connection:
        connection.execute("CREATE TABLE visit AS SELECT 7 AS id")


def read_row(target: DatabaseTarget) -> object:
    with psycopg.connect(**target.parameters(Login.OWNER)) as connection:
        return connection.execute("SELECT id FROM visit").fetchone()


def cluster_state(home: Path, environ: dict[str, str]) -> str:
    program = f"{environ['PGBIN']}/pg_controldata"
    told = subprocess.run(
        [program, places(home).data], env={"LC_ALL": "C"}, capture_output=True, text=True, check=True
    )
    return next(line for line in told.stdout.splitlines() if "cluster state" in line).split(":")[1].strip()


def test_killed_server_is_back_with_its_rows(durable, home):
    write_row(durable)
    before, supervisor = postmaster_pid(home), supervisor_pid(home)
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: is_running(home) and postmaster_pid(home) != before, timeout_s=60)
    assert read_row(durable) == (7,)
    assert supervisor_pid(home) == supervisor


def test_killed_server_is_back_although_a_busy_backend_outlives_it(durable, home):
    write_row(durable)
    before = postmaster_pid(home)
    is_busy = threading.Event()

    def keep_busy() -> None:
        with psycopg.connect(**durable.parameters(Login.APP)) as connection:
            is_busy.set()
            with suppress(psycopg.OperationalError):
                connection.execute("SELECT count(*) FROM generate_series(1, 10000000000::bigint)")

    client = threading.Thread(target=keep_busy)
    client.start()
    assert is_busy.wait(timeout=10)
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: is_running(home) and postmaster_pid(home) != before, timeout_s=60)
    client.join(timeout=10)
    assert not client.is_alive()
    assert read_row(durable) == (7,)


def test_killed_supervisor_takes_its_server_along_in_good_order(durable, home, environ):
    write_row(durable)
    kill_supervisor(home)
    assert cluster_state(home, environ) == "shut down"
    ensure_running(home, environ=environ, while_pid=os.getpid())
    assert read_row(durable) == (7,)


def test_both_killed_at_once_still_start_again(durable, home, environ):
    write_row(durable)
    server, supervisor = postmaster_pid(home), supervisor_pid(home)
    os.kill(supervisor, signal.SIGSTOP)  # So that it cannot restart the server in between.
    os.kill(server, signal.SIGKILL)
    os.kill(supervisor, signal.SIGKILL)
    assert wait_until(lambda: not processes_inside(places(home).data), timeout_s=30)
    ensure_running(home, environ=environ, while_pid=os.getpid())
    assert read_row(durable) == (7,)


def test_pid_files_that_name_another_live_process_are_not_believed(durable, home, environ):
    write_row(durable)
    its = places(home)
    pid_files = (its.data / "postmaster.pid", its.socket_directory / ".s.PGSQL.5432.lock")
    kept = [found.read_text().split("\n")[1:] for found in pid_files]
    stop(home)
    owner = its.inner.stat()
    # Same user, or PostgreSQL itself would see that the process cannot be its own.
    with bystander(owned_like=its.inner) as other:
        for stale, rest in zip(pid_files, kept, strict=True):
            stale.write_text("\n".join([str(other.pid), *rest]))
            os.chown(stale, owner.st_uid, owner.st_gid)
        ensure_running(home, environ=environ, while_pid=os.getpid())
        assert other.poll() is None
    assert read_row(durable) == (7,)


def test_half_made_data_directory_is_made_anew(home, environ):
    its = places(home)
    command = [sys.executable, "-m", "bedside.ground.postgres", "run", "--throw-away", "--home", home]
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as run:
        assert wait_until((its.unfinished_data / "PG_VERSION").exists, timeout_s=30)
        run.kill()
    assert not its.data.exists()
    ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    assert not its.unfinished_data.exists()
