"""Processes of the product that are forked instead of started: the same code, a second sooner.

An interpreter of its own spends nearly all of a command's time on reading modules. Here one process has read those that
know nothing of an installation (other people's packages, `kit`, `ground` and the rooms' rules, none of which look at
the environment or make anything when they are imported). For each call it forks: the child takes the environment it is
given, reads settings, keys and models itself, runs, and ends with its exit code. Calls at once run at once.

With `whole=True` the settings and models have been read as well: for one installation whose environment stays.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import pkgutil
import runpy
import select
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "allauth.account", "cryptography.x509", "csp.middleware", "django.contrib.staticfiles", "django.core.mail",
    "django.core.management", "django.db.backends.postgresql.base", "django.db.models", "django.template.defaulttags",
    "django.template.loader_tags", "django.views.debug", "django_htmx.middleware", "mjml", "orjson", "procrastinate",
    "psycopg", "rich.traceback", "structlog", "zstandard",
)  # fmt: skip
COMMAND = "bedside.config.entry"


class Warm:
    """One such process; it ends with the process that made it."""

    def __init__(self, environ: Mapping[str, str] | None = None, *, whole: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bedside-warm-")
        self._address = f"{self._folder.name}/calls"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm", self._address, "whole" if whole else "packages"],
            env={**(os.environ if environ is None else environ), "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.read(1) == b"!", "the warm process did not start"

    def run(
        self,
        *arguments: str,
        module: str = COMMAND,
        script: str = "",
        environ: Mapping[str, str] | None = None,
        stdin: str = "",
        timeout_s: float = 180,
    ) -> subprocess.CompletedProcess[str]:
        """One run of a module, or of a script instead of it. `environ` is the whole environment, if it is another."""
        asked = {
            "arguments": [str(one) for one in arguments], "module": module, "script": script, "stdin": stdin,
            "environ": None if environ is None else dict(environ),
        }  # fmt: skip
        with socket.socket(socket.AF_UNIX) as call:
            call.settimeout(timeout_s)
            call.connect(self._address)
            call.sendall(json.dumps(asked).encode())
            call.shutdown(socket.SHUT_WR)
            told = json.loads(_all_of(call))
        return subprocess.CompletedProcess(arguments, told["code"], told["stdout"], told["stderr"])

    def stop(self) -> None:
        self._process.communicate(timeout=60)
        self._folder.cleanup()


@functools.cache
def warm() -> Warm:
    """The one of this test process."""
    return Warm()


def _all_of(call: socket.socket) -> bytes:
    return b"".join(iter(lambda: call.recv(1 << 16), b""))


# --- what runs in the process itself


def _serve(address: str, *, whole: bool) -> None:
    if whole:
        os.environ["DJANGO_SETTINGS_MODULE"] = "bedside.config.settings"
        import django

        from bedside.config.commands import build_parser

        django.setup()
        build_parser()  # reads what the verbs need
    else:
        _read_packages()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)
        sys.stdout.write("!")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([listener, 0], [], [], 1)
            _forget_ended()
            if 0 in ready:  # closed, since nothing is ever written there
                return
            if listener in ready:
                _take(listener)


def _read_packages() -> None:
    import bedside

    for name in PACKAGES:
        importlib.import_module(name)
    for found in pkgutil.walk_packages(bedside.__path__, "bedside.", onerror=lambda _: None):
        _, floor, *rest = found.name.split(".")
        if "__main__" not in rest and (
            (floor in {"kit", "ground"} and "jobs" not in rest) or "rules" in rest
        ):
            importlib.import_module(found.name)


def _forget_ended() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _take(listener: socket.socket) -> None:
    call, _ = listener.accept()
    with call:
        if os.fork() == 0:
            listener.close()
            call.sendall(json.dumps(_forked(**json.loads(_all_of(call)))).encode())
            os._exit(0)


def _forked(
    *, arguments: list[str], module: str, script: str, stdin: str, environ: dict[str, str] | None
) -> dict[str, object]:
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as error,
    ):
        given.write(stdin.encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            if environ is not None:
                os.environ.clear()
                os.environ.update(environ)
            _become([module, *arguments], script=script, streams=(given, out, error))
        _, status = os.waitpid(child, 0)
        texts = []
        for written in (out, error):
            written.seek(0)
            texts.append(written.read().decode())
    return {"code": os.waitstatus_to_exitcode(status), "stdout": texts[0], "stderr": texts[1]}


def _become(arguments: list[str], *, script: str, streams: tuple[BinaryIO, BinaryIO, BinaryIO]) -> None:
    """Never returns."""
    code: object = 70
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115  the one that is here belongs to the parent
        sys.argv = arguments
        if script:
            exec(compile(script, "script", "exec"), {"__name__": "script"})  # noqa: S102  a test's own words
        else:
            runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = 0 if end.code is None else end.code
        if isinstance(code, str):
            sys.stderr.write(f"{code}\n")
    except BaseException:  # noqa: BLE001  whatever it is, only the child may end of it
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    _serve(sys.argv[1], whole=sys.argv[2] == "whole")
