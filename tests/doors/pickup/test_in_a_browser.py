"""The patients' pages in a real browser: readable by everybody, at any width, light and dark, without script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import faults_in_every_look, follow, set_up_practice

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# A patient with a signed paper, and two tokens: one for offers, one for all mail.
_SET_UP = """
import json
from datetime import date
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose
from bedside.records.consent import actions
from bedside.records.consent.links import address_mark, seal_link
from bedside.records.consent.rules import Category, Paper
from bedside.records.patients import actions as patients
from bedside.records.patients.rules import Patient
from bedside.safeguards.practices.queries import practice_id_of
from bedside.safeguards.vault.queries import practice_keys

scope = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS)
patient = Patient(id=new_id(), first_name="Jane", email="jane.roe@example.org")
patients.add(scope, patient, at=clock.now())
paper = Paper(signed_on=date(2024, 1, 5), expires_on=date(2099, 1, 5), expires_event=None,
              remuneration_stated=False, sender_covered=True)
actions.record_authorization(scope, patient.id, paper=paper, source="paper", at=clock.now())
actions.grant(scope, patient.id, category=Category.OFFERS, source="paper", at=clock.now())
mark = address_mark(practice_keys(scope), patient.email)
print(json.dumps({
    name: seal_link(practice_id=scope.practice_id, patient_id=patient.id, campaign_id=new_id(), category=category,
                    address_mark=mark, written_at=clock.now())
    for name, category in (("offers", Category.OFFERS), ("all", None))
}))
"""


@pytest.fixture
def tokens(served: Served) -> dict[str, str]:
    set_up_practice(served)
    return json.loads(served.script(_SET_UP))


def check(page: Page) -> None:
    """Accessible, and no wider than the window, in every look."""
    assert faults_in_every_look(page) == []


def test_a_person_stops_undoes_chooses_and_revokes(
    served: Served, tokens: dict[str, str], open_page: Callable[..., Page]
) -> None:
    page = open_page(width=360)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{served.pickup_url}/u/{tokens['offers']}")
    check(page)
    page.get_by_role("button", name="Yes, stop these mails").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have stopped these mails")
    check(page)
    page.get_by_role("button", name="That was a mistake, keep sending").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You will keep getting these mails")
    check(page)
    follow(page.get_by_role("link", name="Choose which mails you get"))
    check(page)
    page.get_by_role("group", name="Health tips").get_by_label("Do not send me these").check()
    page.get_by_role("button", name="Save my choices").click()
    expect(page.get_by_role("status")).to_have_text("Saved. Your choices are in force now.")
    expect(page.get_by_role("group", name="Health tips").get_by_label("Do not send me these")).to_be_checked()
    page.get_by_role("button", name="Take back my permission").click()
    page.get_by_text("You have taken back your permission").wait_for()
    page.get_by_role("button", name="Stop everything").click()
    page.get_by_text("You have stopped all mails from us").wait_for()
    check(page)
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Stop everything").wait_for()
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    check(page)
    assert page.context.cookies() == []
    assert wrong == []


def test_a_broken_link_is_told_in_plain_words(
    served: Served, tokens: dict[str, str], open_page: Callable[..., Page]
) -> None:
    page = open_page(width=360)
    page.goto(f"{served.pickup_url}/u/{tokens['all'][:-3]}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work")
    check(page)


def test_the_keyboard_is_enough(
    served: Served, tokens: dict[str, str], open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{served.pickup_url}/u/{tokens['all']}")
    for _ in range(3):  # skip link, other language, button
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="We have stopped all mails").wait_for()
