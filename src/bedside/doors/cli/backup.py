"""`bedside backup`: make backups, list them, check them, restore one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from bedside.oversight.backups.rules import Manifest

_FOLDER_HELP = "folder of the backups; without it that of BEDSIDE_BACKUP_DIRECTORY"
_NAME_HELP = "name of the backup as `bedside backup list` shows it; the newest if left out"


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "backup", "Make backups, check them, restore one.")
    make = add_verb(
        group, "make", "Make a backup, sealed, while everything goes on.", run_make, practice=False
    )
    listing = add_verb(group, "list", "List the backups of a folder.", run_list, practice=False)
    check = add_verb(
        group, "check", "Open a backup from end to end without restoring it.", run_check, practice=False
    )
    restore = add_verb(
        group, "restore", "Put a backup into an empty database, with the keys as they are now.", run_restore,
        practice=False,
    )  # fmt: skip
    # The database is empty and may not even be there yet.
    restore.set_defaults(needs_django=False)
    for verb in (make, listing, check, restore):
        verb.add_argument("folder", metavar="DIR", nargs="?", help=_FOLDER_HELP)
    for verb in (check, restore):
        verb.add_argument("--from", dest="name", metavar="NAME", help=_NAME_HELP)


def run_make(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.backups.actions import make

    made = make(_folder(chosen), at=clock.now(), progress=_progress(chosen))
    print_result(
        chosen,
        _row(made),
        f"Made backup {made.name}: {made.rows_total:,} rows of {_practices(made.practices)}, {_size(made.data_bytes)}.",
    )


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.oversight.backups.queries import backups

    rows = [_row(found) for found in backups(_folder(chosen))]
    print_table(chosen, rows, ["name", "made_at", "practices", "rows", "bytes", "version"])


def run_check(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.backups.actions import note_checked
    from bedside.oversight.backups.queries import check

    found = check(_folder(chosen), chosen.name, progress=_progress(chosen))
    note_checked(found.manifest, finding="sound", at=clock.now())
    result = {
        **_row(found.manifest),
        "sound": True,
        "keys_at": found.keys_at.isoformat(),
        "people": found.people,
        "unreadable": found.unreadable,
    }
    erased = (
        f", {found.unreadable:,} of them erased or given a new key since and not to be opened"
        if found.unreadable
        else ""
    )
    print_result(
        chosen,
        result,
        f"Backup {found.manifest.name} is sound: {found.rows:,} rows, {found.people:,} people{erased}. "
        f"The keys are as of {found.keys_at:%Y-%m-%d %H:%M:%S} UTC.",
    )


def run_restore(chosen: argparse.Namespace) -> None:
    """In a process of its own, the only one that signs in as the owner."""
    folder = _folder(chosen)
    _start_database(folder)
    done = _restored(folder, chosen.name, _progress(chosen))
    left = "".join(
        f" {count:,} {what}."
        for count, what in (
            (done["erased"], "records of people erased since were removed"),
            (done["renewed"], "people were given a new key since and must be imported again"),
            (
                done["paused"],
                "campaigns were under way and are paused: look at what became of them before you resume",
            ),
            (done["imports"], "imports were under way and must be uploaded again"),
        )
        if count
    )
    print_result(
        chosen,
        done,
        f"Restored backup {done['name']}: {done['rows']:,} rows of {_practices(done['practices'])}, "
        f"with the keys as of {done['keys_at'][:19].replace('T', ' ')} UTC.{left}",
    )


def _folder(chosen: argparse.Namespace) -> Path:
    """Raises Refusal when neither the argument nor the setting names one."""
    from bedside.ground.errors import Refusal

    named = chosen.folder or os.environ.get("BEDSIDE_BACKUP_DIRECTORY", "").strip()
    if not named:
        raise Refusal("backup_folder", "Say which folder, or set BEDSIDE_BACKUP_DIRECTORY.")
    return Path(named).expanduser().resolve()


def _start_database(folder: Path) -> None:
    """The database server of this home, and its installation key if only the backup still has it."""
    from bedside.ground import settings as read
    from bedside.ground.errors import NotFound
    from bedside.ground.postgres import ensure_running
    from bedside.ground.postgres.target import check_roles, database_for
    from bedside.oversight.backups.keys import INSTALLATION_KEY_FILE
    from bedside.safeguards.vault.root import make_secret_file
    from bedside.safeguards.vault.roots import RootSettings

    if not folder.is_dir():
        raise NotFound("There is no such folder.")
    home = read.home(os.environ)
    target = database_for(os.environ, home)
    if target.embedded:
        ensure_running(home)
    check_roles(target)
    own, copy = RootSettings.read(os.environ, home=home).installation_key_file, folder / INSTALLATION_KEY_FILE
    if not own.exists() and copy.exists():
        make_secret_file(own, copy.read_bytes())


def _restored(folder: Path, name: str | None, progress: Callable[[str], None]) -> dict[str, Any]:
    """Raises Refusal, Fault as the process says them."""
    from bedside.ground.errors import Fault, Refusal

    environ = {
        **os.environ, "BEDSIDE_DATABASE_LOGIN": "owner", "BEDSIDE_DOOR": "web",
        "DJANGO_SETTINGS_MODULE": "bedside.config.settings",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "bedside.oversight.backups.restoring"],
        env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stderr and process.stdout  # noqa: S101, PT018  asked for above
    process.stdin.write(json.dumps({"directory": str(folder), "name": name}))
    process.stdin.close()
    for stage in _stages(process.stderr):
        progress(stage)
    text = process.stdout.read()
    process.wait()
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError:
        raise Fault(
            "restore_ended", "Restoring ended before it was done; nothing is restored yet, run it again.",
            retry_after_s=None,
        ) from None  # fmt: skip
    if "restored" in answer:
        return dict(answer["restored"])
    if answer["refused"]:
        raise Refusal(answer["code"], answer["sentence"])
    raise Fault(answer["code"], answer["sentence"], retry_after_s=None)


def _stages(lines: Any) -> Iterator[str]:
    """Of what the process writes, the lines made for showing; a library's words may hold values."""
    from bedside.oversight.backups.restoring import PROGRESS

    return (line[len(PROGRESS) :].strip() for line in lines if line.startswith(PROGRESS))


def _progress(chosen: argparse.Namespace) -> Callable[[str], None]:
    """One line that is written over, on a terminal; nothing where a program reads."""
    if chosen.json or not sys.stderr.isatty():
        return lambda _stage: None

    def tell(stage: str) -> None:
        sys.stderr.write(f"\r\033[K{stage}")
        sys.stderr.flush()

    return tell


def _row(found: Manifest) -> dict[str, Any]:
    return {
        "name": found.name,
        "made_at": found.made_at.isoformat(timespec="seconds"),
        "practices": found.practices,
        "rows": found.rows_total,
        "bytes": found.data_bytes,
        "sha256": found.data_sha256,
        "version": found.version,
    }


def _practices(count: int) -> str:
    return f"{count} practice{'' if count == 1 else 's'}"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
