"""The command `bedside` as a process that is forked instead of started: the same code, a second sooner.

One process reads the product once. For each command it forks, and the child runs the entry point as `bedside` would,
with its own arguments, standard input and database connections, and ends with its exit code.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping


class WarmCommand:
    """Runs commands of one installation: `environ` is read once, when this is made."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm"],
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, stdin: str = "", script: str = "") -> subprocess.CompletedProcess[str]:
        """One run of `bedside`, or of a script instead of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"arguments": arguments, "stdin": stdin, "script": script}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the warm process is gone"
        told = json.loads(line)
        return subprocess.CompletedProcess(arguments, told["code"], told["stdout"], told["stderr"])

    def stop(self) -> None:
        self._process.communicate(timeout=60)


def _serve() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bedside.config.settings"
    import django

    from bedside.config.commands import build_parser

    django.setup()
    build_parser()  # reads what the verbs need
    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(json.dumps(_forked(**asked)) + "\n")
        sys.stdout.flush()


def _forked(*, arguments: list[str], stdin: str, script: str) -> dict[str, object]:
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as error,
    ):
        given.write(stdin.encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            _become(arguments, script=script, streams=(given, out, error))
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
        sys.stdin = open(0, closefd=False)  # noqa: SIM115  the one that is here has read ahead
        sys.argv = ["bedside", *arguments]
        from bedside.config.entry import main

        if script:
            exec(compile(script, "script", "exec"), {"__name__": "script"})  # noqa: S102  a test's own words
            code = 0
        else:
            main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001  whatever it is, only the child may end of it
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    _serve()
