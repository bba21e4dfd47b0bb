"""`bedside backup restore`: makes the home ready, then has a process of its own do it as the owner of the tables."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import login_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bedside.ground.postgres.target import DatabaseTarget
    from bedside.oversight.backups.rules import Progress, Step


def prepare(folder: Path, *, private: bytes | None) -> None:
    """The database server of this home, and its installation key where only the backup has it.

    `private` is the private half of the recovery key: with it neither root.key nor installation.key is needed.
    Raises Refusal, also before anything is written for a database that is in use; Fault.
    """
    from bedside.ground import settings as read
    from bedside.ground.errors import NotFound
    from bedside.ground.postgres.target import check_roles
    from bedside.safeguards.vault.roots import RootSettings

    if not folder.is_dir():
        raise NotFound("There is no such folder.")
    home = read.home(os.environ)
    settings = RootSettings.read(os.environ, home=home)
    key = _recovered_key(folder, private) if private is not None else None
    target = _database(home)
    check_roles(target)
    if key is None:
        _copy_installation_key(folder, settings.installation_key_file)
        return
    from bedside.safeguards.vault.recovery_file import bring_back

    bring_back(key, settings=settings, in_use=_refuse_in_use(target))


def _database(home: Path) -> DatabaseTarget:
    from bedside.ground.postgres import ensure_running
    from bedside.ground.postgres.target import database_for

    target = database_for(os.environ, home)
    if not target.embedded:
        return target
    ensure_running(home)
    return replace(target, name=os.environ.get("BEDSIDE_DATABASE_NAME") or target.name)


def _recovered_key(folder: Path, private: bytes) -> bytes:
    """The installation key. Raises Refusal."""
    from bedside.ground.errors import Refusal
    from bedside.safeguards.vault.recovery_file import RECOVERY_FILE, SIZE_MAX, open_recovery

    try:
        with (folder / RECOVERY_FILE).open("rb") as file:
            text = file.read(SIZE_MAX)
    except FileNotFoundError:
        raise Refusal(
            "recovery_file_missing",
            "There is no recovery.json in this folder, so shares open nothing of it: put its copy back, or bring "
            "root.key and leave --shares out.",
        ) from None
    return open_recovery(text.decode(errors="replace"), private)


def _copy_installation_key(folder: Path, own: Path) -> None:
    from bedside.oversight.backups.keys import INSTALLATION_KEY_FILE
    from bedside.safeguards.vault.root import make_secret_file

    copy = folder / INSTALLATION_KEY_FILE
    if not own.exists() and copy.exists():
        make_secret_file(own, copy.read_bytes())


def _refuse_in_use(target: DatabaseTarget) -> bool:
    """Whether an interrupted restore left something here. Raises Refusal where anybody works."""
    from bedside.ground.postgres.target import Login, connect
    from bedside.oversight.backups.unfinished import holds_practice, in_use, unfinished

    with connect(target, login=Login.APP) as connection:
        held = holds_practice(connection)
        if held and unfinished(connection) is None:
            raise in_use()
    return held


def restored(folder: Path, name: str | None, *, private: bytes | None, progress: Progress) -> dict[str, Any]:
    """What came of it, as `Restored`. Raises Refusal, Fault as the process says them."""
    from bedside.ground.errors import Fault

    environ = {
        **os.environ, "BEDSIDE_DATABASE_LOGIN": "owner", "BEDSIDE_DOOR": "web",
        "DJANGO_SETTINGS_MODULE": "bedside.config.settings",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "bedside.oversight.backups.restoring"],
        env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stderr and process.stdout  # noqa: S101, PT018  asked for above
    process.stdin.write(json.dumps(_asked(folder, name, private)))
    process.stdin.close()
    for step in _steps(process.stderr):
        progress(step)
    text = process.stdout.read()
    process.wait()
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError:
        raise Fault(
            "restore_ended", "Restoring ended before it was done; run it again, it goes on where it stands.",
            retry_after_s=None,
        ) from None  # fmt: skip
    return _answered(answer)


def _asked(folder: Path, name: str | None, private: bytes | None) -> dict[str, str | None]:
    return {
        "directory": str(folder),
        "name": name,
        "by": f"cli:{login_name()}",
        "private": base64.b64encode(private).decode() if private is not None else None,
    }


def _answered(answer: dict[str, Any]) -> dict[str, Any]:
    from bedside.ground.errors import Fault, Refusal

    if "restored" in answer:
        return dict(answer["restored"])
    if answer["refused"]:
        raise Refusal(answer["code"], answer["sentence"])
    raise Fault(answer["code"], answer["sentence"], retry_after_s=None)


def _steps(lines: Any) -> Iterator[Step]:
    """Of what the process writes, the lines made for showing; a library's words may hold values."""
    from bedside.oversight.backups.restoring import PROGRESS
    from bedside.oversight.backups.rules import Step

    return (Step(**json.loads(line[len(PROGRESS) :])) for line in lines if line.startswith(PROGRESS))
