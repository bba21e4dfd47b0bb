"""The demo as a newcomer starts it, with fewer patients."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import SOURCE, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_WITHIN_S = 240


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that has told its story. `printed` is what a newcomer reads in the terminal."""

    home: Path
    printed: str
    process: subprocess.Popen[str]

    @property
    def web(self) -> str:
        return re.search(r"Open  (http://\S+)", self.printed)[1]

    @property
    def password(self) -> str:
        printed = re.search(r"password  (\S+)  as", self.printed)[1]
        assert printed == json.loads((self.home / "sign-in.json").read_text())["password"]
        return printed

    def environ(self) -> dict[str, str]:
        """For further processes of this installation: what the demo set for its own parts."""
        content = Path(f"/proc/{self._part('web')}/environ").read_bytes()
        pairs = (entry.split("=", 1) for entry in content.decode().split("\0") if "=" in entry)
        return dict(pairs)

    def processes(self) -> list[int]:
        """Every process of the demo that runs now, its database server's among them."""
        import psutil

        mine = psutil.Process(self.process.pid)
        found = [mine.pid, *(child.pid for child in mine.children(recursive=True))]
        for other in psutil.process_iter(["cmdline"]):
            if str(self.home) in " ".join(other.info["cmdline"] or ()):
                found += [other.pid, *(child.pid for child in other.children(recursive=True))]
        return sorted(set(found))

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def _part(self, name: str) -> int:
        import psutil

        children = psutil.Process(self.process.pid).children()
        return next(
            child.pid
            for child in children
            if "bedside.config.wsgi:application" in child.cmdline()
            and child.environ()["BEDSIDE_DOOR"] == name
        )


@contextmanager
def running_demo(*, patients: int = 120) -> Iterator[Running]:
    """Ended and removed at the end, whatever happened."""
    home = Path(tempfile.mkdtemp(prefix="bedside-demo-"))
    home.chmod(0o711)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BEDSIDE_", "DATABASE_"))}
    output = home.with_suffix(".out")
    with output.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bedside.config.demo", "--home", str(home), "--port", str(free_port()),
             "--patients", str(patients)],
            env={**kept, "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=out,
            text=True,
        )  # fmt: skip
    try:
        yield Running(home, _wait_for_story(process, output), process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)
        subprocess.run(["rm", "-rf", str(home), str(output)], check=True)


def _wait_for_story(process: subprocess.Popen[str], output: Path) -> str:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        printed = output.read_text()
        if "Ctrl-C ends everything" in printed:
            return printed
        time.sleep(0.3)
    pytest.fail(f"the demo did not get ready:\n{output.read_text()[-3000:]}")
