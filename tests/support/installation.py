"""A whole installation of its own for one test: home, database server, root key. For tests that break such things.

The fixtures `migrated_home` and `installed_home`, which the outermost conftest takes in, are one without and one with a
practice, at rest: a copy is there in a fifth of a second, where making one takes ten.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import PRACTICE, SOURCE
from tests.support.sharing import made_once
from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Installation:
    """`environ` is for processes of it."""

    home: Path
    environ: dict[str, str]

    def bedside(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One run of the command, whatever comes of it."""
        return warm().run(*arguments, environ=self.environ, stdin=stdin)

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
def installation(home: Path | None = None, *, like: Path | None = None) -> Iterator[Installation]:
    """Without a running server yet; whatever runs at the end is stopped. `like` is a home at rest to begin with."""
    place = home or Path(tempfile.mkdtemp(prefix="bedside-own-"))
    place.mkdir(exist_ok=True)
    place.chmod(0o711)
    if like:
        subprocess.run(["cp", "-a", f"{like}/.", str(place)], check=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BEDSIDE_", "DATABASE_"))}
    environ = {**kept, "BEDSIDE_HOME": str(place), "PYTHONPATH": str(SOURCE)}
    its = Installation(place, environ)
    try:
        yield its
    finally:
        its.stop_database()
        if home is None:
            shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_home() -> Path:
    return made_once("migrated", _migrate)


def _migrate(home: Path) -> None:
    with installation(home) as its:
        its.start_database()
        its.migrate()


@pytest.fixture(scope="session")
def installed_home(migrated_home: Path) -> Path:
    return made_once("installed", functools.partial(_install, migrated_home))


def _install(migrated: Path, home: Path) -> None:
    with installation(home, like=migrated) as its:
        its.start_database()
        its.make_practice()
