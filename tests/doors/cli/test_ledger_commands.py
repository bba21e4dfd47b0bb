"""`bedside ledger`: seal, verify, prove, export, anchor; and the stand-alone verifier agrees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import override_settings

from bedside.config.commands import build_parser
from bedside.ground.errors import Fault, NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.safeguards.audit import sealing
from bedside.safeguards.audit.actions import record, record_each
from bedside.safeguards.audit.rules import Deed, declare
from bedside.safeguards.practices.entries import PROFILE_CHANGED

ROOT = Path(__file__).resolve().parents[3]
SHOWN = declare("sample.shown", "Was shown them.", Deed.READ)


@pytest.fixture
def bedside(practice_id, capsysbinary):
    """Runs one verb inside the test's transaction and gives what it printed."""
    sealing.forget()

    def run(*arguments: str) -> str:
        capsysbinary.readouterr()
        chosen = build_parser().parse_args(["ledger", *map(str, arguments)])
        chosen.run(chosen)
        return capsysbinary.readouterr().out.decode()

    yield run
    sealing.forget()


def checked(*arguments: object) -> dict:
    """What bedside-verify says, which shares no code with the product."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bedside_verify", *map(str, arguments), "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "verify" / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return {"code": done.returncode, **json.loads(done.stdout or "{}"), "errors": done.stderr}


@pytest.fixture
def people():
    return [new_id() for _ in range(400)]


@pytest.fixture
def filled(scope, at, people):
    for _ in range(30):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())
    record_each(scope, SHOWN, at=at, about=new_id(), subjects=people)
    return scope


def test_seals_verifies_and_exports_what_the_verifier_finds_sound(bedside, filled, tmp_path):
    assert "entries are sealed" in bedside("seal")
    assert bedside("seal") == "Nothing waits, or a worker is sealing just now.\n"
    assert json.loads(bedside("verify", "--json"))["finding"] == "sound"
    key = json.loads(bedside("status", "--json"))["key"]
    bedside("export", tmp_path / "ledger.txt")
    assert (tmp_path / "ledger.txt").stat().st_mode & 0o077 == 0
    found = checked(tmp_path / "ledger.txt", "--key", key)
    assert found["code"] == 0, found
    bedside("rotate-key")
    bedside("seal")
    (tmp_path / "later.txt").write_text(bedside("export", "-"))
    found = checked(tmp_path / "later.txt", "--key", key)  # the first key vouches for the next
    assert found["code"] == 0, found


def test_the_verifier_finds_what_the_product_would_find(bedside, filled, tmp_path):
    bedside("seal")
    key = json.loads(bedside("status", "--json"))["key"]
    text = bedside("export", "-")
    changed = text.replace("practice.profile_changed", "practice.profile_chanted", 1)
    assert changed != text
    (tmp_path / "changed.txt").write_text(changed)
    assert checked(tmp_path / "changed.txt", "--key", key)["code"] == 1


def test_proves_one_persons_part_of_an_act_on_many(bedside, filled, people, tmp_path):
    rows = json.loads(bedside("list", "--person", people[200], "--json"))["rows"]
    entry = rows[0]["id"]
    with pytest.raises(Fault, match="not sealed yet"):
        bedside("proof", entry)
    bedside("seal")
    (tmp_path / "proof.json").write_text(bedside("proof", entry, "--person", people[200]))
    assert str(people[200]) in (tmp_path / "proof.json").read_text()
    key = json.loads(bedside("status", "--json"))["public_key"]
    found = checked("proof", tmp_path / "proof.json", "--key", key)
    assert found["code"] == 0, found


def test_refuses_what_it_cannot_do(bedside, filled, tmp_path):
    bedside("seal")
    with pytest.raises(Refusal, match=r"No entry is of kind patient\.sen"):
        bedside("list", "--kind", "patient.sen")
    with pytest.raises(Refusal, match="whole number"):
        bedside("list", "--person", "Rosa")
    with pytest.raises(Refusal, match="no such entry"):
        bedside("proof", 2**40)
    with pytest.raises(Refusal, match="not about that person"):
        bedside("proof", json.loads(bedside("list", "--json"))["rows"][0]["id"], "--person", new_id())
    (tmp_path / "there.txt").write_text("mine")
    with pytest.raises(Refusal, match="already"):
        bedside("export", tmp_path / "there.txt")
    assert (tmp_path / "there.txt").read_text() == "mine"
    with pytest.raises(Refusal, match="BEDSIDE_LEDGER_ANCHORS"):
        bedside("anchor")


def test_lays_an_anchor_that_the_verifier_compares_with(bedside, filled, tmp_path):
    bedside("seal")
    with override_settings(BEDSIDE_LEDGER_ANCHORS=[f"file:{tmp_path}"]):
        assert json.loads(bedside("anchor", "--json"))["rows"][0]["outcome"] == "kept"
        assert "kept" in bedside("status")
    with override_settings(BEDSIDE_LEDGER_ANCHORS=[f"file:{tmp_path}/gone"]), pytest.raises(Fault):
        bedside("anchor")
    (note,) = tmp_path.iterdir()
    bedside("export", tmp_path / "ledger.txt")
    key = json.loads(bedside("status", "--json"))["key"]
    assert checked(tmp_path / "ledger.txt", "--key", key, "--anchor", note)["code"] == 0


def test_is_for_those_who_may_see_the_ledger(bedside, filled, cast):
    for verb in (
        ["seal"],
        ["verify"],
        ["status"],
        ["anchor"],
        ["export", "-"],
        ["proof", "1"],
        ["rotate-key"],
    ):
        with pytest.raises(NotAllowed):
            bedside(*verb, "--as", "ana@maple.example")
    with pytest.raises(NotAllowed):
        bedside("rotate-key", "--as", "abe@maple.example")


def test_ends_with_an_error_when_the_ledger_is_not_sound(bedside, filled, monkeypatch):
    bedside("seal")
    from bedside.safeguards.audit import walking

    monkeypatch.setattr(walking, "leaf_hash", lambda _: b"x" * 32)
    with pytest.raises(Refusal, match="not as it was sealed"):
        bedside("verify")
