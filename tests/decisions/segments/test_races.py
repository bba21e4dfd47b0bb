"""Columns swapped while they are read: the answer is of one generation, never of none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.decisions.segments.racing import PEOPLE
from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(own_database: dict[str, str]) -> Callable[[str], dict]:
    environ = {**own_database, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}

    def go(verb: str) -> dict:
        done = warm().run(verb, module="tests.decisions.segments.racing", environ=environ, timeout_s=200)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return go


def test_answers_from_one_generation_when_columns_are_swapped_under_it(run: Callable[[str], dict]) -> None:
    assert run("swapped") == {"counts": [PEOPLE] * 3}


def test_still_finds_a_person_when_columns_are_swapped_under_it(run: Callable[[str], dict]) -> None:
    assert run("found") == {"finds": True}


def test_builds_lost_columns_anew_instead_of_finding_nobody(run: Callable[[str], dict]) -> None:
    assert run("lost") == {"counts": [PEOPLE]}


def test_never_loses_anybody_while_columns_are_built_and_people_added(run: Callable[[str], dict]) -> None:
    told = run("at_once")
    assert told["errors"] == []
    assert PEOPLE <= told["least"] <= told["most"] <= PEOPLE + 20 == told["after"]
