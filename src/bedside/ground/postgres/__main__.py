"""`python -m bedside.ground.postgres run|stop|status --home PATH`: the embedded server by hand.

`run` stays in the foreground until SIGTERM or Ctrl-C; a second one sees the first, says so and ends with 0.
Exit codes: 0 done (or running), 1 failed (or not running), 2 refused.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.ground.errors import Fault, Refusal
from bedside.ground.memory import leave_no_core
from bedside.ground.postgres import starting, supervisor
from bedside.ground.postgres.cluster import Cluster, prepare_cluster
from bedside.ground.postgres.places import Places, places
from bedside.ground.postgres.service import become_owner_of_home
from bedside.ground.postgres.target import embedded_target

if TYPE_CHECKING:
    from collections.abc import Sequence

_JOIN_POLL_S = 0.05


def main(arguments: Sequence[str]) -> int:
    """Runs one command; sentences for people go to stderr, one word for programs to stdout."""
    leave_no_core()  # the server inherits it
    order = _parser().parse_args(arguments)
    its = places(order.home)
    try:
        match order.command:
            case "run":
                return _run(its, order=order)
            case "stop":
                return 0 if starting.stop(its.home) else _not_running()
            case _:
                return _status(its)
    except (Refusal, Fault) as error:
        return _report(error, in_background=order.command == "run" and order.background)
    except OSError as error:
        return _report(_translated(error, its=its), in_background=order.command == "run" and order.background)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bedside.ground.postgres", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "stop", "status"):
        command = commands.add_parser(name, allow_abbrev=False)
        command.add_argument("--home", type=Path, required=True)
        if name == "run":
            command.add_argument("--while-pid", type=int, help="stop when this process ends")
            command.add_argument("--throw-away", action="store_true", help="tests only: no fsync")
            command.add_argument("--background", action="store_true", help=argparse.SUPPRESS)
    return parser


def _run(its: Places, *, order: argparse.Namespace) -> int:
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # A shell's `&` has it ignored, and children inherit that.
    watch = supervisor.Watch(while_pid=order.while_pid)
    starting.make_home(its)
    become_owner_of_home(its)
    os.umask(0o077)
    if not _take_or_join(its, watch=watch):
        _write(starting.JOINED)
        return 0
    cluster = prepare_cluster(its, environ=os.environ, durable=not order.throw_away)

    def announce() -> None:
        if not order.background:
            _write(starting.READY)
            return
        with contextlib.suppress(BrokenPipeError):  # Whoever started us lost patience; serve all the same.
            _write(starting.READY)
        _turn_to_log(cluster)

    supervisor.supervise(cluster, watch=watch, announce=announce)
    return 0


def _take_or_join(its: Places, *, watch: supervisor.Watch) -> bool:
    """True with the lock held for good; False when another supervisor's server answers.

    Raises: Fault when another holds the lock and its server never answers.
    """
    target = embedded_target(its.home)
    deadline = time.monotonic() + starting.START_TIMEOUT_S
    while not watch.is_asked() and time.monotonic() < deadline:
        if supervisor.take_lock(its) is not None:
            return True
        if starting.is_supervised(its) and starting.answers(target):
            return False
        watch.wait(timeout_s=_JOIN_POLL_S)
    raise Fault(
        "database_starting", "Another process is starting the database and is not done yet.", retry_after_s=5
    )


def _turn_to_log(cluster: Cluster) -> None:
    """Lets go of the pipe to whoever started us; from here on we speak to the log."""
    log = supervisor.open_log(cluster.places.supervisor_log, service=cluster.service)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    os.close(log)


def _status(its: Places) -> int:
    if not starting.is_running(its.home):
        return _not_running()
    _write("running")
    return 0


def _not_running() -> int:
    _write("not running")
    return 1


def _report(error: Refusal | Fault, *, in_background: bool) -> int:
    is_refusal = isinstance(error, Refusal)
    if in_background:
        _write(f"{starting.REFUSED if is_refusal else starting.FAILED} {error.code} {error}")
    else:
        sys.stderr.write(f"{error}\n")
    return 2 if is_refusal else 1


def _translated(error: OSError, *, its: Places) -> Refusal:
    if error.errno == errno.ENOSPC:
        return Refusal(
            "database_disk_full", f"The disk is full: free space below {its.home} and start again."
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return starting.not_writable(its)
    raise error


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
