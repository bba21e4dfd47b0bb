"""PostgreSQL as an administrator runs it who keeps statistics of statements: with pg_stat_statements loaded.

Loaded by a program beside the real ones that adds the setting, so that the product's own supervisor starts it as any
other and nothing of the product changes for the search.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.ground.postgres.binaries import locate_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.ground.postgres.binaries import Binaries

MODULE = "pg_stat_statements"
# All that is kept of a statement, of every one, inside functions and commands for the server too.
_SETTINGS = {
    "shared_preload_libraries": MODULE,
    "pg_stat_statements.max": "50000",
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_utility": "on",
}


def shipped() -> Binaries | None:
    """The server that would be started, if it has the module and can be started by way of another folder."""
    found = locate_binaries(os.environ)
    if found is None or not (found.directory.parent / "lib" / f"{MODULE}.so").is_file():
        return None
    # Root gives the server to another user, who may not reach the wheel's folder.
    is_reachable = os.geteuid() != 0 or found.directory.is_relative_to("/usr")
    return found if is_reachable else None


@contextmanager
def keeping_statements() -> Iterator[bool]:
    """Servers started meanwhile load the module. Gives False, and changes nothing, where there is none."""
    found = shipped()
    if found is None:
        yield False
        return
    before = os.environ.get("PGBIN")
    with tempfile.TemporaryDirectory(prefix="bedside-programs-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _fill(folder, found)
        os.environ["PGBIN"] = name
        try:
            yield True
        finally:
            os.environ.pop("PGBIN") if before is None else os.environ.update(PGBIN=before)


def _fill(folder: Path, found: Binaries) -> None:
    """The same programs by the same names; only a server with a data directory is told more."""
    for program in found.directory.iterdir():
        if program.name != "postgres":
            (folder / program.name).symlink_to(program)
    server = shlex.quote(found.program("postgres"))
    settings = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    own = folder / "postgres"
    own.write_text(f'#!/bin/sh\n[ "$1" = -D ] && exec {server} "$@" {settings}\nexec {server} "$@"\n')
    own.chmod(0o755)
