"""`bedside backup`: make backups, list them, check them, restore one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.backup_restoring import prepare, restored
from bedside.doors.cli.backup_telling import telling
from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table

if TYPE_CHECKING:
    import argparse

    from bedside.oversight.backups.rules import Manifest

_FOLDER_HELP = "folder of the backups; without it that of BEDSIDE_BACKUP_DIRECTORY"
_KEYS_STAY = (
    "The keys in this folder do not follow later erasures, since it is not BEDSIDE_BACKUP_DIRECTORY: who is erased "
    "from now on can be opened from this copy until you make a backup into it again, or destroy it."
)
_BROUGHT_BACK = (
    "keys were brought back by the shares and are wrapped by the root key of this machine: copy that to a safe place "
    "and make a backup at once"
)
_SHARES_LENGTH_MAX = 100_000
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
    restore.add_argument(
        "--shares",
        action="store_true",
        help="root.key is lost: read recovery shares, one a line, from standard input",
    )
    # The database is empty and may not even be there yet.
    restore.set_defaults(needs_django=False)
    for verb in (make, listing, check, restore):
        verb.add_argument("folder", metavar="DIR", nargs="?", help=_FOLDER_HELP)
    for verb in (check, restore):
        verb.add_argument("--from", dest="name", metavar="NAME", help=_NAME_HELP)


def run_make(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.backups.actions import make

    folder = _folder(chosen)
    with telling(chosen) as progress:
        made = make(folder, at=clock.now(), progress=progress)
    found = made.manifest
    if not made.keys_follow and not chosen.json:
        sys.stderr.write(f"bedside: {_KEYS_STAY}\n")
    print_result(
        chosen,
        {**_row(found, keys_follow=made.keys_follow), "keys_rows": made.keys_rows},
        f"Made backup {found.name}: {_counted(found.rows_total, made.keys_rows, found.practices)}, "
        f"{_size(found.data_bytes)}.",
    )


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.oversight.backups.actions import keys_follow
    from bedside.oversight.backups.queries import backups

    folder = _folder(chosen)
    follow = keys_follow(folder)
    rows = [_row(found, keys_follow=follow) for found in backups(folder)]
    print_table(chosen, rows, ["name", "made_at", "practices", "rows", "bytes", "version", "keys_follow"])
    if rows and not follow and not chosen.json:
        sys.stderr.write(f"bedside: {_KEYS_STAY}\n")


def run_check(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.backups.actions import keys_follow, note_checked
    from bedside.oversight.backups.queries import check

    folder = _folder(chosen)
    with telling(chosen) as progress:
        found = check(folder, chosen.name, progress=progress)
    note_checked(found.manifest, finding="sound", at=clock.now())
    follow = keys_follow(folder)
    result = {
        **_row(found.manifest, keys_follow=follow),
        "sound": True,
        "keys_at": found.keys_at.isoformat(),
        "keys_rows": found.keys_rows,
        "people": found.people,
        "unreadable": found.unreadable,
    }
    erased = (
        f", {found.unreadable:,} of them erased or given a new key since and not to be opened"
        if found.unreadable
        else ""
    )
    if not follow and not chosen.json:
        sys.stderr.write(f"bedside: {_KEYS_STAY}\n")
    print_result(
        chosen,
        result,
        f"Backup {found.manifest.name} is sound: {_counted(found.rows, found.keys_rows, found.manifest.practices)}, "
        f"{found.people:,} people{erased}. The keys are as of {found.keys_at:%Y-%m-%d %H:%M:%S} UTC.",
    )


def run_restore(chosen: argparse.Namespace) -> None:
    """In a process of its own, the only one that signs in as the owner."""
    folder = _folder(chosen)
    private = _private_half() if chosen.shares else None
    prepare(folder, private=private)
    with telling(chosen, by_table=True) as progress:
        done = restored(folder, chosen.name, private=private, progress=progress)
    print_result(chosen, done, _told(done))


def _told(done: dict[str, Any]) -> str:
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
            (
                done["recovered"],
                _BROUGHT_BACK,
            ),
            (done["lost"], "keys had no copy for these shares and do not open"),
        )
        if count
    )
    began = "Finished restoring" if done["continued"] else "Restored"
    return (
        f"{began} backup {done['name']}: {_counted(done['rows'], done['keys_rows'], done['practices'])}, "
        f"with the keys as of {done['keys_at'][:19].replace('T', ' ')} UTC.{left}"
    )


def _private_half() -> bytes:
    """Out of the shares on standard input. Raises Refusal that says which of them is wrong."""
    from bedside.safeguards.vault.shares import combine

    if sys.stdin.isatty():
        sys.stderr.write("Type the recovery shares, one a line, then Ctrl-D on a line of its own.\n")
    return combine(sys.stdin.read(_SHARES_LENGTH_MAX).splitlines())


def _folder(chosen: argparse.Namespace) -> Path:
    """Raises Refusal when neither the argument nor the setting names one."""
    from bedside.ground.errors import Refusal

    named = chosen.folder or os.environ.get("BEDSIDE_BACKUP_DIRECTORY", "").strip()
    if not named:
        raise Refusal("backup_folder", "Say which folder, or set BEDSIDE_BACKUP_DIRECTORY.")
    return Path(named).expanduser().resolve()


def _row(found: Manifest, *, keys_follow: bool) -> dict[str, Any]:
    return {
        "name": found.name,
        "made_at": found.made_at.isoformat(timespec="seconds"),
        "practices": found.practices,
        "rows": found.rows_total,
        "bytes": found.data_bytes,
        "sha256": found.data_sha256,
        "version": found.version,
        "keys_follow": keys_follow,
    }


def _counted(rows: int, keys_rows: int, practices: int) -> str:
    """The same words wherever rows are told, so that two numbers may be compared."""
    return (
        f"{rows:,} rows of {practices} practice{'' if practices == 1 else 's'} and {keys_rows:,} rows of keys"
    )


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
