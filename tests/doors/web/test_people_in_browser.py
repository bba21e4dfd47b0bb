"""Patients and segments in a real browser: accessible in every look, live as one types, whole without script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, faults_in_every_look, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PEOPLE = [
    {"first_name": "Pia", "last_name": "Zqmark", "mrn": "MS-1", "birth_date": "1966-01-05", "city": "Fairhaven",
     "conditions": ["asthma"], "email": "pia@example.org"},
    {"first_name": "Quentin", "last_name": "Hartwell", "mrn": "MS-2", "birth_date": "2006-01-05", "city": "Larkspur"},
]  # fmt: skip


@pytest.fixture
def maple(served) -> Served:
    """Maple Street with Ana, who may do all of this, Chloe, who exports, and two patients."""
    set_up_practice(served)
    add_staff(served, "ana@maple.example", "Nurse Ana", "marketer", "compliance_officer")
    for person in PEOPLE:
        served.command("patients", "add", stdin=json.dumps(person))
    return served


def listen(page: Page) -> list[str]:
    """What the console says, but for answers that refuse a form, which browsers report as errors."""
    heard: list[str] = []
    page.on(
        "console",
        lambda line: (
            heard.append(line.text) if line.type in {"error", "warning"} and "422" not in line.text else None
        ),
    )
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def check(page: Page) -> None:
    assert faults_in_every_look(page) == []
    assert "zqmark" not in page.url.lower()


def test_finds_opens_and_edits_a_patient(maple, open_page):
    page = open_page(width=360)
    heard = listen(page)
    sign_in(page, maple, "ana@maple.example")
    page.goto(f"{maple.web_url}/patients/")
    check(page)
    page.get_by_label("Search").fill("zqmark")
    page.get_by_text("Hartwell").wait_for(state="detached")
    check(page)
    page.get_by_role("link", name="Zqmark, Pia").click()
    page.get_by_text("No campaign that you may see has included them.").wait_for()
    check(page)
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("zqmark")
    page.get_by_role("link", name="Zqmark, Pia").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Email address").fill("no address")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("needs an @ sign").wait_for()
    check(page)
    page.get_by_label("Email address").fill("new@example.org")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("new@example.org").wait_for()
    assert heard == []


def test_warns_before_unsaved_changes_are_left(maple, open_page):
    page = open_page()
    sign_in(page, maple, "ana@maple.example")
    page.goto(f"{maple.web_url}/segments/new/")
    page.get_by_label("Name", exact=True).press_sequentially("Mine")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Go back").click()
    page.wait_for_url(f"{maple.web_url}/segments/")
    assert asked == ["beforeunload"]


def test_searches_and_exports_without_script(maple, chromium):
    context = chromium.new_context(java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    sign_in(page, maple, "ana@maple.example")
    page.goto(f"{maple.web_url}/patients/")
    page.get_by_label("Search").fill("zqmark")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 patient found").last).to_be_visible()
    assert "zqmark" not in page.url
    page.get_by_role("button", name="Export").click()
    page.get_by_role("radio", name="An audit or an inquiry").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert "Zqmark" in download.value.path().read_text("utf-8-sig")
    context.close()
