"""Start, join, stop: whoever comes first starts the server, everybody else joins it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bedside.ground.errors import Refusal
from bedside.ground.postgres import Login, check_roles, database_for, ensure_running, is_running, stop
from bedside.ground.postgres.places import places
from bedside.ground.postgres.processes import processes_inside, wait_until
from bedside.ground.postgres.starting import is_supervised
from tests.ground.postgres.clusters import bystander, kill_supervisor, postmaster_pid, supervisor_pid

pytestmark = pytest.mark.processes

MODULE = [sys.executable, "-m", "bedside.ground.postgres"]


def test_first_start_gives_a_database_for_both_logins(home, environ):
    running = ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    check_roles(running)
    with psycopg.connect(**running.parameters(Login.OWNER)) as connection:
        connection.execute("CREATE TABLE visit (id int)")
        connection.execute("GRANT SELECT ON visit TO bedside_app")
    with psycopg.connect(**running.parameters(Login.APP)) as connection:
        assert connection.execute("SELECT count(*) FROM visit").fetchone() == (0,)


def test_settings_and_server_agree_on_the_target(running, home):
    assert database_for({}, home) == running


def test_second_start_joins_and_says_so(running, home, environ):
    before = postmaster_pid(home)
    second = subprocess.run(
        [*MODULE, "run", "--home", home], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (second.returncode, second.stdout) == (0, "already running\n")
    assert ensure_running(home, environ=environ) == running
    assert postmaster_pid(home) == before


def test_two_starts_at_once_share_one_server(home, environ):
    script = (
        "import os, sys; from pathlib import Path; from bedside.ground.postgres import ensure_running;"
        "ensure_running(Path(sys.argv[1]), durable=False, while_pid=int(sys.argv[2]))"
    )
    command = [sys.executable, "-c", script, home, str(os.getpid())]
    starts = [subprocess.Popen(command, env=environ) for _ in range(3)]
    assert [start.wait(timeout=120) for start in starts] == [0, 0, 0]
    assert is_running(home)
    # One postmaster: every other process in the data directory is its child.
    postmaster = postmaster_pid(home)
    listed = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    assert set(processes_inside(places(home).data)) - {int(pid) for pid in listed} == {postmaster}


def test_foreground_run_ends_with_its_server_on_ctrl_c(home, environ):
    with subprocess.Popen(
        [*MODULE, "run", "--home", home, "--throw-away"], env=environ, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=60) == 0
    assert not processes_inside(places(home).data)


def test_stop_ends_server_and_supervisor(running, home):
    pid = supervisor_pid(home)
    assert stop(home)
    assert not processes_inside(places(home).data)
    assert wait_until(lambda: not Path(f"/proc/{pid}").exists(), timeout_s=10)


def test_stop_says_when_there_is_nothing_to_stop(home):
    assert not stop(home)


def test_rows_outlast_a_stop(running, home, environ):
    with psycopg.connect(**running.parameters(Login.OWNER)) as connection:
        connection.execute("CREATE TABLE visit AS SELECT 7 AS id")
    stop(home)
    ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    with psycopg.connect(**running.parameters(Login.OWNER)) as connection:
        assert connection.execute("SELECT id FROM visit").fetchone() == (7,)


def test_server_goes_with_the_process_it_was_started_for_even_if_killed(home, environ):
    with bystander() as companion:
        ensure_running(home, environ=environ, durable=False, while_pid=companion.pid)
        companion.kill()
    assert wait_until(lambda: not is_supervised(places(home)), timeout_s=30)
    assert not processes_inside(places(home).data)


def test_long_home_gets_a_short_socket_folder(make_home, environ):
    home = make_home() / ("long-" * 18)
    target = ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    try:
        assert target.host.startswith("/tmp/bedside-")
        assert Path(target.host).stat().st_mode & 0o777 == 0o700
        check_roles(target)
    finally:
        stop(home)
        Path(target.host).rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_refuses_a_short_socket_folder_that_somebody_else_made(make_home, environ):
    home = make_home() / ("long-" * 18)
    folder = places(home).socket_directory
    folder.mkdir(mode=0o777)
    os.chown(folder, 4242, 4242)
    try:
        with pytest.raises(Refusal) as refused:
            ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
        assert refused.value.code == "database_socket_directory_taken"
    finally:
        folder.rmdir()


def test_durable_data_is_never_served_without_fsync(home, environ):
    ensure_running(home, environ=environ, while_pid=os.getpid())
    kill_supervisor(home)
    with pytest.raises(Refusal) as refused:
        ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    assert refused.value.code == "database_is_durable"
