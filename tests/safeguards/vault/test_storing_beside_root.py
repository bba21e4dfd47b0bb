"""A key is stored just while the root key is changed: none is left under the old one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from bedside.ground.errors import Refusal
from bedside.kit.sealing import random_key
from bedside.safeguards.vault.actions import store_practice_key
from bedside.safeguards.vault.rooting import rewrap_practice
from bedside.safeguards.vault.rules import KeyState
from tests.safeguards.vault.storing import Root

ROOT = Path(__file__).resolve().parents[3]


def told(verb: str, environ: dict[str, str]) -> dict[str, list[bool]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.safeguards.vault.storing", verb],
        env={**environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.processes
def test_a_key_stored_but_not_committed_when_the_root_key_changes_follows_it(own_database):
    """It was wrapped by the old root key, and whoever looks for what to rewrap cannot see it yet."""
    assert told("before", own_database) == {"new": [True, True, True]}


@pytest.mark.processes
def test_a_key_stored_while_the_practice_is_rewrapped_waits_and_takes_the_new_root_key(own_database):
    """In `during` the new root key is put in place after the storing has begun."""
    assert told("during", own_database)["new"][2]


def test_a_process_that_knows_only_an_older_root_key_stores_nothing(scope, at, monkeypatch):
    root = Root()
    for module in ("actions", "rooting"):
        monkeypatch.setattr(f"bedside.safeguards.vault.{module}.roots", root)
    root.changed = True
    rewrap_practice(scope, at=at)
    root.changed = False
    with pytest.raises(Refusal) as refused, transaction.atomic():
        store_practice_key(scope, version=2, key=random_key(), state=KeyState.PRE_ACTIVE, at=at)
    assert refused.value.code == "older_root_key"
