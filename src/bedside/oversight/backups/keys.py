"""`keys.sealed`: the vault, the erasures, the holds and the suppressions as they are now; one file, always replaced.

Promise: the file is never older than it was, also when several processes write it at once, and never half written.
Whoever restores an old backup with it cannot open who was erased since.
Not covered: what a disk keeps of a file that was replaced. Rotating the root key ends that, too.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from bedside.ground.errors import Fault, Refusal
from bedside.ground.postgres.target import Login, connect
from bedside.oversight.backups import copying
from bedside.oversight.backups.rules import MIGRATIONS, Migration, is_living
from bedside.oversight.backups.stream import ID_BYTES, BadStream, opened, sealing
from bedside.safeguards.vault.recovery_file import RECOVERY_FILE, recovery_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from psycopg import Connection

    from bedside.ground.postgres.target import DatabaseTarget
    from bedside.kit.sealing import Sealer

KEYS_FILE = "keys.sealed"
INSTALLATION_KEY_FILE = "installation.key"
KIND = "keys"
_LOCK = 7_205_760
_HEAD_BYTES = 40
_DISK_FULL = "The disk of the backup is full; make room or choose another folder, then do this again."


def write_keys(
    directory: Path, *, target: DatabaseTarget, key: Sealer, installation_key_file: Path, at: datetime
) -> int:
    """Replaces the file by the state of now. Gives its number of rows. Raises Fault.

    The installation's own key goes beside it, wrapped by the present root key, for a machine that has lost it; and once
    more for whoever brings enough recovery shares, for a machine that has lost the root key as well.
    """
    with _one_at_a_time(target) as connection, disk_full_told():
        _remove_drafts(directory)
        stream_id = secrets.token_bytes(ID_BYTES)
        draft = directory / f".{KEYS_FILE}.{stream_id.hex()[:8]}"
        try:
            with private_file(draft) as file:
                writer = sealing(file, key=key, stream_id=stream_id, kind=KIND)
                writer.write(at.isoformat().ljust(_HEAD_BYTES).encode())
                # Which tables these are comes first: a backup beside them may be of an older version.
                known = copying.tables_of(connection)
                tables = [table for table in known if table.name == MIGRATIONS]
                tables += [table for table in known if is_living(table.name)]
                rows = copying.copy_out(connection, tables, target=writer, progress=lambda _step: None)
                writer.close()
            replace_file(directory / INSTALLATION_KEY_FILE, installation_key_file.read_bytes())
            _write_recovery(directory, connection, key=key)
            draft.replace(directory / KEYS_FILE)
            sync(directory)
        finally:
            draft.unlink(missing_ok=True)
    return rows_of_keys(rows)


def rows_of_keys(counted: Mapping[str, int]) -> int:
    """How many the file holds, but for the list of what its tables are."""
    return sum(count for table, count in counted.items() if table != MIGRATIONS)


def migrations_of(
    parts: Iterator[copying.Section | dict[str, int]],
) -> tuple[frozenset[Migration] | None, Iterator[copying.Section | dict[str, int]]]:
    """The migrations that the tables in `keys.sealed` are of, None where it does not say; and the sections after."""
    first = next(parts)
    if isinstance(first, copying.Section) and first.table == MIGRATIONS:
        pairs = copying.pairs_of(first, "app", "name")
        return frozenset((app.decode(), name.decode()) for app, name in pairs), parts
    return None, chain([first], parts)


def _write_recovery(directory: Path, connection: Connection[Any], *, key: Sealer) -> None:
    """What belongs to shares that were replaced goes, or they would open the folder still."""
    try:
        text = recovery_text(connection, installation=key)
    except (
        Refusal
    ):  # somebody put a recovery key of theirs into the database: what is here is of the true one
        return
    if text is None:
        (directory / RECOVERY_FILE).unlink(missing_ok=True)
    else:
        replace_file(directory / RECOVERY_FILE, text.encode())


def _remove_drafts(directory: Path) -> None:
    """Of whoever was killed while writing: an older state of the keys would outlive the next erasure in them."""
    for name in (KEYS_FILE, INSTALLATION_KEY_FILE, RECOVERY_FILE):
        for left in directory.glob(f".{name}.*"):
            left.unlink(missing_ok=True)


@contextmanager
def reading_keys(
    directory: Path, *, key: Sealer
) -> Iterator[tuple[datetime, Iterator[copying.Section | dict[str, int]]]]:
    """(time of the state, its sections). Raises Refusal when there is no file or it does not open; BadStream."""
    try:
        file = (directory / KEYS_FILE).open("rb")
    except FileNotFoundError:
        raise Refusal(
            "backup_without_keys",
            "There is no keys.sealed in this folder; without it no backup can be opened. Put it back from its copy.",
        ) from None
    with file:
        chunks = opened(file, key=key, kind=KIND, expect=lambda _any: True)
        first = _first(chunks)
        made_at = datetime.fromisoformat(first[:_HEAD_BYTES].decode().strip())
        yield made_at, copying.sections(_and_then(first[_HEAD_BYTES:], chunks))


def _first(chunks: Iterator[bytes]) -> bytes:
    try:
        return next(chunks)
    except BadStream as error:
        raise Refusal(
            "backup_of_another_installation",
            "keys.sealed does not open: it is damaged, or it belongs to another installation. Put its copy back, or "
            "the root.key and installation.key of the installation that made it.",
        ) from error


def _and_then(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


@contextmanager
def _one_at_a_time(target: DatabaseTarget) -> Iterator[Connection[Any]]:
    """Waits for whoever writes the file now: one that looked earlier must not finish later."""
    with connect(target, login=Login.APP) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection


@contextmanager
def disk_full_told() -> Iterator[None]:
    """A full disk as one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Fault("disk_full", _DISK_FULL, retry_after_s=None) from error
        raise


@contextmanager
def private_file(path: Path) -> Iterator[Any]:
    """A new file for its owner alone, on the disk when this ends."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Whoever reads meanwhile gets the old or the new, whole."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with private_file(draft) as file:
        file.write(content)
    draft.replace(path)


def sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
