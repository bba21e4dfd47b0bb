"""Killed at any moment, a backup is not taken for whole and a restore is begun again or gone on with."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.oversight.backups.conftest import Base, rows_of, security_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.oversight.backups.conftest import Backed

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("backups")]


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


WHERE_LOADED = ["bringing up to date", "keys and erasures", "segments"]


@pytest.mark.parametrize("stage", WHERE_LOADED)
def test_goes_on_after_being_killed_once_rows_are_loaded(backed, restored, new_base, hanging, stage):
    """Without another database and with nothing done twice."""
    other = new_base()
    guarded = security_of(other)["tables"]
    hanging(other, "restore", backed.folder, stage)
    assert rows_of(other)["practices_practice"] != []
    assert set(guarded) <= set(security_of(other)["tables"])
    assert other.refused("backup", "make", str(backed.folder)) == "restore_unfinished"
    told = other.told("backup", "restore", str(backed.folder))
    assert told == {**restored.told, "continued": True}
    assert security_of(other) == security_of(restored.base)
    for slug in ("maple", "elm"):
        kinds = [row["kind"] for row in other.told("ledger", "list", "--practice", slug)["rows"]]
        assert kinds.count("backup.restored") == 1
        assert kinds.count("erasure.repeated") <= 1
        assert other.told("ledger", "verify", "--practice", slug)["sound"]
        assert other.told("patients", "count", "--practice", slug)["count"] == 12
    assert other.told("patients", "search", "--practice", "elm", stdin="Planted7\n")["rows"]
    assert other.refused("backup", "restore", str(backed.folder)) == "database_not_empty"


def test_goes_on_with_no_other_backup_than_the_one_it_was_killed_in(backed, new_base, hanging, tmp_path):
    other = new_base()
    hanging(other, "restore", backed.folder, "segments")
    asked = ("backup", "restore", str(backed.folder), "--from")
    assert other.refused(*asked, "20260101T000000Z-00000000") == "restore_unfinished"
    assert other.told(*asked, backed.name)["continued"]


def test_is_killed_again_and_still_goes_on(backed, new_base, hanging):
    other = new_base()
    for stage in ("patients_patient", *WHERE_LOADED):
        hanging(other, "restore", backed.folder, stage)
    assert other.told("backup", "restore", str(backed.folder))["practices"] == 2
    assert other.told("patients", "count", "--practice", "maple")["count"] == 12
