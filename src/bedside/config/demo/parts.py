"""The processes of the demo: started together, ended together, even when the demo itself is killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from bedside.ground.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP_WAIT_S = 10
ANSWER_WAIT_S = 40
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Parts:
    """Started processes by name, with one log file each below `logs`."""

    environ: Mapping[str, str]
    logs: Path
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        """Starts `python -m ...`; its output goes to the part's log."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            process = self._spawn(arguments, log)
        self._running[name] = process
        return process

    def _spawn(self, arguments: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  single-threaded here, and one call into libc
        )

    def ended(self) -> str | None:
        """The name of a part that has ended by itself, if any has."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        """Ends every part with whatever it started; kills what does not end in time."""
        for process in reversed(list(self._running.values())):
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_WAIT_S
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            # A server that was told to end while still starting can leave a child behind.
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def free_port(wanted: int) -> int:
    """`wanted` if nobody listens there on loopback, else one the system chooses."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Fault("no_port", "No free port on this machine.", retry_after_s=None)


def wait_for_port(port: int, *, part: str, parts: Parts) -> None:
    """Returns when something listens on the loopback port. Raises Fault naming the part's log."""
    deadline = time.monotonic() + ANSWER_WAIT_S
    while time.monotonic() < deadline and parts.ended() is None:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Fault("part_silent", f"The {part} did not start; see {parts.logs / part}.log", retry_after_s=None)


def wait_for_page(address: str, *, part: str, parts: Parts) -> None:
    """Returns when a page answers, whatever it answers. Raises Fault naming the part's log."""
    deadline = time.monotonic() + ANSWER_WAIT_S
    while time.monotonic() < deadline and parts.ended() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  our own loopback address
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Fault("part_silent", f"The {part} did not start; see {parts.logs / part}.log", retry_after_s=None)


def own_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of another installation, with `extra`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BEDSIDE_", "DATABASE_"))}
    return {**kept, **extra}
