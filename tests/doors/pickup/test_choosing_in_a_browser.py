"""Less often, a break, only reminders, why, and what is held: in a real browser, on a phone, without script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.doors.pickup.test_in_a_browser import _SET_UP, check
from tests.support.serving import follow, set_up_practice

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.mark.row("CON-10", "CON-12", "RGT-14")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_person_takes_a_break_chooses_and_asks(
    served: Served, open_page: Callable[..., Page], scheme: str
) -> None:
    set_up_practice(served)
    token = json.loads(served.script(_SET_UP))["all"]
    page = open_page(width=360, scheme=scheme)
    page.goto(f"{served.pickup_url}/p/{token}")
    page.get_by_role("group", name="Health tips").get_by_label("How often?").select_option("1")
    page.get_by_role("button", name="Save my choices").click()
    expect(page.get_by_role("status")).to_have_text("Saved. Your choices are in force now.")
    expect(page.get_by_role("group", name="Health tips").get_by_label("How often?")).to_have_value("1")
    page.get_by_label("For 3 months").check()
    page.get_by_role("button", name="Start the break").click()
    expect(page.get_by_text("You are on a break.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="End the break now").click()
    expect(page.get_by_text("You are on a break.")).to_have_count(0)
    page.get_by_role("button", name="Send me only reminders").click()
    expect(page.get_by_role("button", name="Send me only reminders")).to_have_count(0)
    check(page)
    follow(page.get_by_role("link", name="Why did I get this mail?"))
    check(page)
    follow(page.get_by_role("link", name="Back to your choices"))
    follow(page.get_by_role("link", name="What do you hold about me?"))
    check(page)
    page.get_by_role("button", name="Ask for my copy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please look at your mail")
    check(page)
