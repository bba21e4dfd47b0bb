"""Puts a backup into an empty database, as a process of its own that `bedside backup restore` starts.

The only part of the product besides migrations that signs in as the owner of the tables (see `loading`). Killed
before the rows are committed, the database is as empty as before; killed later, it carries a note of what was done, and
the same command goes on from there (see `unfinished`).
"""

from __future__ import annotations

import base64
import json
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.ground.errors import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection

    from bedside.ground.scope import Scope
    from bedside.oversight.backups.rules import Migration, Progress, Step

MIGRATION_LOCK = 7_205_759  # the one that migrating takes, so that neither begins while the other is at work
PROGRESS = "restoring: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it.

    `rows` are those of the backup as its manifest counts them, `keys_rows` those of `keys.sealed`. `erased`: records
    removed of people erased since the backup was made; `renewed`: of people given a new key since. `recovered`:
    versions of practices' keys that shares brought back; `lost`: those they could not. `continued`: an interrupted
    run had loaded the rows.
    """

    name: str
    made_at: str
    keys_at: str
    practices: int
    rows: int = 0
    keys_rows: int = 0
    erased: int = 0
    renewed: int = 0
    paused: int = 0
    imports: int = 0
    recovered: int = 0
    lost: int = 0
    continued: bool = False


def restore(
    directory: Path,
    name: str | None,
    *,
    by: str,
    private: bytes | None,
    clock: Callable[[], datetime],
    progress: Progress,
) -> Restored:
    """Into the database of this process, as its owner; goes on where an earlier run was interrupted.

    Takes: `by`, who asked for it, for the ledger; `private`, the private half of the recovery key, where shares were
    brought in place of the root key. Raises Refusal when the database is in use, the backup is damaged, of another
    installation or of a newer version; then nothing was changed but tables made.
    """
    from django.db import connection

    from bedside.oversight.backups import unfinished
    from bedside.oversight.backups.rules import Step

    with _one_at_a_time():
        connection.ensure_connection()
        wrapped: Connection[Any] = connection.connection
        result = _begun(wrapped, name) or _loaded(wrapped, directory, name, at=clock(), progress=progress)
        progress(Step(stage="bringing up to date"))
        _migrate_to_newest(at=clock())
        result = _finish(result, by=by, private=private, clock=clock, progress=progress)
        unfinished.end(wrapped)
    return result


def _begun(connection: Connection[Any], name: str | None) -> Restored | None:
    """What an interrupted run had loaded. Raises Refusal when that was another backup than the one asked for."""
    from bedside.oversight.backups.unfinished import unfinished

    told = unfinished(connection)
    if told is None:
        return None
    found = replace(Restored(**told), continued=True)
    if name is not None and name != found.name:
        raise Refusal(
            "restore_unfinished",
            f"Restoring backup {found.name} into this database was interrupted; run it again without --from to finish "
            "it, or take an empty database for another backup.",
        )
    return found


def _loaded(
    connection: Connection[Any], directory: Path, name: str | None, *, at: datetime, progress: Progress
) -> Restored:
    """All rows and the note that they are there, committed together."""
    from django.db import transaction

    from bedside.oversight.backups import unfinished
    from bedside.oversight.backups.keys import migrations_of, reading_keys
    from bedside.oversight.backups.loading import load
    from bedside.oversight.backups.queries import chosen, damaged, require_newest_keys
    from bedside.oversight.backups.rules import Step, together
    from bedside.oversight.backups.stream import BadStream
    from bedside.safeguards.vault.queries import installation

    manifest = chosen(directory, name)
    with reading_keys(directory, key=installation()) as (keys_at, parts):
        require_newest_keys(directory, manifest, keys_at)
        applied, keys = migrations_of(parts)
        wanted = together(manifest.migrations, applied)
        _refuse_unless_empty(connection, wanted)
        progress(Step(stage="tables"))
        _migrate_to(wanted, version=manifest.version)
        try:
            with transaction.atomic():
                loaded, settled = load(connection, manifest, directory, keys, at=at, progress=progress)
                result = Restored(
                    name=manifest.name, made_at=manifest.made_at.isoformat(), keys_at=keys_at.isoformat(),
                    practices=manifest.practices, **asdict(loaded), **asdict(settled),
                )  # fmt: skip
                unfinished.begin(connection, asdict(result))
        except BadStream as error:
            raise damaged(manifest.name) from error
    return result


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _refuse_unless_empty(wrapped: Connection[Any], wanted: frozenset[Migration]) -> None:
    from django.db import connection

    from bedside.oversight.backups.unfinished import holds_practice, in_use

    if holds_practice(wrapped):
        raise in_use()
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        applied: set[tuple[str, str]] = set()
        if "django_migrations" in tables:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = {(str(app), str(name)) for app, name in cursor.fetchall()}
    if not applied <= wanted:
        raise Refusal(
            "database_newer",
            "This database was prepared by a newer version than the backup; restore into one that nothing was done "
            "to, and it is brought up to date afterwards.",
        )


def _migrate_to(wanted: frozenset[Migration], *, version: str) -> None:
    """To exactly the tables that the backup and the keys were made of."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not wanted <= set(executor.loader.disk_migrations) | set(executor.loader.replacements):
        raise Refusal(
            "backup_newer",
            f"This backup was made by a newer version of Bedside ({version} or later); install that version first.",
        )
    executor.migrate(_leaves(wanted, executor))


