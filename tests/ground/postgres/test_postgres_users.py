"""Root, and anybody else, on one machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bedside.ground.postgres import check_roles, ensure_running, is_running, stop
from bedside.ground.postgres.places import places
from bedside.ground.postgres.processes import processes_inside
from bedside.ground.postgres.target import embedded_target
from tests.ground.postgres.clusters import ORDINARY_UID, postmaster_pid

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else"),
]

# Everything is loaded before root is given up, so the interpreter may lie where only root can read.
RUN_AS = """
import os, sys
from pathlib import Path
import bedside.ground.postgres.__main__ as command
from bedside.ground.postgres import Login, target
target.embedded_target(Path("/nowhere"))
os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
sys.exit(command.main(sys.argv[2:]))
"""


def run_as(uid: int, *arguments: str, environ: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN_AS, str(uid), *arguments],
        env=environ,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@pytest.fixture
def ordinary_home(home):
    os.chown(home, ORDINARY_UID, ORDINARY_UID)
    home.chmod(0o700)
    return home


def test_ordinary_user_runs_the_server_as_themselves(ordinary_home, environ):
    with run_as(ORDINARY_UID, "run", "--throw-away", "--home", str(ordinary_home), environ=environ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        assert owner_of(postmaster_pid(ordinary_home)) == ORDINARY_UID
        status = run_as(ORDINARY_UID, "status", "--home", str(ordinary_home), environ=environ)
        assert status.communicate(timeout=30)[0] == "running\n"
        # Root, too, may use it: whoever looks after the machine runs Bedside's commands as root.
        check_roles(embedded_target(ordinary_home))
        stopping = run_as(ORDINARY_UID, "stop", "--home", str(ordinary_home), environ=environ)
        assert stopping.communicate(timeout=60) == ("", "")
        assert run.wait(timeout=30) == 0
    assert not processes_inside(places(ordinary_home).data)


def test_root_becomes_the_owner_of_somebody_elses_home(ordinary_home, environ):
    command = [
        sys.executable,
        "-m",
        "bedside.ground.postgres",
        "run",
        "--throw-away",
        "--home",
        ordinary_home,
    ]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        assert owner_of(run.pid) == owner_of(postmaster_pid(ordinary_home)) == ORDINARY_UID
        assert is_running(ordinary_home)
        stop(ordinary_home)
        assert run.wait(timeout=30) == 0
    assert {found.stat().st_uid for found in ordinary_home.iterdir()} == {ORDINARY_UID}


def test_root_gives_the_server_to_the_system_user(home, environ):
    ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    assert owner_of(postmaster_pid(home)) == places(home).inner.stat().st_uid != 0
    assert all(owner_of(pid) != 0 for pid in processes_inside(places(home).data))


def test_ordinary_user_is_told_when_the_home_is_roots(home, environ):
    refused = run_as(ORDINARY_UID, "run", "--throw-away", "--home", str(home), environ=environ)
    printed, told = refused.communicate(timeout=60)
    assert (refused.returncode, printed) == (2, "")
    assert "cannot write to" in told


def test_user_without_a_name_is_told(make_home, environ):
    home = make_home()
    os.chown(home, 424242, 424242)
    refused = run_as(424242, "run", "--throw-away", "--home", str(home), environ=environ)
    assert "has no name on this machine" in refused.communicate(timeout=60)[1]
    assert refused.returncode == 2
