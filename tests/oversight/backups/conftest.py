"""Databases of committed data, a folder of backups, and the commands as processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bedside.ground.identity import new_id
from bedside.ground.postgres.target import DatabaseTarget, Login, connect, embedded_target
from bedside.oversight.backups import copying
from bedside.oversight.backups.rules import is_left_out
from tests.conftest import copy_database
from tests.support.serving import SOURCE
from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

ROOT = SOURCE.parent


@dataclass(frozen=True, slots=True)
class Base:
    """One database on the server of the test run, and processes of the product over it."""

    target: DatabaseTarget
    environ: dict[str, str]

    def bedside(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return warm().run(*arguments, environ=self.environ, stdin=stdin)

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
        done = warm().run(*arguments, module=f"tests.oversight.backups.{module}", environ=self.environ)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}

    def start(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", f"tests.oversight.backups.{module}", *arguments],
            env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def owner(self) -> psycopg.Connection[Any]:
        return connect(self.target, login=Login.OWNER)

    def app(self) -> psycopg.Connection[Any]:
        return connect(self.target, login=Login.APP)


NewBase = Callable[..., Base]


@pytest.fixture(scope="module")
def new_base() -> Iterator[NewBase]:
    """Makes databases: migrated and empty, or with `bare=True` without any table."""
    with _making_bases() as make:
        yield make


@pytest.fixture(scope="package")
def lasting_base() -> Iterator[NewBase]:
    """The same for what every module looks at."""
    with _making_bases() as make:
        yield make


@contextmanager
def _making_bases() -> Iterator[NewBase]:
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
            target = copy_database(name)
        made.append(name)
        kept = {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
        return Base(target, {**kept, "BEDSIDE_DATABASE_NAME": name, "PYTHONPATH": f"{SOURCE}:{ROOT}"})

    yield make
    with connect(maintenance, login=Login.OWNER) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Backed:
    """A filled database with a first backup; `told` says who is in it."""

    base: Base
    folder: Path
    told: dict[str, Any]
    name: str


@pytest.fixture(scope="package")
def backed(lasting_base: NewBase, tmp_path_factory: pytest.TempPathFactory) -> Backed:
    base = lasting_base()
    told = base.act("populating", "people")
    going = [told[slug]["campaigns"][0] for slug in ("maple", "elm")]
    with base.owner() as connection:
        _without_row_security(
            connection,
            "UPDATE campaigns_campaign SET state = 'sending', approved_hash = 'x', remuneration = false WHERE id = ANY(%s)",
            going,
        )
    folder = tmp_path_factory.mktemp("backups")
    return Backed(base, folder, told, base.told("backup", "make", str(folder))["name"])


@dataclass(frozen=True, slots=True)
class Restored:
    """A database that holds the backup; `told` and `stderr` are what restoring it said to a program."""

    base: Base
    told: dict[str, Any]
    stderr: str


@pytest.fixture(scope="package")
def restored(backed: Backed, lasting_base: NewBase) -> Restored:
    """Put back once for all who ask what is there afterwards. Who changes it does so beside what the others look at."""
    base = lasting_base()
    done = base.bedside("backup", "restore", str(backed.folder), "--json")
    assert done.returncode == 0, done.stderr
    return Restored(base, json.loads(done.stdout), done.stderr)


@pytest.fixture
def copied(backed: Backed, tmp_path: Path) -> Backed:
    """The same with a folder that may be broken."""
    folder = tmp_path / "copy"
    shutil.copytree(backed.folder, folder)
    return replace(backed, folder=folder)


def _without_row_security(connection: Any, statement: str, *parameters: Any) -> None:
    with connection.transaction():
        connection.execute("ALTER TABLE campaigns_campaign NO FORCE ROW LEVEL SECURITY")
        connection.execute(statement, parameters)
        connection.execute("ALTER TABLE campaigns_campaign FORCE ROW LEVEL SECURITY")


def rows_of(base: Base) -> dict[str, list[bytes]]:
    """Every row of every table that is in a backup, as the runtime role sees them practice by practice."""
    found: dict[str, list[bytes]] = {}
    with base.app() as connection, connection.transaction():
        practices = copying.practices_of(connection)
        for table in copying.tables_of(connection):
            if is_left_out(table.name):
                continue
            lines: list[bytes] = []
            for practice in practices if table.by_practice else [None]:
                if practice:
                    copying.enter(connection, practice)
                with connection.cursor().copy(f'COPY (SELECT * FROM "{table.name}") TO STDOUT') as copy:  # noqa: S608
                    lines += b"".join(bytes(block) for block in copy).splitlines()
            found[table.name] = sorted(lines)
    return found


def security_of(base: Base) -> dict[str, list[Any]]:
    """What keeps practices apart and the ledger as it is, as the server itself lists it."""
    questions = {
        "tables": "SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY 1",
        "policies": "SELECT tablename, policyname, cmd, roles::text, qual, with_check FROM pg_policies ORDER BY 1, 2",
        "grants": "SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
        "migrations": "SELECT app, name FROM django_migrations ORDER BY 1, 2",
    }
    with base.owner() as connection:
        return {name: connection.execute(question).fetchall() for name, question in questions.items()}
