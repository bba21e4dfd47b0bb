"""Brings the database to the state this version needs: started, migrated as owner, granted to the runtime role."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from bedside.config.migrating import TOLD
from bedside.ground import settings as read
from bedside.ground.errors import Fault
from bedside.ground.postgres.target import Login, check_roles, connect, database_for
from bedside.safeguards.vault.installation import InstallationKeyMissing, installation_key
from bedside.safeguards.vault.making import missing_keys
from bedside.safeguards.vault.root import RootKeyMissing
from bedside.safeguards.vault.roots import RootSettings

if TYPE_CHECKING:
    from pathlib import Path

    from bedside.ground.postgres.target import DatabaseTarget


_LINE_MAX = 300


def start_database(home: Path) -> DatabaseTarget:
    """The database to use; the embedded one is started if nobody runs it. Raises Refusal, Fault."""
    target = database_for(os.environ, home)
    if target.embedded:
        from bedside.ground.postgres import ensure_running

        ensure_running(home)
    return target


def require_root_key() -> None:
    """Raises Refusal or Fault before a part starts that could open nothing."""
    installation_key(RootSettings.read(os.environ, home=read.home(os.environ)))


def _refuse_fresh_key_beside_data(target: DatabaseTarget, home: Path) -> None:
    """Keys are made once, for an empty database; beside existing data fresh ones would hide the loss."""
    settings = RootSettings.read(os.environ, home=home)
    if not missing_keys(settings):
        return
    with connect(target, login=Login.OWNER) as connection:
        held = connection.execute("SELECT to_regclass('public.practices_practice')").fetchone()
        if held is None or held[0] is None:
            return
        if connection.execute("SELECT 1 FROM practices_practice LIMIT 1").fetchone() is not None:
            lost_root = settings.kept_in_file and not settings.key_file.exists()
            raise RootKeyMissing if lost_root else InstallationKeyMissing


def told(stderr: str) -> str:
    """Of what the migrating process wrote, the lines it made for showing; never a database's own words."""
    return "".join(f"{line[:_LINE_MAX]}\n" for line in stderr.splitlines() if line.startswith(TOLD))


def migrate() -> None:
    """Migrates in a process of its own that signs in as the owner. Raises Fault, Refusal.

    A lock in the database lets two starts at once follow each other.
    """
    home = read.home(os.environ)
    target = start_database(home)
    check_roles(target)
    _refuse_fresh_key_beside_data(target, home)
    environ = {
        **os.environ,
        "BEDSIDE_DATABASE_LOGIN": "owner",
        "BEDSIDE_DOOR": "web",
        "BEDSIDE_MAKE_ROOT_KEY": "yes",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bedside.config.migrating"],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        sys.stderr.write(told(done.stderr))
        raise Fault(
            "migration_failed",
            "The database could not be brought up to date; what failed and where stands above.",
            retry_after_s=None,
        )
