"""Machine and root key lost at once: the folder of backups and enough shares bring everything back, and nobody erased.

One installation for the module, told by the commands an administrator types; its home is deleted before the tests.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bedside.safeguards.vault.shares import split
from tests.support.installation import installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.installation import Installation

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("backups")]

NEEDED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """All that is left of it. `people` by row; the first was erased after backup `old`."""

    folder: Path
    shares: list[str]
    older_shares: list[str]
    older_recovery: str
    people: list[str]
    old: str
    rows: int
    keys_rows: int


def told(its: Installation, *arguments: str, stdin: str = "") -> dict[str, Any]:
    done = its.bedside(*arguments, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(its: Installation, *arguments: str, stdin: str = "") -> str:
    done = its.bedside(*arguments, "--json", stdin=stdin)
    assert done.returncode == 1, (done.stdout, done.stderr)
    return json.loads(done.stderr)["error"]


def _add(its: Installation, n: int) -> str:
    person = {"first_name": "Rosa", "last_name": f"Maple{n}", "email": f"rosa{n}@example.com"}
    return told(its, "patients", "add", stdin=json.dumps(person))["id"]


def _make_shares(its: Installation, *options: str) -> list[str]:
    return told(its, "keys", "recovery", "make", "--shares", "3", "--needed", str(NEEDED), *options)["shares"]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, installed_home: Path) -> Left:
    folder = tmp_path_factory.mktemp("kept") / "backups"
    with installation(like=installed_home) as its:
        its.environ["BEDSIDE_BACKUP_DIRECTORY"] = str(folder)
        its.start_database()
        people = [_add(its, n) for n in range(3)]
        older_shares = _make_shares(its)
        first = told(its, "backup", "make")
        older_recovery = (folder / "recovery.json").read_text()
        shares = _make_shares(its, "--replace")
        told(its, "erasure", "run", people[0], "--reason", "person_asked", "--yes")
        newest = told(its, "backup", "make")
    assert newest["keys_follow"]
    assert not its.home.exists()
    return Left(
        folder=folder, shares=shares, older_shares=older_shares, older_recovery=older_recovery, people=people,
        old=first["name"], rows=first["rows"], keys_rows=newest["keys_rows"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def fresh() -> Iterator[Installation]:
    """A new machine with nothing in its home. What is refused must leave it so."""
    with installation() as its:
        its.start_database()
        yield its


def _restore(its: Installation, folder: Path, shares: list[str], *options: str) -> dict[str, Any]:
    return told(its, "backup", "restore", str(folder), "--shares", *options, stdin="\n".join(shares))


def _refused(its: Installation, folder: Path, shares: list[str]) -> str:
    return refused(its, "backup", "restore", str(folder), "--shares", stdin="\n".join(shares))


def assert_no_key_was_made(its: Installation) -> None:
    assert not [path.name for path in its.home.iterdir() if path.name.endswith(".key")]


def _lose_keys(its: Installation) -> None:
    """As on a new machine whose tables are there already."""
    keys = [path for path in its.home.iterdir() if path.name.endswith(".key")]
    assert len(keys) == 2
    for path in keys:
        path.unlink()


# --- refused, with nothing written


def test_refuses_fewer_shares_than_needed_in_one_sentence(left, fresh):
    done = fresh.bedside(
        "backup", "restore", str(left.folder), "--shares", stdin="\n".join(left.shares[: NEEDED - 1])
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "bedside: 2 different shares are needed; this was 1."
    assert_no_key_was_made(fresh)


def _changed(name: str, value: Callable[[Any], Any]) -> Callable[[Left], str]:
    def change(left: Left) -> str:
        body = json.loads((left.folder / "recovery.json").read_text())
        return json.dumps({**body, name: value(body[name])})

    return change


CHANGES: dict[str, tuple[Callable[[Left], str], str]] = {
    "not JSON": (lambda _: "{", "recovery_file_damaged"),
    "not an object": (lambda _: "[]", "recovery_file_damaged"),
    "another format": (_changed("format", lambda _: "bedside-recovery-9"), "recovery_file_damaged"),
    "another number of shares": (_changed("needed", lambda needed: needed - 1), "recovery_file_damaged"),
    "another time": (_changed("made_at", lambda _: "2026-01-01T00:00:00+00:00"), "recovery_file_damaged"),
    "a byte of the copy": (
        _changed(
            "installation_copy", lambda text: ("B" if text[40] == "A" else "A").join([text[:40], text[41:]])
        ),
        "recovery_file_damaged",
    ),
    "a field more": (
        lambda left: json.dumps({**json.loads((left.folder / "recovery.json").read_text()), "more": 1}),
        "recovery_file_damaged",
    ),
    "another mark": (_changed("mark", lambda mark: mark[::-1]), "recovery_file_damaged"),
    "a mark that is none": (_changed("mark", lambda _: None), "recovery_file_damaged"),
    "another public half": (_changed("public", lambda _: "A" * 43 + "="), "recovery_shares_old"),
    "the file of replaced shares": (lambda left: left.older_recovery, "recovery_shares_old"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_refuses_a_recovery_file_that_was_changed(left, fresh, tmp_path, change):
    folder = tmp_path / "copy"
    shutil.copytree(left.folder, folder)
    write, code = CHANGES[change]
    (folder / "recovery.json").write_text(write(left))
    assert _refused(fresh, folder, left.shares[:NEEDED]) == code
    assert_no_key_was_made(fresh)


def test_refuses_shares_that_were_replaced_and_shares_of_something_else(left, fresh):
    assert _refused(fresh, left.folder, left.older_shares[:NEEDED]) == "recovery_shares_old"
    assert _refused(fresh, left.folder, split(bytes(32), shares=2, needed=2)) == "recovery_shares_old"
    assert_no_key_was_made(fresh)


def test_says_that_a_folder_without_the_file_needs_the_root_key(left, fresh, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(left.folder, folder)
    (folder / "recovery.json").unlink()
    assert _refused(fresh, folder, left.shares) == "recovery_file_missing"
    assert_no_key_was_made(fresh)


def test_opens_nothing_without_shares(left, migrated_home):
    """The folder alone, on a machine that made a root key of its own."""
    with installation(like=migrated_home) as stranger:
        _lose_keys(stranger)
        stranger.start_database()
        stranger.migrate()
        assert (stranger.home / "root.key").read_bytes() != (migrated_home / "root.key").read_bytes()
        assert refused(stranger, "backup", "restore", str(left.folder)).startswith("backup_")


# --- the whole way


@pytest.fixture(scope="module")
def back(left: Left, fresh: Installation) -> Installation:
    done = _restore(fresh, left.folder, [left.shares[2], left.shares[0]], "--from", left.old)
    assert (done["name"], done["practices"], done["rows"]) == (left.old, 1, left.rows)
    assert (done["erased"], done["lost"], done["continued"]) == (1, 0, False)
    assert done["recovered"] >= 2  # the practice's key and its look-up key
    assert done["keys_rows"] == left.keys_rows
    return fresh


def test_opens_everybody_but_who_was_erased_since(left, back, tmp_path):
    assert told(back, "patients", "count")["count"] == 2
    for n in (1, 2):
        assert told(back, "patients", "show", left.people[n])["email"] == f"rosa{n}@example.com"
    assert back.bedside("patients", "show", left.people[0]).returncode == 1
    found = told(back, "patients", "search", stdin="Rosa\n")["rows"]
    assert {row["id"] for row in found} == set(left.people[1:])
    file = tmp_path / "export.csv"
    assert told(back, "patients", "export", str(file))["count"] == 2
    assert "rosa0@" not in file.read_text()


def test_ledger_verifies_goes_on_and_says_who_recovered(back):
    before = told(back, "ledger", "verify")
    assert before["sound"]
    rows = told(back, "ledger", "list")["rows"]
    acts = {row["kind"]: row for row in rows if row["kind"] in {"keys.recovered", "backup.restored"}}
    assert set(acts) == {"keys.recovered", "backup.restored"}
    assert all(row["actor"].startswith("system:cli:") for row in acts.values())
    _add(back, 7)
    told(back, "ledger", "seal")
    after = told(back, "ledger", "verify")
    assert after["sound"]
    assert after["size"] >= before["size"] + len(acts) + 1


def test_goes_on_with_a_root_key_of_its_own_and_the_same_shares(left, back, migrated_home, tmp_path):
    keys = told(back, "keys", "list")["keys"]
    root = next(key["name"] for key in keys if key["level"] == "root" and key["state"] == "active")
    assert {key["wrapped by"] for key in keys} == {"", root}
    made = told(back, "backup", "make", str(tmp_path / "next"))
    assert made["rows"] > 0
    with installation(like=migrated_home) as again:
        _lose_keys(again)
        again.start_database()
        assert _restore(again, tmp_path / "next", left.shares[1:])["lost"] == 0
        assert again.bedside("patients", "show", left.people[1]).returncode == 0


def test_shares_overwrite_no_installation_that_is_in_use(left, back):
    before = {path.name: path.read_bytes() for path in back.home.iterdir() if path.name.endswith(".key")}
    assert _refused(back, left.folder, left.shares) == "database_not_empty"
    after = {path.name: path.read_bytes() for path in back.home.iterdir() if path.name.endswith(".key")}
    assert before == after
