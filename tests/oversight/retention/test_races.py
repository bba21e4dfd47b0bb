"""Erasures killed in the middle, doubled, and met by an import or a sender: all or nothing, and nobody comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(own_database: dict[str, str]) -> Callable[[str], dict]:
    environ = {**own_database, "PYTHONPATH": f"{ROOT}/src:{ROOT}", "BEDSIDE_RELAY_HOST": "relay.example"}

    def go(verb: str) -> dict:
        done = warm().run(verb, module="tests.oversight.retention.racing", environ=environ, timeout_s=200)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return go


def test_kill_9_before_any_statement_leaves_the_person_whole(run: Callable[[str], dict]) -> None:
    told = run("killed")
    assert told["torn_at"] is None, told
    assert told["deaths"] > 20
    assert (told["before"]["opens"], told["before"]["keys"]) == (True, 1)
    assert told["after"] == {
        "opens": False,
        "keys": 0,
        "gone": 1,
        "pieces": 0,
        "rejects": told["before"]["rejects"] - 1,
        "suppressions": told["before"]["suppressions"] + 1,
        "destructions": 1,
        "erasures": 1,
        "entries": 1,
    }


def test_two_erasures_at_once_make_one_certificate(run: Callable[[str], dict]) -> None:
    told = run("doubled")
    assert told["same"] == ["already_erased", "erased"]
    assert told["others"] == ["erased", "erased"]
    assert told["left"] == 0


def test_an_import_at_the_same_time_brings_a_stranger_or_is_waited_for(run: Callable[[str], dict]) -> None:
    told = run("importing")
    assert told == {
        "import_waited": True,
        "is_stranger": True,
        "decision": "suppress",
        "while_running": "imports_open",
    }


def test_a_sender_at_the_same_time_passes_over_the_person(run: Callable[[str], dict]) -> None:
    assert run("sending") == {"taken": 2, "took_person": False, "state": "cancelled"}
