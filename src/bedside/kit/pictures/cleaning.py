"""Has a picture cleaned by the bounded process, and believes neither the file nor the process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedside.kit.pictures.nouns import BadPicture, BadPictureCode, CleanPicture
from bedside.kit.pictures.sniffing import kind_of
from bedside.kit.pictures.wire import ANSWER_BYTES_MAX, read

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCK_S_MAX: Final = 30.0
AT_ONCE: Final = 2
_WAITS_S: Final = 20.0
_turns = threading.BoundedSemaphore(AT_ONCE)
_SOURCE: Final = str(Path(__file__).resolve().parents[3])
# Isolated: no variable, no folder of the caller and no site of a user changes what is imported.
_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from bedside.kit.pictures.working import main; main()"
)
_KEPT_VARIABLES: Final = ("LD_LIBRARY_PATH",)  # some Pythons do not start without it


def clean(content: bytes) -> CleanPicture:
    """What is left of a file when only the picture is kept. Raises BadPicture.

    Takes about a quarter of a second for a photograph. Never decodes anything in the calling process, never writes
    the file anywhere, and gives the other process neither the environment nor an open file of this one.
    """
    kind_of(content)
    with _turn():
        return read(_answer(content))


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_WAITS_S):
        raise BadPicture(BadPictureCode.BUSY)
    try:
        yield
    finally:
        _turns.release()


def _answer(content: bytes) -> bytes:
    """Raises BadPicture for a process that ended by itself or had to be ended."""
    given = os.memfd_create(
        "picture", os.MFD_CLOEXEC
    )  # memory, not a file: a pipe would need a thread to fill it
    try:
        with os.fdopen(given, "wb", closefd=False) as whole:
            whole.write(content)
        os.lseek(given, 0, os.SEEK_SET)
        return _run(given)
    finally:
        os.close(given)


def _run(given: int) -> bytes:
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _PROGRAM, _SOURCE],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a decoder's words may hold what the file holds
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        cwd="/",
        start_new_session=True,
    )
    end = threading.Timer(CLOCK_S_MAX, process.kill)
    end.start()
    try:
        with process.stdout:  # type: ignore[union-attr]
            answer = process.stdout.read(ANSWER_BYTES_MAX + 1)  # type: ignore[union-attr]
        if len(answer) > ANSWER_BYTES_MAX:
            process.kill()
        process.wait()
    finally:
        end.cancel()
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise BadPicture(BadPictureCode.TOO_MUCH_WORK if process.returncode < 0 else BadPictureCode.BROKEN)
    return answer
