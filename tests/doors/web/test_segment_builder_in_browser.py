"""A segment from nothing to saved, by mouse, by keyboard, without script, and for whoever may not see patients."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
ANA = "ana@maple.example"
WES = "wes@maple.example"  # who writes to patients and may not see who they are
CHARTS = """
import json, sys
from datetime import UTC, datetime
from bedside.decisions.segments import queries
from bedside.doors.cli.shared import administrator_scope
from bedside.ground.scope import Purpose
from bedside.kit.terminology import System
from bedside.records.charts.actions import save_entries
from bedside.records.charts.rules import Entry, Kind, Status
from bedside.safeguards.practices.queries import practice_id_of

scope, at = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS), datetime.now(UTC)
ids = queries.matching_ids(scope, queries.EVERYBODY, today=at.date(), at=at)
has = dict(source="", source_id="1", status=Status.ACTIVE)
came = {one: [Entry(kind=Kind.CONDITION, codes=((System.ICD10CM, code),), **has)]
        for one, code in zip(ids, ["E11.9"] * 12 + ["J45.20"] * 2)}
save_entries(scope, came, at=at, for_member=None)
"""


@pytest.fixture
def maple(served) -> Served:
    """Fifteen patients, twelve of them with diabetes in the chart and two with asthma."""
    set_up_practice(served)
    add_staff(served, ANA, "Nurse Ana", "marketer")
    add_staff(served, WES, "Writer Wes", "campaign_writer")
    for number in range(15):
        person = {"first_name": "Pia", "last_name": f"Zqwinter{number}", "mrn": f"MS-{number}",
                  "birth_date": "1956-01-05", "email": f"p{number}@example.org"}  # fmt: skip
        served.command("patients", "add", stdin=json.dumps(person))
    served.script(CHARTS)
    return served


def result(page: Page):
    return page.locator("#result")


def found(page: Page):
    """What a search for codes found, which is open."""
    return page.locator(".found:visible").get_by_role("option")


def about(page: Page, place: str):
    return page.locator(f"#{place}-field")


def test_builds_a_segment_from_a_ready_made_one(maple, open_page):
    page = open_page()
    sign_in(page, maple, ANA)
    page.goto(f"{maple.web_url}/segments/")
    assert faults_in_every_look(page) == []
    follow(page.get_by_role("link", name="New segment"))
    card = page.locator(".starter", has_text="Overdue for A1c")
    card.scroll_into_view_if_needed()
    expect(card).to_contain_text("12 patients")
    assert faults_in_every_look(page) == []
    follow(card.get_by_role("link", name="Overdue for A1c"))
    expect(result(page)).to_contain_text("12 patients")
    expect(result(page)).to_contain_text("People are chosen by diabetes")
    expect(page.locator(".rule-mark").first).to_have_text("Health")
    assert faults_in_every_look(page) == []
    page.get_by_role("button", name="Remove condition 2").click()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    assert faults_in_every_look(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("A1c test", exact=True)).to_be_visible()
    expect(about(page, "r-1")).to_be_focused()
    page.get_by_role("button", name="Show ten patients").click()
    expect(page.get_by_role("link", name="Pia Zqwinter0")).to_be_visible()
    follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved “Overdue for A1c”.")).to_be_visible()
    expect(page.get_by_text("made by Nurse Ana")).to_be_visible()
    assert faults_in_every_look(page) == []


def test_finds_codes_by_keyboard_and_takes_them_as_typed(maple, open_page):
    page = open_page()
    sign_in(page, maple, ANA)
    page.goto(f"{maple.web_url}/segments/new/")
    about(page, "r-0").select_option("chart.condition")
    search = page.get_by_label("Search conditions by name or code")
    search.press_sequentially("asth")
    expect(page.get_by_role("option", name="Asthma All its codes and names")).to_be_visible()
    # The list lies over the buttons below it for as long as it is open.
    assert [fault for fault in faults_in_every_look(page) if "target-size" not in fault] == []
    search.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant") == found(page).first.get_attribute("id")
    search.press("Enter")
    expect(result(page)).to_contain_text("2 patients")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    page.keyboard.type("e11")
    expect(found(page).first).to_contain_text("ICD-10-CM E11*")
    page.keyboard.press("Enter")
    expect(result(page)).to_contain_text("14 patients")
    page.keyboard.type("asth")
    expect(found(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    search.fill("")
    page.get_by_role("button", name="Without Asthma").click()
    expect(result(page)).to_contain_text("12 patients")


def test_nests_groups_leaves_people_out_and_draws_a_part(maple, open_page):
    page = open_page()
    sign_in(page, maple, ANA)
    save = {"chart": "condition", "is": "has", "of": ["set:asthma"]}
    maple.command("segments", "save", "--name", "Asthma", "--rule", "-", stdin=json.dumps(save))
    page.goto(f"{maple.web_url}/segments/new/")
    about(page, "r-0").select_option("age")
    expect(page.get_by_label("Years")).to_be_visible()
    page.locator("#r-0-is").select_option("between")
    page.get_by_label("Years, from").fill("50")
    page.get_by_label("Years, to").fill("99")
    page.get_by_role("button", name="Leave people out").click()
    expect(about(page, "r-1-0")).to_be_focused()
    page.get_by_label("Segment", exact=True).select_option(label="Asthma")
    expect(result(page)).to_contain_text("13 patients")
    page.get_by_role("button", name="Add a group to group 2").click()
    expect(page.locator("#r-1-1-how")).to_be_focused()
    about(page, "r-1-1-0").select_option("sample")
    page.get_by_label("Percent").fill("99")
    expect(result(page)).not_to_contain_text("13 patients")
    expect(result(page)).to_contain_text("fewer than before")
    assert faults_in_every_look(page) == []
    page.get_by_label("Name", exact=True).fill("All but asthma")
    follow(page.get_by_role("button", name="Save"))
    page.get_by_role("button", name="Remove Asthma", exact=True).click()
    expect(page.get_by_role("heading", name="Remove “Asthma”?")).to_be_visible()
    expect(page.get_by_role("link", name="All but asthma")).to_be_visible()
    assert faults_in_every_look(page) == []
    follow(page.get_by_role("button", name="Remove"))
    expect(page.get_by_text("“Asthma” is in the bin.")).to_be_visible()


def test_everything_can_be_done_without_script(maple, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, maple, ANA)
    page.goto(f"{maple.web_url}/segments/new/")
    about(page, "r-0").select_option("chart.condition")
    follow(page.get_by_role("button", name="Count again"))
    page.get_by_label("Search conditions by name or code").fill("asth")
    follow(page.get_by_role("button", name="Find"))
    follow(page.get_by_role("option", name="Asthma All its codes and names"))
    expect(result(page)).to_contain_text("2 patients")
    page.get_by_label("Search conditions by name or code").fill("E11")
    follow(page.get_by_role("button", name="Find"))
    expect(result(page)).to_contain_text("14 patients")
    follow(page.get_by_role("button", name="Without Asthma"))
    page.get_by_label("When").select_option("last")
    follow(page.get_by_role("button", name="Count again"))
    page.get_by_label("When: how many").fill("5")
    follow(page.get_by_role("button", name="Leave people out"))
    follow(page.get_by_role("button", name="Remove group 2"))
    follow(page.get_by_role("button", name="Undo"))
    expect(page.get_by_role("button", name="Remove group 2")).to_be_visible()
    follow(page.get_by_role("button", name="Remove group 2"))
    page.get_by_label("Name", exact=True).fill("Lately")
    follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved “Lately”.")).to_be_visible()
    context.close()


def test_whoever_may_not_see_patients_sees_rounded_counts_and_nobody(maple, open_page):
    page = open_page()
    sign_in(page, maple, WES)
    page.goto(f"{maple.web_url}/segments/new/?start=a1c")
    expect(result(page)).to_contain_text("about 10 patients")
    expect(result(page)).not_to_contain_text("12")
    expect(result(page)).not_to_contain_text("%")
    expect(page.get_by_role("button", name="Show ten patients")).to_have_count(0)
    about(page, "r-0").select_option("city")
    expect(page.locator("#r-0-value-1")).to_be_visible()
    expect(page.locator("datalist")).to_have_count(0)
    about(page, "r-0").select_option("chart.condition")
    search = page.get_by_label("Search conditions by name or code")
    search.press_sequentially("asth")
    page.get_by_role("option", name="Asthma All its codes and names").click()
    expect(result(page)).to_contain_text("fewer than 11 patients")
    assert "Zqwinter" not in page.content()
    assert faults_in_every_look(page) == []
    page.goto(f"{maple.web_url}/segments/ready/")
    card = page.locator(".starter", has_text="Overdue for A1c")
    card.scroll_into_view_if_needed()
    expect(card).to_contain_text("about 10 patients")
