"""The seventeen questions and what a practice states, in a real browser: from open to in order, by three people."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]

_SET_UP = """
import json
from bedside.correspondence.campaigns import actions
from bedside.doors.cli.shared import scope_for
from bedside.ground import clock
from tests.correspondence.building import make_people, make_plan
from argparse import Namespace

omar = scope_for(Namespace(practice="maple", as_email="omar@maple.example"))
at = clock.now()
make_people(omar, 3, at=at)
campaign = actions.create(omar, make_plan(omar, at=at), at=at)
actions.submit(omar, campaign, at=at)
print(json.dumps({"campaign": str(campaign)}))
"""


@pytest.fixture
def maple(served: Served) -> Served:
    set_up_practice(served)
    served.command("practice", "edit", "--website", "https://maple.example")
    add_staff(served, "omar@maple.example", "Office manager Omar", "administrator", "marketer")
    add_staff(served, "chloe@maple.example", "Chloe Okafor", "compliance_officer")
    return served


def check(page: Page, name: str) -> None:
    folder = os.environ.get("BEDSIDE_PICTURES")  # a folder in which somebody wants to look at them
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert faults_in_every_look(page) == []


def test_states_once_and_lets_one_campaign_go_by_name(maple: Served, open_page: Callable[..., Page]) -> None:
    campaign = f"{maple.web_url}/campaigns/{json.loads(maple.script(_SET_UP))['campaign']}/"
    author, officer = open_page(), open_page()
    sign_in(author, maple, "omar@maple.example")
    author.goto(f"{campaign}questions/")
    expect(author.locator(".question-red")).to_have_count(7)  # no mail server is named here
    check(author, "questions-author")
    assert author.get_by_text("Let this mail go without it").count() == 0  # it is his own

    sign_in(officer, maple, "chloe@maple.example")
    officer.goto(f"{maple.web_url}/")
    expect(officer.get_by_text("5 things are not stated, so mail waits.")).to_be_visible()
    officer.goto(f"{maple.web_url}/settings/statements/")
    check(officer, "statements-empty")
    training = officer.locator("section", has=officer.get_by_role("heading", name="Everybody is trained"))
    training.get_by_label("Until").fill("2020-01-01")
    training.get_by_label("Where it is written down").fill("Course of September")
    officer.evaluate("for (const one of document.querySelectorAll('form')) one.noValidate = true")
    follow(training.get_by_role("button", name="I state this"))
    expect(officer.get_by_text("can be stated from today until")).to_be_visible()
    expect(training.get_by_label("Where it is written down")).to_have_value("Course of September")
    training.get_by_label("Until").fill(training.get_by_label("Until").get_attribute("max") or "")
    follow(training.get_by_role("button", name="I state this"))
    expect(training.get_by_text("Stated", exact=True)).to_be_visible()
    check(officer, "statements")

    officer.goto(f"{campaign}questions/")
    expect(officer.locator(".question-red")).to_have_count(6)
    procedure = officer.locator("#question-2")
    procedure.get_by_text("Let this mail go without it").click()
    check(officer, "questions-officer")
    procedure.get_by_label("Why it may go all the same").fill("The procedure is signed on Monday.")
    follow(procedure.get_by_role("button", name="Let it go"))
    expect(officer.locator("#question-2")).to_contain_text("Chloe Okafor let this mail go without it")
    expect(officer.locator(".question-red")).to_have_count(5)
    officer.goto(campaign)
    check(officer, "campaign")
    officer.goto(f"{campaign}decide/")
    check(officer, "decide")
    officer.get_by_role("link", name="A long name").click()
    expect(
        officer.locator("iframe").first.content_frame.get_by_text("María de los Ángeles").first
    ).to_be_visible()
    check(officer, "decide-long-name")