def _leaves(held: frozenset[Migration], executor: Any) -> list[Migration]:
    """Those migrations that no other of them in the same app builds on."""
    graph = executor.loader.graph
    return [
        key for key in sorted(held)
        if not any(child.key[0] == key[0] and child.key in held for child in graph.node_map[key].children)
    ]  # fmt: skip


def _migrate_to_newest(*, at: datetime) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from bedside.ground.rowsecurity import runtime_grants
    from bedside.safeguards.vault.marking import mark_every_practice

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in runtime_grants(settings.DATABASE_TARGET.app_user):
            cursor.execute(statement)
    mark_every_practice(at=at)  # as after each migration: the keys may be from before there were marks


def _finish(
    result: Restored,
    *,
    by: str,
    private: bytes | None,
    clock: Callable[[], datetime],
    progress: Progress,
) -> Restored:
    """Through the rooms' own verbs: brings keys back, removes who was erased since, builds what is derived."""
    from bedside.oversight.backups.actions import scopes
    from bedside.oversight.backups.rules import Step
    from bedside.safeguards.staff.rules import Right

    rights = frozenset({Right.ERASE_PATIENTS.value, Right.MANAGE_KEYS.value})
    for scope in scopes(by=by, rights=rights):
        progress(Step(stage="keys and erasures"))
        result = _settle_practice(scope, result, private=private, at=clock())
        progress(Step(stage="segments"))
        _build_derived(scope, lost=result.lost > 0, at=clock())
    return result


def _settle_practice(scope: Scope, result: Restored, *, private: bytes | None, at: datetime) -> Restored:
    """One transaction with the entry that says so, so that whoever goes on after an interruption does it once."""
    from bedside.ground.scope import in_scope
    from bedside.oversight.backups import entries
    from bedside.oversight.retention.actions import erase_again
    from bedside.safeguards.audit.actions import record
    from bedside.safeguards.vault.recovering import any_opens, recover_practice, take_over_recovery
    from bedside.safeguards.vault.resuming import resume

    with in_scope(scope):
        if (done := _told_before(scope, result)) is not None:
            return replace(result, erased=result.erased + done)
        take_over_recovery(scope, at=at)
        if private is not None:
            recovered = recover_practice(scope, private, at=at)
            result = replace(
                result,
                recovered=result.recovered + recovered.recovered,
                lost=result.lost + len(recovered.lost),
            )
        elif not any_opens(scope):
            raise Refusal(
                "restore_needs_shares",
                "The keys in this backup are wrapped by another root key than the one here; put that root.key in its "
                "place, or bring the recovery shares with --shares. Run it again then: it goes on where it stands.",
            )
        erased = erase_again(scope, at=at)
        record(
            scope, entries.RESTORED, at=at, name=result.name,
            made_at=_moment(result.made_at), keys_at=_moment(result.keys_at),
            erased=erased, renewed=result.renewed, paused=result.paused, imports=result.imports,
        )  # fmt: skip
        resume(scope)
    return replace(result, erased=result.erased + erased)


def _told_before(scope: Scope, result: Restored) -> int | None:
    """How many an interrupted run removed of this practice. A backup never holds an entry about its own restoring."""
    from bedside.oversight.backups import entries
    from bedside.safeguards.audit.queries import entries as entries_of

    newest = entries_of(scope, before_id=None, kind=entries.RESTORED.name, actor_id="", subject="", limit=1)
    if not newest or newest[0].details["name"] != result.name:
        return None
    return int(newest[0].details["erased"])


def _build_derived(scope: Scope, *, lost: bool, at: datetime) -> None:
    """A practice that was closed, or whose keys no share could bring back, has nothing that could be built."""
    from bedside.decisions.segments.index import rebuild

    try:
        rebuild(scope, at=at)
    except Refusal as error:
        if error.code != "keys_destroyed" and not (lost and error.code == "wrong_root_key"):
            raise


def _moment(text: str) -> str:
    """As a ledger entry takes it and a person reads it."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def main() -> None:
    """Takes {"directory", "name", "by", "private"} on stdin; writes progress to stderr, one JSON object to stdout.

    Never writes an unexpected error's text: the database quotes rows in it.
    """
    from bedside.ground.logs import place_of

    told = json.load(sys.stdin)
    try:
        import django

        django.setup()
        from bedside.ground import clock

        done = restore(
            Path(told["directory"]), told["name"], by=told["by"],
            private=base64.b64decode(told["private"]) if told["private"] else None,
            clock=clock.now, progress=_tell,
        )  # fmt: skip
        answer: dict[str, Any] = {"restored": asdict(done)}
    except (Refusal, Fault) as error:
        answer = {"refused": isinstance(error, Refusal), "code": error.code, "sentence": error.sentence}
    except Exception as error:  # noqa: BLE001  whatever the database raises
        answer = {
            "refused": False,
            "code": "restore_failed",
            "sentence": f"The backup could not be restored ({type(error).__name__} at "
            f"{place_of(error.__traceback__)}); run it again to go on from where it stands.",
        }
    sys.stdout.write(json.dumps(answer) + "\n")


def _tell(step: Step) -> None:
    sys.stderr.write(f"{PROGRESS}{json.dumps(asdict(step))}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
