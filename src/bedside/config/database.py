"""Brings the database to the state this version needs: started, migrated as owner, granted to the runtime role."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from bedside.ground import settings as read
from bedside.ground.errors import Fault
from bedside.ground.postgres.target import check_roles, database_for

if TYPE_CHECKING:
    from pathlib import Path

    from bedside.ground.postgres.target import DatabaseTarget


def start_database(home: Path) -> DatabaseTarget:
    """The database to use; the embedded one is started if nobody runs it. Raises Refusal, Fault."""
    target = database_for(os.environ, home)
    if target.embedded:
        from bedside.ground.postgres import ensure_running

        ensure_running(home)
    return target


def migrate() -> None:
    """Migrates in a process of its own that signs in as the owner. Raises Fault, Refusal.

    A lock in the database lets two starts at once follow each other.
    """
    home = read.home(os.environ)
    target = start_database(home)
    check_roles(target)
    environ = {**os.environ, "BEDSIDE_DATABASE_LOGIN": "owner", "BEDSIDE_MAKE_ROOT_KEY": "yes"}
    done = subprocess.run(
        [sys.executable, "-m", "bedside.config.migrating"],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-4000:])
        raise Fault(
            "migration_failed", "The database could not be brought up to date; see above.", retry_after_s=None
        )
