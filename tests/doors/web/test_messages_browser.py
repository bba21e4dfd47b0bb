"""The message pages in a real browser: accessible, without a word from the console, live as one types."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def listen(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("console", lambda line: heard.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def faults(page: Page) -> list[str]:
    """Of our own part; frames hold mail, which is judged as mail."""
    return [
        fault for fault in faults_in_every_look(page) if ".account" not in fault and ".brand" not in fault
    ]


def test_a_message_is_written_without_seeing_mjml(served, open_page):
    set_up_practice(served)
    add_staff(served, "ana@maple.example", "Nurse Ana", "marketer")
    served.command("practice", "edit", "--phone", "555-0100", "--website", "https://maple.example")
    page = open_page()
    heard = listen(page)
    sign_in(page, served, "ana@maple.example")
    page.goto(f"{served.web_url}/messages/new/")
    assert faults(page) == []
    page.locator("button[value=recall]").click()
    page.get_by_label("Kind of message").select_option("treatment")
    page.locator("#block-2-text").fill("Come {{ frist_name }}")
    page.get_by_text("did you mean “first_name”").wait_for()
    assert faults(page) == []
    page.locator("#block-2-text").fill("Come ")
    page.get_by_text("Fields to insert").click()
    page.locator("#block-2-text").press("End")
    page.get_by_role("button", name="First name", exact=True).click()
    expect(page.locator("#block-2-text")).to_have_value("Come {{ first_name | there }}")
    page.get_by_text("Ready: nothing to put right.").wait_for()
    page.frame_locator("[data-look] iframe:not(.coming)").get_by_role("heading", name="Come Maria").wait_for()
    page.locator("button[value='down-2']").click()
    page.locator("#block-3 input[value='Come {{ first_name | there }}']").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("ready to be used in a campaign").wait_for()
    address = page.url
    for part in ("preview/", "history/", ""):
        page.goto(address + part)
        assert faults(page) == [], part
    for path in ("messages/", "messages/brand/"):
        page.goto(f"{served.web_url}/{path}")
        assert faults(page) == [], path
    page.get_by_role("button", name="Plum").click()
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_text("Your brand kit is saved").wait_for()
    assert heard == []


def test_mjml_problems_lead_to_their_line(served, open_page):
    set_up_practice(served)
    add_staff(served, "ana@maple.example", "Nurse Ana", "marketer")
    page = open_page()
    heard = listen(page)
    sign_in(page, served, "ana@maple.example")
    page.goto(f"{served.web_url}/messages/new/")
    page.locator("button[value=two_columns]").click()
    page.locator("#mjml").fill("<mjml>\n<mj-body>\n<mj-foo/>\n</mj-body></mjml>")
    page.get_by_role("link", name="Line 3", exact=True).click()
    assert (
        page.evaluate(
            "const t = document.querySelector('#mjml'); t.value.slice(t.selectionStart, t.selectionEnd)"
        )
        == "<mj-foo/>"
    )
    expect(page.locator(".line-numbers b")).to_have_text("3")
    assert faults(page) == []
    assert heard == []


def test_everything_works_without_script(served, chromium):
    set_up_practice(served)
    add_staff(served, "ana@maple.example", "Nurse Ana", "marketer")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, served, "ana@maple.example")
    page.goto(f"{served.web_url}/messages/new/")
    page.locator("button[value=blank]").click()
    page.locator("#block-2-text").fill("TYPED")
    page.get_by_text("Add at the top").click()
    page.locator("button[value='add-0-line']").click()
    expect(page.locator("#block-3-text")).to_have_value("TYPED")
    page.locator("#subject").fill("Hello")
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_text("1 thing to put right")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved. There is one thing left")).to_be_visible()
    context.close()


def test_the_guard_leads_to_what_tells_and_writes_it_otherwise(served, open_page):
    set_up_practice(served)
    add_staff(served, "ana@maple.example", "Nurse Ana", "marketer")
    page = open_page()
    heard = listen(page)
    sign_in(page, served, "ana@maple.example")
    page.goto(f"{served.web_url}/messages/new/")
    page.locator("button[value=blank]").click()
    page.locator("#message_class").select_option("general_health")
    page.locator("#subject").fill("Your biopsy results are in")
    page.locator("textarea[name$='-text']").last.fill("Hello. Your flu shot is due this month.")
    panel = page.locator("section", has=page.get_by_role("heading", name="What it tells about people"))
    expect(panel.get_by_text("Must go").first).to_be_visible(timeout=20_000)
    assert faults(page) == []
    folder = os.environ.get("BEDSIDE_PICTURES")  # a folder in which somebody wants to look at them
    if folder:
        page.screenshot(path=f"{folder}/guard.png", full_page=True)
    follow(panel.get_by_role("button", name=re.compile("instead|Leave it out")).last)
    expect(page.locator("textarea[name$='-text']").last).not_to_have_value(
        "Hello. Your flu shot is due this month."
    )
    assert heard == []
