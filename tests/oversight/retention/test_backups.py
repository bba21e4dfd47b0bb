"""P8: erased means erased, also in last month's backup. Searched as a person would, and with every key there is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.oversight.backups.conftest import new_base  # noqa: F401  fixture
from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oversight.backups.conftest import Base

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[3]
MARKS = ("plantedmark", "mrnplanted-17", "plantednote", "plantedgout")
READABLE = {
    "consent_event.evidence", "intake_piece.sealed", "intake_reject.sealed", "patients_patient.sealed",
    "segments_shard.sealed",
}  # fmt: skip


def act(base: Base, *arguments: str) -> dict[str, Any]:
    done = warm().run(
        *arguments,
        module="tests.oversight.retention.opening",
        environ={**base.environ, "BEDSIDE_RELAY_HOST": "relay.example"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def assert_nobody_finds(base: Base, person: str, folder: Path) -> None:
    """Looked up by id, searched by every word, exported, counted; then every value under every key."""
    assert base.bedside("patients", "show", person).returncode == 1
    for text in (*MARKS, "jane", "555-0123"):
        assert base.told("patients", "search", stdin=f"{text}\n")["rows"] == [], text
    export = folder / f"{base.target.name}.csv"
    assert base.told("patients", "export", str(export))["count"] == 2
    assert not [mark for mark in MARKS if mark in export.read_text().lower()]
    assert base.told("patients", "count")["count"] == 2
    told = act(base, "search", *MARKS)
    assert told["found"] == []
    assert told["tried"] > 50
    assert told["keys"] >= 4  # of the installation, the practice, and two people


def test_nobody_finds_an_erased_person_in_an_older_backup(
    new_base: Callable[[], Base],  # noqa: F811
    tmp_path: Path,
) -> None:
    base, backups = new_base(), tmp_path / "backups"
    backups.mkdir()
    told = act(base, "prepare")
    assert set(act(base, "search", *MARKS)["found"]) == READABLE
    old = base.told("backup", "make", str(backups))["name"]
    erasure = act(base, "erase", told["person"])["erasure"]
    assert_nobody_finds(base, told["person"], tmp_path)
    base.told("backup", "make", str(backups))

    restored = new_base()
    done = restored.told("backup", "restore", str(backups), "--from", old)
    assert (done["name"], done["erased"]) == (old, 1)
    assert_nobody_finds(restored, told["person"], tmp_path)
    certificate = tmp_path / "certificate.json"
    restored.told("erasure", "certificate", erasure, str(certificate))
    key = act(base, "public_key")["key"]
    verdict = subprocess.run(
        [ROOT / "bin/bedside-verify", "erasure", certificate, "--key", key],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verdict.returncode == 0, verdict.stdout
