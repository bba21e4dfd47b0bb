"""The page of the keys in a real browser: accessible in every look, on a telephone too, through a destruction by two."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PICTURES = os.environ.get("BEDSIDE_TEST_PICTURES")  # a folder, for looking at the pages oneself


@pytest.fixture
def maple(served) -> Served:
    """Maple Street with Omar and Chloe, who keep the keys."""
    set_up_practice(served)
    add_staff(served, "omar@maple.example", "Office manager Omar", "administrator")
    add_staff(served, "chloe@maple.example", "Compliance officer Chloe", "compliance_officer")
    return served


def check(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    assert faults_in_every_look(page) == []


def test_makes_a_new_key_and_closes_the_practice_by_two(maple, open_page):
    page = open_page()
    sign_in(page, maple, "omar@maple.example")
    page.goto(f"{maple.web_url}/keys/")
    page.get_by_text("There are no recovery shares").wait_for()
    check(page, "keys")
    follow(page.get_by_role("link", name="New practice key"))
    check(page, "rotate")
    page.get_by_role("button", name="Make a new key").click()
    page.get_by_text("Making it known").wait_for()
    check(page, "running")
    follow(page.get_by_role("link", name="Compromised? Practice key, version 1"))
    check(page, "compromised")
    page.goto(f"{maple.web_url}/keys/close/")
    page.get_by_label("To be sure, type").fill("no")
    page.get_by_role("button", name="Ask for the destruction").click()
    page.get_by_role("alert").wait_for()
    check(page, "close-refused")
    page.get_by_label("To be sure, type").fill("Maple Street Family Practice")
    page.get_by_role("button", name="Ask for the destruction").click()
    page.get_by_text("Waits for a second person").wait_for()
    check(page, "asked")
    other = open_page()
    sign_in(other, maple, "chloe@maple.example")
    other.goto(f"{maple.web_url}/keys/")
    follow(other.get_by_role("link", name="Release or refuse"))
    check(other, "answer")
    other.get_by_role("button", name="Release the destruction").click()
    other.get_by_text("Will be done on").wait_for()
    check(other, "released")
    other.get_by_role("link", name="Stop it").click()
    other.get_by_role("button", name="Let nothing be destroyed").click()
    other.get_by_text("Nothing will be destroyed.").wait_for()
