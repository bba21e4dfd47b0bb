"""The pages of one person's permissions in a real browser: read, record, review, on a desk and on a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import add_staff, faults_in_every_look, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PICTURES = os.environ.get("BEDSIDE_TEST_PICTURES")  # a folder, for looking at the pages oneself


@pytest.fixture
def maple(served) -> Served:
    """Maple Street with Chloe."""
    set_up_practice(served)
    add_staff(served, "chloe@maple.example", "Compliance officer Chloe", "compliance_officer")
    add_staff(served, "omar@maple.example", "Office manager Omar", "administrator")
    return served


def check(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    assert faults_in_every_look(page) == []


@pytest.mark.row("CON-02", "CON-21")
def test_reads_records_and_reviews(maple, open_page):
    record = '{"first_name": "Jane", "last_name": "Roe", "email": "jane.roe@example.org", "birth_date": "1980-05-04"}'
    patient = str(maple.command("patients", "add", stdin=record)["id"])
    page = open_page(width=360)
    sign_in(page, maple, "chloe@maple.example")
    address = f"{maple.web_url}/patients/{patient}/permissions/"
    page.goto(address)
    check(page, "permissions-empty")
    maple.command("consent", "opt-in", patient, "--category", "newsletter", "--source", "phone")
    maple.command("consent", "opt-out", patient, "--category", "offers", "--source", "letter")
    _record(page, address)
    page.goto(address)
    page.get_by_text("Evidence").first.click()
    check(page, "permissions")
    page.goto(f"{address}?show=preference")
    check(page, "permissions-narrowed")
    page.goto(f"{maple.web_url}/permissions/review/")
    check(page, "review")
    page.get_by_role("button", name="Sign the review").click()
    page.get_by_text("Signed. The ledger keeps").wait_for()
    check(page, "reviewed")


def _record(page: Page, address: str) -> None:
    page.goto(f"{address}record/")
    check(page, "record")
    page.get_by_text("Unencrypted mail, after the warning").click()
    form = page.locator("#plain_mail")
    form.get_by_label("I told them this").check()
    form.get_by_label("How did they tell you?").select_option("phone")
    check(page, "record-open")
    form.get_by_role("button", name="Record their choice").click()
    page.get_by_text("Recorded that they prefer unencrypted mail.").wait_for()
    page.goto(f"{address}record/")
    page.get_by_text("Less often").click()
    form = page.locator("#often")
    form.get_by_label("About which mail?").select_option("newsletter")
    form.get_by_label("In 30 days").select_option("2")
    form.get_by_label("How did they tell you?").select_option("phone")
    form.get_by_role("button", name="Record how often").click()
    page.get_by_text("Health tips: at most 2 in 30 days").wait_for()


def test_settings_show_what_is_promised(maple, open_page):
    page = open_page()
    sign_in(page, maple, "omar@maple.example")
    page.goto(f"{maple.web_url}/settings/")
    check(page, "settings")
