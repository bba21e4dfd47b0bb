"""Making backups, and keeping the keys beside them as they are now."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings

import bedside
from bedside.ground.errors import Refusal
from bedside.ground.jobs import enqueue
from bedside.ground.postgres.target import Login, connect
from bedside.ground.scope import Purpose, Scope, in_scope, system_scope
from bedside.oversight.backups import copying, entries
from bedside.oversight.backups.keys import disk_full_told, private_file, sync, write_keys
from bedside.oversight.backups.rules import Manifest, Progress, is_left_out, is_living, name_of
from bedside.oversight.backups.stream import ID_BYTES, sealing
from bedside.oversight.backups.unfinished import refuse_unfinished
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import directory as practices
from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from psycopg import Connection

DATA_FILE, MANIFEST_FILE = "data", "manifest.json"
KIND = "data"
PARTIAL = ".unfinished-"
_LOCK = 7_205_761


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup just made. `keys_rows`: rows of `keys.sealed`; `keys_follow`: as `queries.keys_follow`."""

    manifest: Manifest
    keys_rows: int
    keys_follow: bool


def make(directory: Path, *, at: datetime, progress: Progress) -> Made:
    """Makes one backup below `directory` and replaces the keys there. Never writes anything in clear.

    Whatever dies in the middle: a backup has its name only when it is whole. Raises Refusal when another is being made
    or the folder cannot be used; Fault when the disk is full.
    """
    _prepare(directory)
    with _snapshot() as connection, disk_full_told():
        _remove_unfinished(directory)
        stream_id = secrets.token_bytes(ID_BYTES)
        name = name_of(at, stream_id)
        draft = directory / f"{PARTIAL}{name}"
        draft.mkdir(mode=0o700)
        try:
            manifest = _write(draft, connection, name=name, stream_id=stream_id, at=at, progress=progress)
            # After the data and before the backup counts: every record in it then has its key, or none on purpose.
            keys_rows = _write_keys(directory, at=at)
            draft.rename(directory / name)
            sync(directory)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    made = Made(manifest=manifest, keys_rows=keys_rows, keys_follow=keys_follow(directory))
    _note_made(made, at=at)
    return made


def keys_follow(directory: Path) -> bool:
    """Whether the keys in this folder follow every erasure: only those of BEDSIDE_BACKUP_DIRECTORY do."""
    return directory.resolve() == settings.BEDSIDE_BACKUP_DIRECTORY


def refresh_keys(*, at: datetime, directory: Path | None = None) -> bool:
    """Replaces `keys.sealed` by the state of now: after an erasure, and after a key changed.

    Takes: `directory`, or None for the one of BEDSIDE_BACKUP_DIRECTORY. Gives: False when there is none to keep.
    Sees what is committed only: call it after the transaction, or `refresh_keys_soon` inside it. Raises Fault.
    """
    kept = directory or settings.BEDSIDE_BACKUP_DIRECTORY
    if kept is None:
        return False
    _prepare(kept)
    _write_keys(kept, at=at)
    return True


def _write_keys(directory: Path, *, at: datetime) -> int:
    return write_keys(
        directory,
        target=settings.DATABASE_TARGET,
        key=installation(),
        installation_key_file=settings.BEDSIDE_ROOT.installation_key_file,
        at=at,
    )


def refresh_keys_soon() -> None:
    """Within the caller's transaction: a worker calls `refresh_keys` once it is committed, again until it succeeds."""
    if settings.BEDSIDE_BACKUP_DIRECTORY is not None:
        enqueue("backups.refresh_keys")


def note_checked(manifest: Manifest, *, finding: str, at: datetime) -> None:
    """Records in each practice's ledger that a backup was opened and looked through."""
    for scope in scopes():
        with in_scope(scope):
            record(
                scope, entries.CHECKED, at=at, name=manifest.name, finding=finding, rows=manifest.rows_total
            )


def scopes(*, by: str = "backup", rights: frozenset[str] = frozenset()) -> Iterator[Scope]:
    """For each practice; `by` is this part of the product, or who asked for it on this machine."""
    for practice_id, _, _ in practices():
        yield system_scope(practice_id, name=by, purpose=Purpose.ADMINISTRATION, rights=rights)


def _prepare(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = directory / f"{PARTIAL}{secrets.token_hex(4)}"
        probe.mkdir(mode=0o700)
        probe.rmdir()
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise Refusal(
            "backup_folder", "Bedside cannot write to the folder for backups; choose one it may write to."
        ) from error


@contextmanager
def _snapshot() -> Iterator[Connection[Any]]:
    """One view of the whole database, as the role that row-level security binds. One backup at a time."""
    with connect(settings.DATABASE_TARGET, login=Login.APP) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if row is None or not row[0]:
            raise Refusal("backup_running", "Another backup is being made; wait until it is done.")
        refuse_unfinished(connection)
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection


def _remove_unfinished(directory: Path) -> None:
    """What was killed while being made; nobody else makes one now."""
    for left in directory.glob(f"{PARTIAL}*"):
        shutil.rmtree(left, ignore_errors=True)


def _write(
    draft: Path,
    connection: Connection[Any],
    *,
    name: str,
    stream_id: bytes,
    at: datetime,
    progress: Progress,
) -> Manifest:
    tables = [
        table
        for table in copying.tables_of(connection)
        if not (is_living(table.name) or is_left_out(table.name))
    ]
    with private_file(draft / DATA_FILE) as file:
        hashed = _Hashed(file)
        writer = sealing(hashed, key=installation(), stream_id=stream_id, kind=KIND)  # type: ignore[arg-type]
        rows = copying.copy_out(connection, tables, target=writer, progress=progress)
        writer.close()
    applied = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    manifest = Manifest(
        name=name,
        stream_id=stream_id.hex(),
        made_at=at,
        version=bedside.__version__,
        postgres=connection.info.parameter_status("server_version") or "",
        migrations=tuple((str(app), str(migration)) for app, migration in applied),
        practices=len(copying.practices_of(connection)),
        rows=rows,
        data_bytes=hashed.size,
        data_sha256=hashed.digest(),
    )
    with private_file(draft / MANIFEST_FILE) as file:
        file.write(manifest.to_text(key=installation()).encode())
    sync(draft)
    return manifest


class _Hashed:
    """Counts and hashes what goes through to the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._sum = file, hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        self._sum.update(content)
        self.size += len(content)
        return self._file.write(content)

    def digest(self) -> str:
        return self._sum.hexdigest()


def _note_made(made: Made, *, at: datetime) -> None:
    manifest = made.manifest
    keys = entries.KEYS_FOLLOW if made.keys_follow else entries.KEYS_STAY
    for scope in scopes():
        with in_scope(scope):
            record(
                scope, entries.MADE, at=at,
                name=manifest.name, rows=manifest.rows_total, size=manifest.data_bytes, sha256=manifest.data_sha256,
                keys=keys,
            )  # fmt: skip
