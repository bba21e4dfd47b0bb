"""What the rest of Bedside calls: have the database running, ask whether it is, have it stopped."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import make_conninfo

from bedside.ground.errors import Fault, Refusal
from bedside.ground.postgres.places import Places, places
from bedside.ground.postgres.processes import wait_until
from bedside.ground.postgres.sizing import SETTING
from bedside.ground.postgres.target import DatabaseTarget, Login, embedded_target

if TYPE_CHECKING:
    from collections.abc import Mapping

START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 180.0
_ANSWER_TIMEOUT_S = 10
_REPORT_BYTES_MAX = 16_384
# What a supervisor in the background says, as the first word of its first line.
READY = "ready"
JOINED = "already running"
REFUSED = "refused"
FAILED = "failed"
_INHERITED_VARIABLES = ("PATH", "PGBIN", SETTING, "LANG", "LC_ALL", "TZ")
_SOURCE_ROOT = Path(__file__).parents[3]


def ensure_running(
    home: Path,
    *,
    environ: Mapping[str, str] | None = None,
    while_pid: int | None = None,
    durable: bool = True,
    timeout_s: float = START_TIMEOUT_S,
) -> DatabaseTarget:
    """Returns when the embedded server of `home` answers, having started it in the background if need be.

    Safe to call from any number of processes at once: one supervisor wins, the others join it.
    Takes: `environ` is read for `PGBIN` and `BEDSIDE_DATABASE_MEMORY_MB` only (default: the process environment).
    `while_pid` ties a newly started server to that process: it goes away with it, even on kill -9.
    `durable=False` makes a throw-away cluster for tests: no fsync, and the owner role may create databases.
    Raises: Refusal (missing programs, other major version, full disk, closed home ...); Fault when it does
    not answer in time, with the end of the log.
    """
    its = places(home)
    target = embedded_target(home)
    deadline = time.monotonic() + timeout_s
    while not is_running(home):
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise _too_slow(its)
        make_home(its)
        command = _supervisor_command(its, while_pid=while_pid, durable=durable)
        report = _start_in_background(command, environ=environ or os.environ, timeout_s=left_s)
        _raise_unless_running(report, its=its)
    _refuse_foreign_socket(its)
    return target


def is_running(home: Path) -> bool:
    """Says whether a supervisor holds this home and its server takes Bedside's own login."""
    return is_supervised(places(home)) and answers(embedded_target(home))


def stop(home: Path, *, timeout_s: float = STOP_TIMEOUT_S) -> bool:
    """Has the supervisor of `home` stop its server and end; returns when both are gone.

    Gives: False when there was nothing to stop. Raises: Fault when it does not end in time.
    """
    its = places(home)
    was_running = False
    deadline = time.monotonic() + timeout_s
    while is_supervised(its):
        was_running = True
        pid = _holder(its)
        if pid is not None:
            _end_supervisor(pid, its=its, timeout_s=deadline - time.monotonic())
        if time.monotonic() >= deadline:
            raise Fault("database_does_not_stop", "The database does not stop; try again.", retry_after_s=5)
        time.sleep(0.01)
    return was_running


def make_home(its: Places) -> None:
    """Makes the home when missing: root's is passable to the service user, anybody else's is private.

    Raises: Refusal when that is not permitted.
    """
    try:
        its.home.parent.mkdir(parents=True, exist_ok=True)
        its.home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    except (PermissionError, FileExistsError, FileNotFoundError, NotADirectoryError) as error:
        raise not_writable(its) from error
    if not os.access(its.home, os.W_OK | os.X_OK):
        raise not_writable(its)


def not_writable(its: Places) -> Refusal:
    """Gives the refusal for a home that belongs to somebody else or lies on a read-only disk."""
    return Refusal(
        "database_home_not_writable",
        f"Bedside cannot write to {its.home}: choose another home, or start Bedside as the user who owns it.",
    )


def answers(target: DatabaseTarget) -> bool:
    """Says whether the server takes Bedside's own login; by construction it does so only once all is set up."""
    parameters = target.parameters(Login.APP) | {"connect_timeout": str(_ANSWER_TIMEOUT_S)}
    try:
        psycopg.connect(make_conninfo(**parameters)).close()
    except psycopg.OperationalError:
        return False
    return True


