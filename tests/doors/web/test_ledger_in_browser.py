"""The ledger's pages in a real browser: no accessibility faults, no sideways scrolling, by keyboard and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.doors.web.test_shell_in_browser import faults_of, script_errors_of
from tests.support.serving import add_staff, faults_in_every_look, set_up_practice, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def maple(served, tmp_path):
    """Maple Street with three patients, an office manager, a compliance officer and an auditor, sealed."""
    set_up_practice(served)
    add_staff(served, "omar@maple.example", "Omar Haddad", "administrator", "marketer")
    add_staff(served, "chloe@maple.example", "Chloe Okafor", "compliance_officer")
    add_staff(served, "abe@maple.example", "Abe Ito", "auditor")
    served.script(ADD)
    return served


ADD = """
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose
from bedside.records.patients import actions
from bedside.records.patients.rules import Patient
from bedside.safeguards.audit.actions import seal
from bedside.safeguards.practices.queries import practice_id_of
scope = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS)
for first in ("Rosa", "Carl", "Vera"):
    person = Patient(id=new_id(), mrn=f"MS-{first}", first_name=first, last_name="Diaz", email=f"{first.lower()}@example.org")
    actions.add(scope, person, at=clock.now())
    for _ in range(4):
        actions.note_seen(scope, person.id, page="record", at=clock.now())
    actions.note_listed(scope, [person.id, new_id()], searched=False, at=clock.now())
seal(scope, at=clock.now())
"""


def pages_of(page, maple) -> dict[str, str]:
    """Every page of the ledger by its own links."""
    page.goto(f"{maple.web_url}/ledger/")
    entry = page.locator("a.quiet-link").first.get_attribute("href")
    people = page.locator("details.people .people-names a").first.get_attribute("href")
    person = page.locator('a.seek[href*="person="]').first.get_attribute("href")
    number = re.search(r"person=([0-9a-f-]{36})", person)[1]
    return {
        "home": "/", "ledger": "/ledger/", "of one patient": person, "nothing found": "/ledger/?from=2020-01-01&to=2020-01-02",
        "not understood": "/ledger/?from=soon", "entry": entry, "list": people, "who looked": f"/ledger/patients/{number}/",
        "sheet": f"/ledger/patients/{number}/?sheet=yes", "verification": "/ledger/verification/",
        "review": "/ledger/review/", "patient": f"/patients/{number}/",
    }  # fmt: skip


def test_every_page_is_clean_in_every_look(maple, open_page):
    page = open_page(width=360)
    errors = script_errors_of(page)
    sign_in(page, maple, "chloe@maple.example")
    found = {}
    for name, path in pages_of(page, maple).items():
        page.goto(maple.web_url + path)
        found[name] = faults_in_every_look(page)
    found["scripts"] = errors
    assert {where: faults for where, faults in found.items() if faults} == {}


def test_runs_and_people_open_by_keyboard(maple, open_page):
    page = open_page(width=360)
    sign_in(page, maple, "chloe@maple.example")
    page.goto(f"{maple.web_url}/ledger/")
    page.locator("details > summary", has_text="4 times").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".run-lines").first).to_be_visible()
    page.locator("details.people > summary").first.focus()
    page.keyboard.press("Enter")
    page.locator(".people-list").first.wait_for(state="visible")
    expect(page.locator(".people-list").first).to_contain_text("Diaz")
    assert faults_of(page) == []


def test_finds_a_patient_and_who_looked_without_any_script(maple, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_in(page, maple, "chloe@maple.example")
    page.goto(f"{maple.web_url}/ledger/")
    page.get_by_label("Patient", exact=True).fill("diaz")
    page.get_by_label("Looked at").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Which patient?")).to_be_visible()
    assert "diaz" not in page.url.casefold()
    page.get_by_role("link", name="Rosa Diaz").click()
    expect(page.get_by_role("status")).to_contain_text("on Rosa Diaz")
    expect(page.get_by_label("Looked at")).to_be_checked()
    page.get_by_role("link", name="Who looked at this patient").click()
    expect(page.get_by_role("heading", name="Who looked at Rosa Diaz")).to_be_visible()
    context.close()


def test_verifies_now_and_shows_what_was_found(maple, open_page):
    import subprocess
    import sys

    from tests.support.serving import SOURCE, stop

    page = open_page()
    sign_in(page, maple, "abe@maple.example")
    page.goto(f"{maple.web_url}/ledger/verification/")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("heading", name="Verifying every entry")).to_be_visible()
    assert faults_of(page) == []
    worker = subprocess.Popen(
        [sys.executable, "-m", "bedside.config.entry", "worker"],
        env={**maple.environ, "PYTHONPATH": str(SOURCE)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        page.get_by_role("button", name="Verify now").wait_for(timeout=60_000)
        expect(page.locator("main")).to_contain_text("Every entry is as it was sealed")
        expect(page.locator("main")).to_contain_text("Sound")
    finally:
        stop(worker)
