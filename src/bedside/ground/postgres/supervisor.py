"""The process that keeps one server alive, and takes it along when it goes itself.

The server is a direct child. Killed outright, this process takes it down in an orderly way (the kernel sends it
a fast shutdown); killed outright, the server is started again.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg

from bedside.ground.errors import Fault
from bedside.ground.postgres.cluster import Cluster, log_tail, server_command
from bedside.ground.postgres.places import PORT
from bedside.ground.postgres.processes import end, processes_inside, start_bound, wait_until
from bedside.ground.postgres.provision import is_superuser_answered, provision
from bedside.ground.postgres.service import ServiceUser, acting_as

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from bedside.ground.postgres.places import Places

STOP_PATIENCE_S = 60
RESTARTS_IN_A_ROW_MAX = 20
_SETTLED_AFTER_S = 60
_RESTART_DELAY_S = 0.1
_RESTART_DELAY_S_MAX = 30
_ORPHANS_GRACE_S = 5
_ORPHANS_TIMEOUT_S = 30
_LOG_BYTES_MAX = 16 * 1024 * 1024
_TICK_S = 60
_POLL_S = 0.05


class Watch:
    """Notices what ends a supervisor: a signal, or the end of the process that it was started for."""

    def __init__(self, *, while_pid: int | None) -> None:
        self._is_asked = False
        self._wake, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)
        self._companion = None if while_pid is None else self._follow(while_pid)

    def is_asked(self) -> bool:
        """Says whether it is time to stop."""
        self.wait(timeout_s=0)
        return self._is_asked

    def wait(self, *, timeout_s: float, child: int | None = None) -> None:
        """Sleeps until the time is over, a signal arrives, the companion ends, or the child (a pidfd) ends."""
        if self._is_asked:
            return
        handles = [found for found in (self._wake, self._companion, child) if found is not None]
        ready, _, _ = select.select(handles, [], [], timeout_s)
        if self._companion in ready:
            self._is_asked = True

    def _note(self, _number: int, _frame: object) -> None:
        self._is_asked = True

    def _follow(self, pid: int) -> int | None:
        try:
            return os.pidfd_open(pid)  # Unlike the number, the handle never comes to mean another process.
        except ProcessLookupError:
            self._is_asked = True
            return None


def take_lock(places: Places) -> int | None:
    """Gives the lock's handle when no other supervisor holds it; it is held as long as this process lives."""
    handle = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


def supervise(cluster: Cluster, *, watch: Watch, announce: Callable[[], None]) -> None:
    """Serves until `watch` says stop; calls `announce` once, when the database is first ready.

    Raises: Fault when the server never gets ready at first, or fails too often in a row later.
    """
    is_announced, failures = False, 0
    while not watch.is_asked():
        started_at = time.monotonic()
        server = _start_server(cluster)
        try:
            if _is_ready(cluster, server=server, watch=watch):
                if not is_announced:
                    announce()
                    is_announced = True
                _serve(cluster, server=server, watch=watch)
        finally:
            end(server, patience_s=STOP_PATIENCE_S)
        if watch.is_asked():
            return
        failures = 0 if time.monotonic() - started_at > _SETTLED_AFTER_S else failures + 1
        if not is_announced or failures > RESTARTS_IN_A_ROW_MAX:
            raise _did_not_start(cluster)
        _say(f"The server ended by itself (status {server.returncode}); starting it again.")
        watch.wait(timeout_s=min(_RESTART_DELAY_S * 2**failures, _RESTART_DELAY_S_MAX))


def keep_log_small(path: Path, *, service: ServiceUser) -> None:
    """Moves a log's text aside when it is long. The writer keeps its handle: it appends, so it starts anew."""
    with acting_as(service):
        if path.exists() and path.stat().st_size > _LOG_BYTES_MAX:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


def open_log(path: Path, *, service: ServiceUser) -> int:
    """Opens a log for appending, as the service user."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    with acting_as(service):
        return os.open(path, flags, 0o600)


def _start_server(cluster: Cluster) -> subprocess.Popen[bytes]:
    _outlast_leftovers(cluster)
    log = open_log(cluster.places.server_log, service=cluster.service)
    try:
        return start_bound(
            server_command(cluster), service=cluster.service, output=log, when_orphaned=signal.SIGINT
        )
    finally:
        os.close(log)


def _outlast_leftovers(cluster: Cluster) -> None:
    """Makes sure that nobody else works in the data directory, then removes pid files that mislead.

    PostgreSQL believes a pid file whose number is alive, though after a restart of the machine or container it
    is usually somebody else's, or a zombie. We hold the home's lock and look at the processes themselves.
    """
    data, pid_file = cluster.places.data, cluster.places.data / "postmaster.pid"
    if not wait_until(lambda: not processes_inside(data), timeout_s=_ORPHANS_GRACE_S):
        _end_orphans(data, pid_file=pid_file, service=cluster.service)
    if not wait_until(lambda: not processes_inside(data), timeout_s=_ORPHANS_TIMEOUT_S):
        raise Fault(
            "database_still_running",
            f"Another PostgreSQL (process {processes_inside(data)[0]}) works in {data}; stop it and start again.",
            retry_after_s=5,
        )
    socket_lock = cluster.places.socket_directory / f".s.PGSQL.{PORT}.lock"
    with acting_as(cluster.service):
        for misleading in (pid_file, socket_lock):
            recorded = _recorded_pid(misleading)
            if recorded is not None and _is_alive(recorded):
                misleading.unlink()


def _end_orphans(data: Path, *, pid_file: Path, service: ServiceUser) -> None:
    """Ends backends that outlived their postmaster: busy ones notice its death only when they next wait.

    A postmaster that somebody else started is left alone.
    """
    with acting_as(service):
        recorded = _recorded_pid(pid_file)
        inside = processes_inside(data)
        for pid in inside if recorded not in inside else []:
            os.kill(pid, signal.SIGQUIT)


def _recorded_pid(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_ready(cluster: Cluster, *, server: subprocess.Popen[bytes], watch: Watch) -> bool:
    """Waits as long as it takes: recovery after a crash may need minutes, and ending it would start it over."""
    while not is_superuser_answered(cluster):
        if server.poll() is not None or watch.is_asked():
            return False
        watch.wait(timeout_s=_POLL_S)
    try:
        provision(cluster)
    except psycopg.OperationalError:
        if server.poll() is None:
            raise
        return False
    return True


def _serve(cluster: Cluster, *, server: subprocess.Popen[bytes], watch: Watch) -> None:
    child = os.pidfd_open(server.pid)
    try:
        while server.poll() is None and not watch.is_asked():
            watch.wait(timeout_s=_TICK_S, child=child)
            for log in (cluster.places.server_log, cluster.places.supervisor_log):
                keep_log_small(log, service=cluster.service)
    finally:
        os.close(child)


def _did_not_start(cluster: Cluster) -> Fault:
    with acting_as(cluster.service):
        tail = log_tail(cluster.places.server_log)
    return Fault(
        "database_did_not_start",
        f"PostgreSQL did not start. The end of {cluster.places.server_log}:\n{tail}",
        retry_after_s=None,
    )


def _say(sentence: str) -> None:
    sys.stderr.write(f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M:%S} {sentence}\n")
    sys.stderr.flush()
