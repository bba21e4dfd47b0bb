"""Joining, importing and typing at once: nobody's no or death is lost in between."""

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
    environ = {**own_database, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}

    def go(verb: str) -> dict:
        done = warm().run(verb, module="tests.records.intake.at_once", environ=environ, timeout_s=100)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return go


def test_carries_a_no_along_a_chain_that_is_joined_at_once(run: Callable[[str], dict]) -> None:
    assert run("chain") == {"survivors": True, "refused": True}


def test_writes_over_no_death_that_staff_record_during_an_import(run: Callable[[str], dict]) -> None:
    assert run("death") == {"last_name": "Lee-Maple", "deceased": True}


def test_writes_nothing_to_what_is_left_of_a_record_that_is_joined_meanwhile(
    run: Callable[[str], dict],
) -> None:
    assert run("joined") == {"left_over": "", "stays": "Lee-Maple"}
