"""Confirming an address in a real browser, on a phone: readable by everybody, light and dark, in both languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import SOURCE, faults_in_every_look, set_up_practice
from tests.support.serving import chromium as chromium  # noqa: PLC0414  a fixture
from tests.support.serving import open_page as open_page  # noqa: PLC0414
from tests.support.serving import served as served  # noqa: PLC0414

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# A patient and two links to confirm the address: one of today, one too old.
_SET_UP = """
import json, django
django.setup()
from datetime import timedelta
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose
from bedside.records.consent.confirmations import make_confirmation
from bedside.records.patients import actions as patients
from bedside.records.patients.rules import Patient
from bedside.safeguards.practices.queries import practice_id_of

scope = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS)
patient = Patient(id=new_id(), first_name="Jane", email="jane.roe@example.org")
patients.add(scope, patient, at=clock.now())
print(json.dumps({
    name: make_confirmation(scope, patient.id, patient.email, at=clock.now() - timedelta(days=days))
    for name, days in (("fresh", 0), ("old", 8))
}))
"""


@pytest.fixture
def links(served: Served) -> dict[str, str]:
    set_up_practice(served)
    done = subprocess.run(
        [sys.executable, "-c", _SET_UP],
        env={**served.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(page: Page, name: str) -> None:
    """Accessible, and no wider than the window; kept as a picture where somebody wants to look."""
    assert faults_in_every_look(page) == []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_person_confirms_on_a_phone(
    served: Served, links: dict[str, str], open_page: Callable[..., Page]
) -> None:
    page = open_page(width=360)
    page.goto(f"{served.pickup_url}/{links['old']}")
    assert page.get_by_role("heading", level=1).inner_text() == "This link is too old"
    check(page, "old")
    page.goto(f"{served.pickup_url}/{links['fresh']}")
    check(page, "open")
    page.get_by_role("link", name="Español").click()
    check(page, "open-es")
    page.get_by_role("button", name="Confirmar mi correo").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Gracias"
    check(page, "done")
    page.goto(f"{served.pickup_url}/{links['fresh']}")
    assert page.get_by_role("heading", level=1).inner_text() == "Your address is confirmed"
    check(page, "again")
    assert page.context.cookies() == []