def is_supervised(its: Places) -> bool:
    """Says whether a supervisor holds the home's lock. Raises: Refusal when the lock is closed to us."""
    try:
        handle = os.open(its.lock, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError as error:
        raise not_writable(its) from error
    try:
        # Shared, so that two that only ask do not see each other.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _supervisor_command(its: Places, *, while_pid: int | None, durable: bool) -> list[str]:
    command = [sys.executable, "-P", "-m", "bedside.ground.postgres", "run", "--background"]
    command += ["--home", str(its.home)]
    if while_pid is not None:
        command += ["--while-pid", str(while_pid)]
    return command if durable else [*command, "--throw-away"]


def _start_in_background(command: list[str], *, environ: Mapping[str, str], timeout_s: float) -> str:
    """Starts a supervisor that outlives us, and gives what it reports first; empty when it dies in silence."""
    reading, writing = os.pipe()
    try:
        # By way of a shell that ends at once: the supervisor is then no child of ours, so it neither stays a
        # zombie nor needs us to wait for it. posix_spawn or fork in a process with threads would need both.
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            cwd="/",
            env=_supervisor_environment(environ),
            start_new_session=True,
            check=True,
        )
        os.close(writing)
        writing = -1
        return _first_report(reading, timeout_s=timeout_s)
    finally:
        os.close(reading)
        if writing != -1:
            os.close(writing)


def _supervisor_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Few variables: no secret of the starter's stays readable in the background process."""
    kept = {name: environ[name] for name in _INHERITED_VARIABLES if name in environ}
    return kept | {"PYTHONPATH": str(_SOURCE_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def _first_report(reading: int, *, timeout_s: float) -> str:
    """Reads until a line starts with one of the four words, the pipe closes, or the time is over."""
    deadline = time.monotonic() + timeout_s
    text = ""
    while len(text) < _REPORT_BYTES_MAX and not _is_complete(text):
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(reading, _REPORT_BYTES_MAX) if ready else b""
        if not part:
            break
        text += part.decode(errors="replace")
    return text


def _is_complete(text: str) -> bool:
    lines = text.splitlines(keepends=True)
    return any(line.endswith("\n") and line.startswith((READY, JOINED)) for line in lines)


def _raise_unless_running(report: str, *, its: Places) -> None:
    for number, line in enumerate(report.splitlines()):
        word, _, rest = line.partition(" ")
        code, _, sentence = rest.partition(" ")
        if line.startswith((READY, JOINED)):
            _pass_on(report.splitlines()[:number])
            return
        if word == REFUSED:
            raise Refusal(code, sentence)
        if word == FAILED:
            whole = "\n".join([sentence, *report.splitlines()[number + 1 :]])
            raise Fault(code, whole, retry_after_s=None)
    if not is_supervised(its):
        tail = "\n".join(report.splitlines()[-5:])
        raise Fault("database_did_not_start", f"The database did not start:\n{tail}", retry_after_s=None)


def _pass_on(lines: list[str]) -> None:
    """What the supervisor had to say to a person, such as that it created a system user."""
    for line in lines:
        sys.stderr.write(f"{line}\n")


def _too_slow(its: Places) -> Fault:
    return Fault(
        "database_starting",
        f"The database is still starting; {its.server_log} and {its.supervisor_log} say how far it is.",
        retry_after_s=5,
    )


def _holder(its: Places) -> int | None:
    try:
        return int(its.lock.read_text())
    except (ValueError, FileNotFoundError):
        return None  # Between taking the lock and writing down its number.


def _end_supervisor(pid: int, *, its: Places, timeout_s: float) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        # Only now is the number known to mean the holder: the handle is taken, and the lock is still held by it.
        if is_supervised(its) and _holder(its) == pid:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            wait_until(lambda: not is_supervised(its), timeout_s=timeout_s)
    finally:
        os.close(handle)


def _refuse_foreign_socket(its: Places) -> None:
    """Outside the home anybody could have made the socket's folder, with a server of their own behind it."""
    if its.inner in its.socket_directory.parents:
        return
    if its.socket_directory.lstat().st_uid != its.inner.stat().st_uid:
        raise Refusal(
            "database_socket_directory_taken",
            f"{its.socket_directory} belongs to somebody else; remove it, or give Bedside's home a shorter path.",
        )
