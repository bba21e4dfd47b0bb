"""A backup restores whole, gives nobody anything to read, and brings back nobody who was erased since (P3, P8)."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bedside.ground.errors import Refusal
from bedside.oversight.backups import copying, queries
from bedside.oversight.backups.rules import LEFT_OUT, LIVING, is_left_out, is_living
from bedside.safeguards.vault.root import make_root_key
from tests.leaks.searching import Search
from tests.oversight.backups.conftest import Base

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("backups")]

NewBase = Callable[..., Base]


@dataclass(frozen=True, slots=True)
class Backed:
    """A filled database with a first backup; `told` says who is in it."""

    base: Base
    folder: Path
    told: dict[str, Any]
    name: str


@pytest.fixture(scope="module")
def backed(new_base: NewBase, tmp_path_factory: pytest.TempPathFactory) -> Backed:
    base = new_base()
    told = base.act("populating", "people")
    going = [told[slug]["campaigns"][0] for slug in ("maple", "elm")]
    with base.owner() as connection:
        _without_row_security(
            connection,
            "UPDATE campaigns_campaign SET state = 'sending', approved_hash = 'x', remuneration = false WHERE id = ANY(%s)",
            going,
        )
    folder = tmp_path_factory.mktemp("backups")
    return Backed(base, folder, told, base.told("backup", "make", str(folder))["name"])


@pytest.fixture
def copied(backed: Backed, tmp_path: Path) -> Backed:
    """The same with a folder that may be broken."""
    folder = tmp_path / "copy"
    shutil.copytree(backed.folder, folder)
    return replace(backed, folder=folder)


def _without_row_security(connection: Any, statement: str, *parameters: Any) -> None:
    with connection.transaction():
        connection.execute("ALTER TABLE campaigns_campaign NO FORCE ROW LEVEL SECURITY")
        connection.execute(statement, parameters)
        connection.execute("ALTER TABLE campaigns_campaign FORCE ROW LEVEL SECURITY")


def rows_of(base: Base) -> dict[str, list[bytes]]:
    """Every row of every table that is in a backup, as the runtime role sees them practice by practice."""
    found: dict[str, list[bytes]] = {}
    with base.app() as connection, connection.transaction():
        practices = copying.practices_of(connection)
        for table in copying.tables_of(connection):
            if is_left_out(table.name):
                continue
            lines: list[bytes] = []
            for practice in practices if table.by_practice else [None]:
                if practice:
                    copying.enter(connection, practice)
                with connection.cursor().copy(f'COPY (SELECT * FROM "{table.name}") TO STDOUT') as copy:  # noqa: S608
                    lines += b"".join(bytes(block) for block in copy).splitlines()
            found[table.name] = sorted(lines)
    return found


def security_of(base: Base) -> dict[str, list[Any]]:
    """What keeps practices apart and the ledger as it is, as the server itself lists it."""
    questions = {
        "tables": "SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY 1",
        "policies": "SELECT tablename, policyname, cmd, roles::text, qual, with_check FROM pg_policies ORDER BY 1, 2",
        "grants": "SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
        "migrations": "SELECT app, name FROM django_migrations ORDER BY 1, 2",
    }
    with base.owner() as connection:
        return {name: connection.execute(question).fetchall() for name, question in questions.items()}


# --- the whole way


def test_puts_back_every_row_and_every_guard(backed, new_base):
    """Into a database without any table, as after a disaster. Only what restoring itself does differs."""
    other = new_base(bare=True)
    told = other.told("backup", "restore", str(backed.folder))
    assert (told["name"], told["practices"], told["erased"]) == (backed.name, 2, 0)
    before, after = rows_of(backed.base), rows_of(other)
    assert set(before) == set(after)
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= {
        "campaigns_campaign",
        "intake_import",
        "audit_entry",
        "audit_mention",
        "patients_counter",
    } | {table for table in before if table.startswith("audit_")}
    assert set(before["audit_entry"]) - set(after["audit_entry"]) <= {
        row for row in before["audit_entry"] if b"backup.made" in row or b"backup.checked" in row
    }
    assert len(after["patients_patient"]) == 24
    assert security_of(other) == security_of(backed.base)


def test_opens_the_records_after_a_restore_and_counts_on(backed, new_base):
    other = new_base()
    other.told("backup", "restore", str(backed.folder))
    found = other.told("patients", "search", "--practice", "elm", stdin="Planted7\n")["rows"]
    assert [row["name"] for row in found] == ["Planted7 Marked"]
    added = other.told("patients", "add", "--practice", "maple", stdin=json.dumps({"last_name": "New"}))
    assert added["id"]
    verified = other.told("ledger", "verify", "--practice", "maple")
    assert verified["sound"]
    assert verified["size"] > 0
    kinds = [row["kind"] for row in other.told("ledger", "list", "--practice", "maple")["rows"]]
    assert "backup.restored" in kinds


def test_lets_nothing_go_on_by_itself(backed, new_base):
    """A campaign may have been sent to its end since the backup was made (P5)."""
    other = new_base()
    told = other.told("backup", "restore", str(backed.folder))
    assert (told["paused"], told["imports"]) == (2, 2)
    for slug in ("maple", "elm"):
        shown = other.told("campaign", "list", "--practice", slug)["rows"]
        assert {row["state"] for row in shown} == {"paused", "draft"}
    with other.app() as connection:
        sending = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'sending'")
        assert sending.fetchone() == (0,)


def test_runtime_role_is_bound_after_a_restore(backed, new_base):
    import psycopg

    other = new_base()
    other.told("backup", "restore", str(backed.folder))
    with other.app() as connection:
        assert connection.execute("SELECT count(*) FROM patients_patient").fetchone() == (0,)
        copying.enter(
            connection, backed.told["elm"]["practice"]
        )  # outside a transaction it holds for nothing
        for statement in (
            "UPDATE audit_entry SET kind = 'x'",
            "DELETE FROM audit_entry",
            "ALTER TABLE patients_patient NO FORCE ROW LEVEL SECURITY",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


# --- who was erased


def test_keeps_the_erased_erased_in_an_older_backup(new_base, tmp_path):
    """P8: the record is in the old backup, sealed; its key is in no file any more."""
    base = new_base()
    base = replace(base, environ={**base.environ, "BEDSIDE_BACKUP_DIRECTORY": str(tmp_path)})
    told = base.act("populating", "people")["maple"]
    gone, stays = told["people"][3], told["people"][4]
    old = base.told("backup", "make")["name"]
    assert base.told("backup", "check")["unreadable"] == 0

    base.act("populating", "end_imports", told["practice"])
    base.act("populating", "erase", told["practice"], gone)
    base.act("populating", "hold", told["practice"], stays)
    base.told("consent", "suppress", "--practice", "maple", stdin="planted.9@example.org\n")
    opted_out = ("consent", "opt-out", told["people"][8], "--category", "newsletter", "--practice", "maple")
    base.told(*opted_out)
    base.act("populating", "refresh")

    checked = base.told("backup", "check", str(tmp_path), "--from", old)
    assert checked["unreadable"] == 1
    other = new_base()
    done = other.told("backup", "restore", str(tmp_path), "--from", old)
    assert (done["name"], done["erased"]) == (old, 1)
    assert other.bedside("patients", "show", gone, "--practice", "maple").returncode == 1
    assert other.told("patients", "count", "--practice", "maple")["count"] == 11
    for table, person in (("retention_erasure", gone), ("retention_hold", stays)):
        assert any(person.encode() in row for row in rows_of(other)[table])
    explained = other.told(
        "consent", "explain", told["people"][9], "--class", "general_health", "--practice", "maple"
    )
    assert {row["decision"] for row in explained["rows"]} == {"suppress"}
    said = other.told("consent", "show", told["people"][8], "--practice", "maple")
    assert "refused" in json.dumps(said)  # a no that was given after the backup


def test_replaces_the_keys_as_soon_as_somebody_was_erased(new_base, tmp_path):
    base = new_base()
    base = replace(base, environ={**base.environ, "BEDSIDE_BACKUP_DIRECTORY": str(tmp_path)})
    told = base.act("populating", "people")["elm"]
    base.told("backup", "make")
    base.act("populating", "end_imports", told["practice"])
    base.act("populating", "erase", told["practice"], told["people"][0])
    before = (tmp_path / "keys.sealed").read_bytes()
    base.act("populating", "jobs")
    assert (tmp_path / "keys.sealed").read_bytes() != before
    assert base.told("backup", "check")["unreadable"] == 1


def test_says_whom_an_older_backup_cannot_bring_back_for_want_of_their_old_key(new_base, tmp_path):
    base = new_base()
    told = base.act("populating", "people")["maple"]
    base.told("backup", "make", str(tmp_path))
    base.act("populating", "renew", told["practice"], told["people"][2])
    base = replace(base, environ={**base.environ, "BEDSIDE_BACKUP_DIRECTORY": str(tmp_path)})
    base.act("populating", "refresh")
    assert base.told("backup", "check")["unreadable"] == 1
    other = new_base()
    done = other.told("backup", "restore", str(tmp_path))
    assert (done["erased"], done["renewed"]) == (0, 1)
    assert len(other.told("patients", "search", "--practice", "maple", stdin="Marked\n")["rows"]) == 11


# --- nothing to read, nothing half


def test_holds_nothing_that_can_be_read(backed):
    search = Search(
        texts=("Planted", "Marked", "example.org", "Winter", "newsletter", backed.told["maple"]["practice"])
    )
    assert search.folder(backed.folder) == set()
    assert search.bytes_seen > 10_000
    names = {path.name for path in backed.folder.rglob("*") if path.is_file()}
    assert names == {"data", "manifest.json", "keys.sealed", "installation.key"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in backed.folder.rglob("*") if path.is_file())


def _flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


DAMAGES: dict[str, Callable[[Path, str], object]] = {
    "a byte of the records": lambda folder, name: _flip(folder / name / "data", 5000),
    "the end of the records": lambda folder, name: _cut(folder / name / "data"),
    "no records": lambda folder, name: (folder / name / "data").unlink(),
    "a byte of the keys": lambda folder, _name: _flip(folder / "keys.sealed", 1500),
    "the end of the keys": lambda folder, _name: _cut(folder / "keys.sealed"),
    "no keys": lambda folder, _name: (folder / "keys.sealed").unlink(),
    "the manifest": lambda folder, name: (folder / name / "manifest.json").write_text(
        (folder / name / "manifest.json").read_text().replace('"practices": 2', '"practices": 1')
    ),
    "no manifest": lambda folder, name: (folder / name / "manifest.json").unlink(),
    "records and keys exchanged": lambda folder, name: shutil.copy(
        folder / "keys.sealed", folder / name / "data"
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_refuses_what_was_damaged(copied, damage):
    assert queries.check(copied.folder, None, progress=lambda _stage: None).rows > 100
    DAMAGES[damage](copied.folder, copied.name)
    with pytest.raises(Refusal) as refused:
        queries.check(copied.folder, None, progress=lambda _stage: None)
    assert refused.value.code in {"backup_damaged", "backup_without_keys", "backup_of_another_installation"}


@pytest.mark.parametrize("damage", ["a byte of the records", "the end of the keys"])
def test_restores_nothing_of_what_was_damaged(copied, new_base, damage):
    DAMAGES[damage](copied.folder, copied.name)
    other = new_base()
    assert other.refused("backup", "restore", str(copied.folder)).startswith("backup_")
    assert rows_of(other)["practices_practice"] == []
    assert security_of(other) == security_of(copied.base)


def test_refuses_the_backup_of_another_installation(copied, new_base, tmp_path):
    home = tmp_path / "elsewhere"
    home.mkdir()
    make_root_key(home / "root.key")
    other = new_base()
    keys = {
        "BEDSIDE_ROOT_KEY_FILE": str(home / "root.key"),
        "BEDSIDE_INSTALLATION_KEY_FILE": str(home / "installation.key"),
    }
    stranger = replace(other, environ={**other.environ, **keys})
    assert stranger.refused("backup", "restore", str(copied.folder)) in {"wrong_root_key", "backup_damaged"}


def test_restores_on_a_machine_that_has_the_root_key_only(copied, new_base, tmp_path):
    """The installation's own key lies beside the backup, wrapped by the root key."""
    root = Path(os.environ["BEDSIDE_HOME"]) / "root.key"
    home = tmp_path / "new"
    home.mkdir()
    shutil.copy2(root, home / "root.key")
    other = new_base()
    keys = {
        "BEDSIDE_ROOT_KEY_FILE": str(home / "root.key"),
        "BEDSIDE_INSTALLATION_KEY_FILE": str(home / "installation.key"),
    }
    fresh = replace(other, environ={**other.environ, **keys})
    assert fresh.told("backup", "restore", str(copied.folder))["practices"] == 2
    assert fresh.told("patients", "search", "--practice", "elm", stdin="Planted3\n")["rows"]


