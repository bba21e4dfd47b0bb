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
    page.get_by_text("No campaign has included them yet.").wait_for()
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


def test_builds_a_segment_that_counts_as_one_types(maple, open_page):
    page = open_page(width=360)
    heard = listen(page)
    sign_in(page, maple, "ana@maple.example")
    page.goto(f"{maple.web_url}/segments/")
    check(page)
    page.get_by_role("link", name="Turning 50").click()
    page.get_by_label("Years").first.fill("50")
    page.get_by_label("Years").last.fill("70")
    page.locator("#result").get_by_text("age is at least 50 and age is at most 70").wait_for()
    page.locator("#result").get_by_text("1 patient").wait_for()
    check(page)
    page.get_by_label("Years").last.fill("900")
    page.get_by_text("give a whole number of years").wait_for()
    expect(page.get_by_label("Years").last).to_have_attribute("aria-invalid", "true")
    check(page)
    page.get_by_label("Years").last.fill("70")
    page.get_by_text("give a whole number of years").wait_for(state="hidden")
    page.get_by_role("button", name="Add a condition").press("Enter")
    page.locator("#r-2-field:focus").wait_for()
    page.locator("#r-2-field").select_option("conditions")
    page.locator("#r-2-value-1[type=text]").fill("asthma")
    page.get_by_text("This says something about health").wait_for()
    expect(page.locator("#values-conditions option").first).to_have_attribute("value", "asthma")
    page.get_by_role("button", name="Show ten patients").click()
    page.get_by_role("link", name="Pia Zqmark").wait_for()
    check(page)
    page.get_by_label("Name", exact=True).fill("Asthma, fifty and over")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("cell", name="1 patient").wait_for()
    check(page)
    page.get_by_role("button", name="Remove Asthma").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is back.").wait_for()
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


def test_searches_builds_and_exports_without_script(maple, chromium):
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
    page.goto(f"{maple.web_url}/segments/new/?start=turning_50")
    page.get_by_label("Years").first.fill("50")
    page.get_by_label("Years").last.fill("70")
    page.get_by_label("Name", exact=True).fill("Fifty to seventy")
    page.get_by_role("button", name="Count again").click()
    expect(page.locator("#result").get_by_text("1 patient")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved “Fifty to seventy”.")).to_be_visible()
    context.close()
