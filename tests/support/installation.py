"""A whole installation of its own for one test: home, database server, root key. For tests that break such things."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.serving import PRACTICE, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Installation:
    """`environ` is for processes of it."""

    home: Path
    environ: dict[str, str]

    def bedside(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One run of the command, whatever comes of it."""
        return subprocess.run(
            [sys.executable, "-m", "bedside.config.entry", *arguments],
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def migrate(self) -> None:
        done = self.bedside("migrate")
        assert done.returncode == 0, done.stderr

    def make_practice(self, slug: str = "maple") -> None:
        options = [part for name, value in PRACTICE.items() for part in (f"--{name}", value)]
        done = self.bedside("practice", "create", slug, *options, "--no-second-factor")
        assert done.returncode == 0, done.stderr

    def start_database(self) -> None:
        from bedside.ground.postgres import ensure_running

        ensure_running(self.home, while_pid=os.getpid(), durable=False)

    def stop_database(self) -> None:
        from bedside.ground.postgres import stop

        stop(self.home)


@contextmanager
def installation(home: Path | None = None) -> Iterator[Installation]:
    """Without a running server yet; whatever runs at the end is stopped."""
    place = home or Path(tempfile.mkdtemp(prefix="bedside-own-"))
    place.mkdir(exist_ok=True)
    place.chmod(0o711)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BEDSIDE_", "DATABASE_"))}
    environ = {**kept, "BEDSIDE_HOME": str(place), "PYTHONPATH": str(SOURCE)}
    its = Installation(place, environ)
    try:
        yield its
    finally:
        its.stop_database()
        if home is None:
            shutil.rmtree(place, ignore_errors=True)
