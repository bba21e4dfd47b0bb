"""Erasing in a real browser, from the patient's page to a certificate that the stand-alone verifier accepts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
ROOT = Path(__file__).resolve().parents[3]
PEOPLE = [
    {"first_name": "Pia", "last_name": "Zqmark", "mrn": "MS-1", "birth_date": "1966-01-05", "email": "pia@example.org"},
    {"first_name": "Quentin", "last_name": "Zqmark", "mrn": "MS-2", "email": "pia@example.org"},
]  # fmt: skip


@pytest.fixture
def maple(served: Served) -> Served:
    set_up_practice(served)
    add_staff(served, "chloe@maple.example", "Compliance Chloe", "compliance_officer")
    for person in PEOPLE:
        served.command("patients", "add", stdin=json.dumps(person))
    return served


def check(page: Page) -> None:
    assert faults_in_every_look(page) == []
    assert "zqmark" not in page.url.lower()


def open_person(page: Page, maple: Served, name: str) -> None:
    page.goto(f"{maple.web_url}/patients/")
    follow(page.get_by_role("link", name=name))
    page.get_by_role("heading", level=1).wait_for()


def test_holds_lifts_erases_and_certifies(maple: Served, open_page: object, tmp_path: Path) -> None:
    page = open_page(width=360)
    sign_in(page, maple, "chloe@maple.example")
    page.goto(f"{maple.web_url}/erasure/")
    check(page)
    open_person(page, maple, "Zqmark, Pia")
    follow(page.get_by_role("link", name="Legal hold"))
    check(page)
    page.get_by_label("Lawsuit, begun or expected").check()
    page.get_by_label("Why?", exact=True).fill("Case 26-CV-17, counsel asked by phone on November 3")
    follow(page.get_by_role("button", name="Place the hold"))
    check(page)
    open_person(page, maple, "Zqmark, Pia")
    page.get_by_role("link", name="Erase…").click()
    page.get_by_text("forbids erasing this person").wait_for()
    check(page)
    page.get_by_role("link", name="Show the legal holds").click()
    follow(page.get_by_role("link", name="Lift the hold on Pia Zqmark"))
    check(page)
    follow(page.get_by_role("button", name="Lift the hold"))
    open_person(page, maple, "Zqmark, Pia")
    page.get_by_role("link", name="Erase…").click()
    page.get_by_text("1 other person on record has the same email address").wait_for()
    check(page)
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_text("Choose why this person is erased.").wait_for()
    check(page)
    page.get_by_label("The person asked for it").check()
    page.get_by_label("To be sure, type Zqmark").fill("zqmark")
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_role("heading", name="Certificate of erasure").wait_for()
    check(page)
    with page.expect_download() as found:
        page.get_by_role("link", name="Download, signed").click()
    file = tmp_path / "certificate.json"
    found.value.save_as(file)
    assert _is_accepted(maple, file, tmp_path)
    page.goto(f"{maple.web_url}/erasure/")
    page.get_by_text("1 erasure").wait_for()
    check(page)


_TELL_KEY = """
import base64
from bedside.doors.cli.shared import administrator_scope
from bedside.ground.scope import Purpose
from bedside.safeguards.audit.signing import public_keys
from bedside.safeguards.practices.queries import directory
scope = administrator_scope(directory()[0][0], purpose=Purpose.COMPLIANCE)
print(base64.b64encode(public_keys(scope)[-1].key.public_bytes_raw()).decode())
"""


def _public_key(maple: Served) -> str:
    """As an auditor would have been given it: by another way than the certificate."""
    return maple.script(_TELL_KEY).strip()


def _is_accepted(maple: Served, file: Path, tmp_path: Path) -> bool:
    """By the verifier that shares no code with the product, and not once a letter of it has changed."""
    key = _public_key(maple)
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_bytes(file.read_bytes().replace(b'"person_asked"', b'"period_over"'))
    verdicts = [
        subprocess.run(
            [ROOT / "bin/bedside-verify", "erasure", one, "--key", key],
            capture_output=True, text=True, check=False,
        )
        for one in (file, spoiled)
    ]  # fmt: skip
    assert verdicts[1].returncode != 0
    return verdicts[0].returncode == 0
