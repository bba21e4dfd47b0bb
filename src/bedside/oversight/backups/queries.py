"""Which backups there are, and whether one opens from its first byte to its last."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound, Refusal
from bedside.oversight.backups import copying
from bedside.oversight.backups.actions import DATA_FILE, KIND, MANIFEST_FILE
from bedside.oversight.backups.keys import reading_keys, rows_of_keys
from bedside.oversight.backups.rules import KEY_MARGIN, NAME, BadManifest, Manifest, Progress, Step
from bedside.oversight.backups.stream import BadStream, opened
from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

_PERSON_KEYS, _PERSON_COLUMN, _MADE_COLUMN = "vault_personkey", "person_id", "created_at"
_PATIENTS, _PATIENT_COLUMN = "patients_patient", "id"
_READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found.

    `keys_rows`: rows of `keys.sealed`; `unreadable`: records of people whose key was destroyed or made anew since,
    which are not restored.
    """

    manifest: Manifest
    keys_at: datetime
    rows: int
    keys_rows: int
    people: int
    unreadable: int


def backups(directory: Path) -> list[Manifest]:
    """Whole backups, oldest first. What is unfinished has no name yet and is not among them. Raises Refusal."""
    if not directory.is_dir():
        raise NotFound("There is no such folder.")
    names = sorted(path.name for path in directory.iterdir() if NAME.match(path.name) and path.is_dir())
    return [manifest_of(directory, name) for name in names]


def chosen(directory: Path, name: str | None) -> Manifest:
    """The backup of that name, or the newest. Raises NotFound, Refusal."""
    if name is not None:
        if not NAME.match(name) or not (directory / name).is_dir():
            raise NotFound("There is no backup of that name; `bedside backup list` shows them.")
        return manifest_of(directory, name)
    found = backups(directory)
    if not found:
        raise NotFound("There is no backup in this folder.")
    return found[-1]


def manifest_of(directory: Path, name: str) -> Manifest:
    """Raises Refusal."""
    try:
        manifest = Manifest.from_text((directory / name / MANIFEST_FILE).read_text(), key=installation())
    except FileNotFoundError:
        raise Refusal("backup_damaged", f"Backup {name} has no manifest; use another one.") from None
    except (BadManifest, UnicodeDecodeError) as error:
        raise Refusal(
            "backup_damaged",
            f"The manifest of backup {name} was changed, or belongs to another installation; use another backup, or "
            "the root.key and installation.key of the installation that made it.",
        ) from error
    if manifest.name != name:
        raise Refusal("backup_damaged", f"The folder {name} holds another backup; give it back its own name.")
    return manifest


def require_newest_keys(directory: Path, manifest: Manifest, keys_at: datetime) -> None:
    """Raises Refusal for a keys.sealed from before any backup of the folder: it would bring back who was erased since.

    Each backup replaces the file, so an older one is a copy that somebody put back.
    """
    newest = max([manifest.made_at, *_readable_times(directory)])
    if keys_at + KEY_MARGIN < newest:
        raise Refusal(
            "keys_older_than_backup",
            f"keys.sealed is of {keys_at:%Y-%m-%d %H:%M} UTC, older than the backup of {newest:%Y-%m-%d %H:%M} UTC "
            "beside it, so it holds keys that may have been destroyed since; put its newest copy back.",
        )


def _readable_times(directory: Path) -> Iterator[datetime]:
    for path in directory.iterdir():
        if NAME.match(path.name) and path.is_dir():
            with suppress(Refusal):  # a damaged one says nothing; it is refused when it is asked for itself
                yield manifest_of(directory, path.name).made_at


def data_sections(directory: Path, manifest: Manifest) -> Iterator[copying.Section | dict[str, int]]:
    """Raises BadStream, at the latest at the end."""
    with (directory / manifest.name / DATA_FILE).open("rb") as file:
        wanted = bytes.fromhex(manifest.stream_id)
        chunks = opened(file, key=installation(), kind=KIND, expect=lambda stream_id: stream_id == wanted)
        yield from copying.sections(chunks)


def check(directory: Path, name: str | None, *, progress: Progress) -> Checked:
    """Opens everything and restores nothing. Raises Refusal when anything at all is off."""
    manifest = chosen(directory, name)
    _check_hash(directory, manifest)
    try:
        keys_at, keys_rows, with_key = _keyed_people(directory, manifest)
        require_newest_keys(directory, manifest, keys_at)
        rows, people, readable = _count(directory, manifest, with_key, progress=progress)
    except BadStream as error:
        raise damaged(manifest.name) from error
    return Checked(
        manifest=manifest, keys_at=keys_at, rows=rows, keys_rows=keys_rows, people=people,
        unreadable=people - readable,
    )  # fmt: skip


def damaged(name: str) -> Refusal:
    return Refusal(
        "backup_damaged",
        f"Backup {name} is damaged: it was changed, cut off or put together wrongly. Use another one, or its copy.",
    )


def _check_hash(directory: Path, manifest: Manifest) -> None:
    """Before anything is opened: a disk's fault is told by its plain sum."""
    found = hashlib.sha256()
    try:
        with (directory / manifest.name / DATA_FILE).open("rb") as file:
            while block := file.read(_READ_BYTES):
                found.update(block)
    except FileNotFoundError:
        raise damaged(manifest.name) from None
    if found.hexdigest() != manifest.data_sha256:
        raise damaged(manifest.name)


def _keyed_people(directory: Path, manifest: Manifest) -> tuple[datetime, int, set[bytes]]:
    """(time of the keys, their rows, everybody who has the key that they had then). 60 bytes a person."""
    newest = f"{manifest.made_at.astimezone(UTC) + KEY_MARGIN:%Y-%m-%d %H:%M:%S}".encode()
    found: set[bytes] = set()
    counted = 0
    with reading_keys(directory, key=installation()) as (keys_at, parts):
        for part in parts:
            if not isinstance(part, copying.Section):
                counted = rows_of_keys(part)
            elif part.table == _PERSON_KEYS:
                pairs = copying.pairs_of(part, _PERSON_COLUMN, _MADE_COLUMN)
                found.update(person for person, made in pairs if made <= newest)
    return keys_at, counted, found


def _count(
    directory: Path, manifest: Manifest, with_key: set[bytes], *, progress: Progress
) -> tuple[int, int, int]:
    """(rows, people, people with a key). Raises BadStream when the counts are not those that were written down."""
    rows = dict.fromkeys(manifest.rows, 0)
    people = readable = 0
    counted: dict[str, int] = {}
    for part in data_sections(directory, manifest):
        if not isinstance(part, copying.Section):
            counted = part
            continue
        progress(Step(stage=part.table))
        if part.table == _PATIENTS:
            known = [one in with_key for one in copying.values_of(part, _PATIENT_COLUMN)]
            people, readable = people + len(known), readable + sum(known)
            rows[part.table] += len(known)
        else:
            rows[part.table] = rows.get(part.table, 0) + copying.count_rows(part)
    if not rows == counted == manifest.rows:
        raise BadStream("not all rows are there")
    return sum(rows.values()), people, readable