def test_refuses_a_database_that_is_in_use(backed):
    before = rows_of(backed.base)
    assert backed.base.refused("backup", "restore", str(backed.folder)) == "database_not_empty"
    assert rows_of(backed.base) == before


# --- killed in the middle


@pytest.fixture
def hanging(backed: Backed) -> Iterator[Callable[..., None]]:
    """Lets a process come to a stage and kills it there."""
    running = []

    def kill_at(base: Base, verb: str, folder: Path, stage: str) -> None:
        environ = {**base.environ, "BEDSIDE_DATABASE_LOGIN": "owner"} if verb == "restore" else base.environ
        process = replace(base, environ=environ).start("populating", "hang", verb, str(folder), stage)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n", process.stderr and process.stderr.read()
        process.kill()
        process.wait(30)

    yield kill_at
    for process in running:
        process.kill()
        process.communicate()


def test_takes_no_half_made_backup_for_whole(copied, hanging):
    hanging(copied.base, "make", copied.folder, "patients_patient")
    left = [path.name for path in copied.folder.iterdir() if path.name.startswith(".unfinished")]
    assert len(left) == 1
    assert [row["name"] for row in copied.base.told("backup", "list", str(copied.folder))["rows"]] == [
        copied.name
    ]
    deadline = time.monotonic() + 20
    while (
        copied.base.bedside("backup", "make", str(copied.folder)).returncode and time.monotonic() < deadline
    ):
        time.sleep(0.5)  # the server frees the lock of the killed one when it notices
    names = [row["name"] for row in copied.base.told("backup", "list", str(copied.folder))["rows"]]
    assert len(names) == 2
    assert not [path for path in copied.folder.iterdir() if path.name.startswith(".unfinished")]


