"""Databases of committed data, a folder of backups, and the commands as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bedside.ground.identity import new_id
from bedside.ground.postgres.target import DatabaseTarget, Login, connect, embedded_target
from tests.conftest import _copy_database
from tests.support.serving import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

ROOT = SOURCE.parent


@dataclass(frozen=True, slots=True)
class Base:
    """One database on the server of the test run, and processes of the product over it."""

    target: DatabaseTarget
    environ: dict[str, str]

    def bedside(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bedside.config.entry", *arguments],
            env=self.environ, input=stdin, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip

    def told(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        done = self.bedside(*arguments, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, *arguments: str) -> str:
        """The code of the refusal."""
        done = self.bedside(*arguments, "--json")
        assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stderr)["error"]

    def act(self, module: str, *arguments: str) -> dict[str, Any]:
        done = self.start(module, *arguments)
        out, err = done.communicate(timeout=180)
        assert done.returncode == 0, err
        return json.loads(out.splitlines()[-1]) if out else {}

    def start(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", f"tests.oversight.backups.{module}", *arguments],
            env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def owner(self) -> psycopg.Connection[Any]:
        return connect(self.target, login=Login.OWNER)

    def app(self) -> psycopg.Connection[Any]:
        return connect(self.target, login=Login.APP)


@pytest.fixture(scope="module")
def new_base() -> Iterator[Callable[..., Base]]:
    """Makes databases: migrated and empty, or with `bare=True` without any table."""
    made: list[str] = []
    maintenance = replace(embedded_target(Path(os.environ["BEDSIDE_HOME"])), name="postgres")

    def make(*, bare: bool = False) -> Base:
        name = f"test_{new_id().hex[-12:]}"
        if bare:
            with connect(maintenance, login=Login.OWNER) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
                connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{maintenance.app_user}"')  # type: ignore[arg-type]
            target = replace(maintenance, name=name)
        else:
            target = _copy_database(name)
        made.append(name)
        kept = {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
        return Base(target, {**kept, "BEDSIDE_DATABASE_NAME": name, "PYTHONPATH": f"{SOURCE}:{ROOT}"})

    yield make
    with connect(maintenance, login=Login.OWNER) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
