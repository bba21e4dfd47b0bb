"""The list of who gets no mail, and who drops out of a campaign, in a real browser: readable by all, at any width."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# More suppressions than a page holds, a list that waits, and a campaign of which one person drops out.
_SET_UP = """
import json
from bedside.correspondence.campaigns import actions
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.scope import Purpose
from bedside.records.consent.actions import refuse
from bedside.records.consent.lists import receive_list
from bedside.records.consent.rules import Category, SuppressionReason
from bedside.records.consent.suppressing import suppress_address
from bedside.safeguards.practices.queries import practice_id_of
from tests.correspondence.building import make_people, make_plan

scope, at = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS), clock.now()
for number in range(30):
    suppress_address(scope, f"sam{number}@example.org", reason=SuppressionReason.ASKED, at=at)
listed = receive_list(scope, b"pat@example.org\\nno address\\n", at=at)
people = make_people(scope, 2, at=at)
refuse(scope, people[0].id, category=Category.NEWSLETTER, source="paper", at=at)
campaign = actions.create(scope, make_plan(scope, at=at), at=at)
actions.submit(scope, campaign, at=at)
print(json.dumps({"campaign": str(campaign), "list": str(listed)}))
"""


@pytest.fixture
def maple(served: Served) -> Served:
    set_up_practice(served)
    served.command("practice", "edit", "--website", "https://maple.example")
    add_staff(served, "omar@maple.example", "Office manager Omar", "administrator", "marketer")
    return served


def check(page: Page) -> None:
    assert faults_in_every_look(page) == []


def test_shows_whom_no_mail_reaches_and_who_drops_out(maple: Served, open_page: Callable[..., Page]) -> None:
    page = open_page(width=360)
    sign_in(page, maple, "omar@maple.example")
    page.goto(f"{maple.web_url}/suppressions/")
    expect(page.get_by_role("heading", name="No address is suppressed")).to_be_visible()
    made = json.loads(maple.script(_SET_UP))
    page.goto(f"{maple.web_url}/suppressions/")
    expect(page.get_by_text("Page 1 of 2")).to_be_visible()
    page.get_by_text("To one address").click()
    page.get_by_text("To a whole domain").click()
    check(page)
    page.get_by_label("Email address").first.fill("sam1@example.org")
    follow(page.get_by_role("button", name="Look up"))
    expect(page.get_by_role("heading", name="What we know of that address")).to_be_visible()
    check(page)
    page.goto(f"{maple.web_url}/suppressions/lists/{made['list']}/")
    check(page)
    page.goto(f"{maple.web_url}/campaigns/{made['campaign']}/drop-outs/")
    expect(page.get_by_text("This person said no to this kind of mail.")).to_be_visible()
    check(page)