@pytest.mark.parametrize("stage", ["patients_patient", "vault_personkey"])
def test_can_restore_again_after_being_killed_while_restoring(backed, new_base, hanging, stage):
    other = new_base()
    hanging(other, "restore", backed.folder, stage)
    assert rows_of(other)["practices_practice"] == []
    assert security_of(other) == security_of(backed.base)
    told = other.told("backup", "restore", str(backed.folder))
    assert told["practices"] == 2
    assert other.told("patients", "count", "--practice", "maple")["count"] == 12


# --- every table has its part


def test_knows_of_each_table_where_it_belongs(backed):
    with backed.base.app() as connection:
        names = {table.name for table in copying.tables_of(connection)}
    assert set(LIVING) <= names
    assert names >= LEFT_OUT - {"account_emailaddress", "account_emailconfirmation"}
    assert not [name for name in names if is_living(name) and is_left_out(name)]


def test_backs_up_no_column_about_a_person_that_outlives_their_key(backed):
    """Whatever a table says of one person opens with that person's key, or the reason stands here."""
    import importlib
    import pkgutil

    import bedside
    from bedside.safeguards.vault.columns import Under, columns

    for found in pkgutil.walk_packages(bedside.__path__, "bedside."):
        if found.name.endswith(".keys_in_use"):
            importlib.import_module(found.name)
    kept = {
        ("consent_event", "evidence"): "kept for six years after an authorization ended (AUT-19)",
        ("campaigns_recipient", "certificate_sha256"): "the other server's certificate",
        ("campaigns_recipient", "content_sha256"): "a hash under nobody's name",
        (
            "consent_suppression",
            "address_index",
        ): "survives erasure on purpose, so that nobody is written to again",
        ("intake_likeness", "fingerprint"): "a keyed index, removed with the person",
        ("audit_entry", "body"): "ids, codes and times",
        ("campaigns_recipient", "facts_sealed"): "under the person's key",
        ("campaigns_recipient", "last_facts_sealed"): "under the person's key",
        ("campaigns_recipient", "reply_sealed"): "under the person's key",
    }
    with backed.base.app() as connection:
        binary = connection.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.atttypid = 'bytea'::regtype"
            " AND EXISTS (SELECT 1 FROM pg_attribute p WHERE p.attrelid = c.oid AND p.attname = 'patient_id')"
        ).fetchall()
    under = columns()
    loose = [
        pair
        for pair in binary
        if not is_left_out(pair[0]) and not is_living(pair[0]) and pair not in kept
        and (pair not in under or under[pair].under is Under.PRACTICE)
    ]  # fmt: skip
    assert loose == []
