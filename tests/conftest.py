"""A throw-away PostgreSQL for the whole run, a database per test process, the same cast in every test.

The runtime role runs the tests, under row-level security, as the product does.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.errors import InsufficientPrivilege, ObjectInUse

from tests.support.installation import installed_home, migrated_home  # noqa: F401  fixtures
from tests.support.scheduling import InGroups, order, write_down
from tests.support.serving import chromium, doors_of_this_process, open_page, served  # noqa: F401  fixtures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from bedside.ground.postgres import DatabaseTarget

_HOME_VARIABLE = "BEDSIDE_HOME"
_made_here: list[Path] = []


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before Django's settings are read: one cluster by the first process, one database by each."""
    _keep_bytecode()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _start_cluster()
        if config.getoption("numprocesses", None):
            # The workers inherit this environment; with a settings module in it they would read the settings,
            # and with them this process's database, before they get here.
            os.environ.pop("DJANGO_SETTINGS_MODULE", None)
            return
    os.environ["BEDSIDE_DATABASE_NAME"] = f"test_{worker or 'alone'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "bedside.config.settings"
    import django

    django.setup()
    _hash_quickly()


def _keep_bytecode() -> None:
    """Some environments forbid it: each of the hundreds of processes started here would then compile all of Bedside."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _hash_quickly() -> None:
    """Argon2 as cheap as it goes: the cast's passwords are hashed for nearly every test."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost = 1
    Argon2PasswordHasher.memory_cost = 8
    Argon2PasswordHasher.parallelism = 1


def _start_cluster() -> None:
    from bedside.ground.postgres.starting import ensure_running

    home = Path(tempfile.mkdtemp(prefix="bedside-test-"))
    home.chmod(0o711)
    _made_here.append(home)
    for name in (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "BEDSIDE_ROOT_KEY_FILE",
        "BEDSIDE_INSTALLATION_KEY_FILE",
    ):
        os.environ.pop(name, None)
    os.environ[_HOME_VARIABLE] = str(home)
    os.environ["BEDSIDE_WEB_URL"] = "http://localhost"
    os.environ["BEDSIDE_PICKUP_URL"] = "http://localhost"
    ensure_running(home, durable=False, while_pid=os.getpid())
    _prepare_template()


def _prepare_template() -> None:
    from bedside.config.database import migrate

    os.environ.pop("BEDSIDE_DATABASE_NAME", None)
    migrate()


