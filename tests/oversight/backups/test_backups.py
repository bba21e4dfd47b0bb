"""A backup restores whole, gives nobody anything to read, and brings back nobody who was erased since (P3, P8)."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import Refusal
from bedside.oversight.backups import copying, queries
from bedside.oversight.backups.rules import LEFT_OUT, LIVING, is_left_out, is_living
from bedside.safeguards.vault.root import make_root_key
from tests.leaks.searching import Search
from tests.oversight.backups.conftest import rows_of, security_of

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("backups")]


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


def test_opens_the_records_after_a_restore_and_counts_on(restored):
    other = restored.base
    found = other.told("patients", "search", "--practice", "elm", stdin="Planted7\n")["rows"]
    assert [row["name"] for row in found] == ["Planted7 Marked"]
    added = other.told("patients", "add", "--practice", "maple", stdin=json.dumps({"last_name": "New"}))
    assert added["id"]
    verified = other.told("ledger", "verify", "--practice", "maple")
    assert verified["sound"]
    assert verified["size"] > 0
    kinds = [row["kind"] for row in other.told("ledger", "list", "--practice", "maple")["rows"]]
    assert "backup.restored" in kinds


def test_lets_nothing_go_on_by_itself(restored):
    """A campaign may have been sent to its end since the backup was made (P5)."""
    other = restored.base
    assert (restored.told["paused"], restored.told["imports"]) == (2, 2)
    for slug in ("maple", "elm"):
        shown = other.told("campaign", "list", "--practice", slug)["rows"]
        assert {row["state"] for row in shown} == {"paused", "draft"}
    with other.app() as connection:
        sending = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'sending'")
        assert sending.fetchone() == (0,)


def test_runtime_role_is_bound_after_a_restore(backed, restored):
    import psycopg

    with restored.base.app() as connection:
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


def test_says_the_same_rows_when_made_listed_checked_and_restored(backed, new_base, tmp_path):
    made = backed.base.told("backup", "make", str(tmp_path))
    listed = backed.base.told("backup", "list", str(tmp_path))["rows"]
    checked = backed.base.told("backup", "check", str(tmp_path))
    restored = new_base().told("backup", "restore", str(tmp_path))
    assert {made["rows"], listed[0]["rows"], checked["rows"], restored["rows"]} == {made["rows"]}
    assert made["keys_rows"] == checked["keys_rows"] == restored["keys_rows"] > 24
    assert made["rows"] > 24


def test_shows_how_far_a_restore_is_table_by_table_and_nothing_to_a_program(backed, restored, new_base):
    done = new_base().bedside("backup", "restore", str(backed.folder))
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert [line for line in lines if re.fullmatch(r"patients_patient: 24 rows, [\d.]+ kB", line)]
    assert [line for line in lines if line.startswith("vault_personkey: 24 rows, ")]
    assert [line for line in lines if line == "bringing up to date"]
    assert " rows of 2 practices and " in done.stdout
    assert restored.stderr == ""


def test_puts_older_records_back_with_keys_of_a_newer_version(new_base, tmp_path):
    """After an upgrade `keys.sealed` has columns that the older backup beside it knows nothing of."""
    base = new_base()
    owner = replace(base, environ={**base.environ, "BEDSIDE_DATABASE_LOGIN": "owner"})
    told = base.act("populating", "people")["maple"]
    owner.act("populating", "migrate", "consent", "0003")
    base.told("backup", "make", str(tmp_path))
    assert base.bedside("migrate").returncode == 0
    base.told("consent", "opt-out", told["people"][8], "--category", "newsletter", "--practice", "maple")
    base = replace(base, environ={**base.environ, "BEDSIDE_BACKUP_DIRECTORY": str(tmp_path)})
    base.act("populating", "refresh")
    other = new_base(bare=True)
    assert other.told("backup", "restore", str(tmp_path))["practices"] == 2
    assert other.told("patients", "count", "--practice", "maple")["count"] == 12
    said = other.told("consent", "show", told["people"][8], "--practice", "maple")
    assert "refused" in json.dumps(said)


# --- keys that do not follow


def test_warns_where_keys_do_not_follow_later_erasures(backed, new_base, tmp_path):
    kept, aside = tmp_path / "kept", tmp_path / "aside"
    base = replace(backed.base, environ={**backed.base.environ, "BEDSIDE_BACKUP_DIRECTORY": str(kept)})
    warning = "do not follow later erasures"
    for verb in ("make", "list", "check"):
        there = base.bedside("backup", verb)
        assert (there.returncode, warning in there.stderr) == (0, False), there.stderr
        away = base.bedside("backup", verb, str(aside))
        assert (away.returncode, warning in away.stderr) == (0, True), away.stderr
        assert len(away.stderr.splitlines()) == 1
    assert base.told("backup", "check", str(kept))["keys_follow"] is True
    assert base.told("backup", "make", str(aside))["keys_follow"] is False
    assert [row["keys_follow"] for row in base.told("backup", "list", str(aside))["rows"]] == [False, False]
    entries = base.told("ledger", "list", "--practice", "maple", "--kind", "backup.made")["rows"]
    assert "with keys that do not follow later erasures" in entries[0]["sentence"]
    assert "with keys that follow erasures" in entries[-1 if len(entries) == 2 else 2]["sentence"]


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
        ("authorizations_document", "rendering"): "a signed document, kept for six years (AUT-19)",
        ("authorizations_document", "evidence"): "how it was signed, kept with it (AUT-19)",
        ("campaigns_recipient", "certificate_sha256"): "the other server's certificate",
        ("campaigns_recipient", "content_sha256"): "a hash under nobody's name",
        (
            "consent_suppression",
            "address_index",
        ): "survives erasure on purpose, so that nobody is written to again",
        ("intake_likeness", "fingerprint"): "a keyed index, removed with the person",
        ("audit_entry", "body"): "ids, codes and times",
        ("media_picture", "sealed"): "under the person's key where one is named; the table checks that",
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
