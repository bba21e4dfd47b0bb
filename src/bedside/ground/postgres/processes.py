"""Looking at, starting and ending the server's processes (Linux: /proc, prctl, pidfd)."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from bedside.ground.postgres.service import ServiceUser

_PR_SET_PDEATHSIG = 1  # prctl(2)
_POLL_S = 0.05
# Loaded here, because between fork and exec is no place to load a library.
_libc = ctypes.CDLL(None, use_errno=True)
# Nothing of ours goes to the server: PGDATA and its kin would redirect it, a URL would sit in /proc.
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def start_bound(
    command: Sequence[str],
    *,
    service: ServiceUser,
    output: IO[bytes] | int,
    when_orphaned: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Starts a direct child as the service user that gets `when_orphaned` the moment this process is gone.

    Its own process group keeps a Ctrl-C in the terminal for us, so that we decide how it ends.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=SERVER_ENVIRONMENT,
        umask=0o077,
        process_group=0,
        user=service.switch_user,
        group=service.switch_group,
        extra_groups=service.switch_extra_groups,
        # Safe here: the supervisor has one thread. Runs after the change of user, which would clear it.
        preexec_fn=_bind_to_parent(when_orphaned),  # noqa: PLW1509
    )


def processes_inside(directory: Path) -> list[int]:
    """Gives the live PostgreSQL processes whose working folder is `directory`.

    Postmaster and backends all work in their data directory, whatever postmaster.pid claims; a shell that
    somebody left there does not count. A zombie has no working folder, so it never counts either. Processes
    that we may not inspect belong to others and cannot be ours.
    """
    numbered = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(entry.name) for entry in numbered if _is_server_in(entry, directory=str(directory))]


def wait_until(condition: Callable[[], bool], *, timeout_s: float) -> bool:
    """Polls `condition` until it holds; False when the time is over first."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True


def end(process: subprocess.Popen[bytes], *, patience_s: float) -> None:
    """Ends a server: fast shutdown, then immediate shutdown, then by force. Returns when it is gone."""
    for how in (signal.SIGINT, signal.SIGQUIT):
        if process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            continue
        return
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _is_server_in(entry: Path, *, directory: str) -> bool:
    try:
        # readlink, because the link of a removed folder ends in " (deleted)" and is no path.
        return os.readlink(entry / "cwd") == directory and (entry / "comm").read_text() == "postgres\n"  # noqa: PTH115
    except OSError:
        return False


def _bind_to_parent(when_orphaned: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def bind() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(when_orphaned), 0, 0, 0)
        if os.getppid() != parent:  # It died between fork and prctl: nobody would ever tell us.
            os._exit(1)

    return bind