def pytest_unconfigure(config: pytest.Config) -> None:
    for home in _made_here:
        from bedside.ground.postgres.starting import stop

        stop(home)
        shutil.rmtree(home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order(items)
    if "PYTEST_XDIST_WORKER" in os.environ:
        write_down(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return InGroups(config, log) if config.getoption("dist") == "loadgroup" else None


def copy_database(name: str) -> DatabaseTarget:
    """A fresh copy of the migrated database under a new name."""
    from dataclasses import replace

    from bedside.ground.postgres.target import Login, connect, embedded_target

    target = embedded_target(Path(os.environ[_HOME_VARIABLE]))
    with connect(replace(target, name="postgres"), login=Login.OWNER) as connection:
        _drop_database(connection, name)
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{target.name}"')
        connection.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO "{target.app_user}"')
    return replace(target, name=name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> None:
    """Instead of Django's own test database, which would make and own it as one role."""
    copy_database(os.environ["BEDSIDE_DATABASE_NAME"])


@contextmanager
def database_of_its_own(name: str) -> Iterator[dict[str, str]]:
    """A fresh database, gone when this closes. Gives the environment of processes that use it."""
    from dataclasses import replace

    from bedside.ground.postgres.target import Login, connect, embedded_target

    copy_database(name)
    yield {**os.environ, "BEDSIDE_DATABASE_NAME": name}
    target = embedded_target(Path(os.environ[_HOME_VARIABLE]))
    with connect(replace(target, name="postgres"), login=Login.OWNER) as connection:
        _drop_database(connection, name)


@pytest.fixture
def own_database() -> Iterator[dict[str, str]]:
    """Environment of a fresh database of its own, for tests that start whole processes of the product.

    Gives the variables for `subprocess`; commits of those processes never meet other tests.
    """
    from bedside.ground.identity import new_id

    with database_of_its_own(f"test_{new_id().hex[-12:]}") as environ:
        yield environ


def _drop_database(connection: Any, name: str) -> None:
    """The server's own cleaner may be in it, whom only a superuser may send away; it leaves by itself."""
    for patience in reversed(range(40)):
        try:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except (InsufficientPrivilege, ObjectInUse):
            if not patience:
                raise
            end_sessions(name)
            time.sleep(0.25)
        else:
            return


def end_sessions(name: str) -> None:
    """Of the runtime role in that database: only it may end them, and a database in use cannot be dropped."""
    from dataclasses import replace

    from bedside.ground.postgres.target import Login, connect, embedded_target

    target = replace(embedded_target(Path(os.environ[_HOME_VARIABLE])), name=name)
    with connect(target, login=Login.APP) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


# --- the cast: the same people everywhere

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
PASSWORD = "correct horse battery maple"
CAST = {
    "ana": ("ana@maple.example", "Nurse Ana", ["marketer"]),
    "omar": ("omar@maple.example", "Office manager Omar", ["administrator", "marketer"]),
    "ada": ("ada@maple.example", "Approver Ada", ["approver"]),
    "chloe": ("chloe@maple.example", "Compliance officer Chloe", ["compliance_officer"]),
    "abe": ("abe@maple.example", "Auditor Abe", ["auditor"]),
}


@pytest.fixture
def at() -> datetime:
    """The moment at which tests happen: Friday 20 November 2026, 15:00 UTC."""
    return AT


def make_practice(slug: str, name: str) -> UUID:
    """Sets up a practice and gives its id."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.identity import new_id
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.actions import create_practice
    from bedside.safeguards.practices.rules import Profile, Specialty

    practice_id = new_id()
    profile = Profile(
        practice_id=practice_id,
        name=name,
        sender_name=name,
        sender_address=f"hello@{slug}.example",
        reply_address="",
        postal_address="1 Maple Street, Springfield, KS 66000",
        phone="555-0100",
        website="https://maple.example",
        time_zone="America/Chicago",
        specialty=Specialty.PRIMARY_CARE,
        idle_minutes=15,
        second_factor_required=False,
        opt_in_required=True,
    )
    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    create_practice(scope, profile, slug=slug, at=AT)
    return practice_id


def make_cast(practice_id: UUID) -> dict[str, UUID]:
    """Gives the account ids of the cast by short name."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from bedside.safeguards.staff.actions import add_member

    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    return {
        key: add_member(scope, email=email, name=name, roles=roles, password=PASSWORD, at=AT)
        for key, (email, name, roles) in CAST.items()
    }


@pytest.fixture
def practice_id(db: None) -> UUID:
    """Maple Street Family Practice, without staff."""
    return make_practice("maple", "Maple Street Family Practice")


@pytest.fixture
def cast(practice_id: UUID) -> dict[str, UUID]:
    return make_cast(practice_id)


@pytest.fixture
def scope(practice_id: UUID) -> object:
    """Every right in Maple Street but approval, as the machine's administrator."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose

    return administrator_scope(practice_id, purpose=Purpose.OPERATIONS)


@pytest.fixture
def scope_of(practice_id: UUID, cast: dict[str, UUID]) -> Callable[[str], object]:
    """Gives the scope of a member of the cast: `scope_of("ada")`."""
    from bedside.ground.scope import Actor, ActorKind, Purpose, Scope
    from bedside.safeguards.staff.rules import rights_of

    def give(key: str) -> Scope:
        actor = Actor(kind=ActorKind.STAFF, id=str(cast[key]))
        rights = rights_of(CAST[key][2])
        return Scope(practice_id=practice_id, actor=actor, purpose=Purpose.OPERATIONS, rights=rights)

    return give


@pytest.fixture
def stranger_scope(practice_id: UUID) -> object:
    """Stranger Sam: every right, in another practice."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose

    return administrator_scope(make_practice("elm", "Elm Street Dental"), purpose=Purpose.OPERATIONS)


@pytest.fixture
def signed_in(cast: dict[str, UUID]) -> Callable[[str], object]:
    """Gives a browserless client signed in as a member of the cast: `signed_in("omar")`."""
    from django.test import Client

    from bedside.safeguards.staff.models import Account

    def give(key: str) -> Client:
        client = Client()
        client.force_login(Account.objects.get(id=cast[key]))
        return client

    return give
