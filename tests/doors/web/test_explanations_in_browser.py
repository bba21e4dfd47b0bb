"""Why somebody was or would be written to, and what a mail reveals, in a real browser: readable by all, at any width."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PICTURES = os.environ.get("BEDSIDE_TEST_PICTURES")  # a folder, for looking at the pages oneself

# Three people, one of whom said no, and two campaigns: one submitted, one that chooses by a condition.
_SET_UP = """
import json
from dataclasses import replace
from bedside.correspondence.campaigns import actions, queries
from bedside.decisions.segments import actions as segments
from bedside.decisions.segments.rules import from_json
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.scope import Purpose
from bedside.records.consent.actions import refuse
from bedside.records.consent.rules import Category
from bedside.safeguards.practices.queries import practice_id_of
from tests.correspondence.building import make_people, make_plan

scope, at = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS), clock.now()
people = make_people(scope, 3, at=at)
refuse(scope, people[0].id, category=Category.NEWSLETTER, source="paper", at=at)
plan = make_plan(scope, at=at)
campaign = actions.create(scope, plan, at=at)
actions.submit(scope, campaign, at=at)
asthma = from_json({"field": "conditions", "is": "has", "value": "asthma"})
chosen = segments.save(scope, segment_id=None, name="Asthma", rule=asthma, at=at)
draft = actions.create(scope, replace(plan, segment_id=chosen), at=at)
lines, _ = queries.recipients(scope, campaign, state="suppressed", code="", offset=0, limit=1)
print(json.dumps({"campaign": str(campaign), "draft": str(draft), "patient": str(people[0].id), "line": lines[0].id}))
"""


@pytest.fixture
def maple(served: Served) -> Served:
    set_up_practice(served)
    served.command("practice", "edit", "--website", "https://maple.example")
    add_staff(served, "omar@maple.example", "Office manager Omar", "administrator", "marketer")
    return served


def check(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    assert faults_in_every_look(page) == []


def test_explains_replays_asks_and_says_what_a_mail_reveals(
    maple: Served, open_page: Callable[..., Page]
) -> None:
    made = json.loads(maple.script(_SET_UP))
    page = open_page()
    sign_in(page, maple, "omar@maple.example")
    _person_of_a_campaign(page, f"{maple.web_url}/campaigns/{made['campaign']}/people/{made['line']}/")
    _what_if(page, f"{maple.web_url}/patients/{made['patient']}/permissions/what-if/")
    _what_it_reveals(page, f"{maple.web_url}/campaigns/{made['draft']}/")


def _person_of_a_campaign(page: Page, address: str) -> None:
    page.goto(address)
    check(page, "person")
    page.get_by_text("Each question, and what was found").click()
    expect(page.get_by_text("Has this person said no to this kind of mail?")).to_be_visible()
    check(page, "person-questions")
    follow(page.get_by_role("button", name="Decide once more"))
    expect(page.get_by_text("with the same answer")).to_be_visible()
    check(page, "person-replayed")


def _what_if(page: Page, address: str) -> None:
    page.goto(address)
    check(page, "what-if")
    page.get_by_label("Kind of message").select_option("marketing")
    page.get_by_text("It may reveal something sensitive").click()
    page.get_by_label("HIV and sexual infections").check()
    follow(page.get_by_role("button", name="Ask"))
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    check(page, "what-if-answered")


def _what_it_reveals(page: Page, campaign: str) -> None:
    page.goto(f"{campaign}review/")
    expect(page.get_by_role("button", name="Submit for approval")).to_be_disabled()
    check(page, "review-open")
    follow(page.get_by_role("link", name="Say what it may reveal"))
    expect(page.get_by_text("People are chosen by what they have")).to_be_visible()
    check(page, "kind")
    follow(page.get_by_role("button", name="Save and choose the audience"))
    expect(page.get_by_text("Tick what the mail may reveal")).to_be_visible()
    check(page, "kind-refused")
    page.get_by_label("Another condition").check()
    follow(page.get_by_role("button", name="Save and choose the audience"))
    page.goto(f"{campaign}review/")
    expect(page.get_by_role("button", name="Submit for approval")).to_be_enabled()
    check(page, "review-said")
