"""A patient on a phone, from the sign-up form to stopping everything; then the office reads how it came about.

The office makes and publishes the form in the browser first. Mails go the whole way: owed, asked about at the gate,
handed over by the worker, found in the demo's inbox. Every page on the way is put before axe.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journey.test_main_job import OMAR, PAULA, check, press, sign_in
from tests.support.serving import follow

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.demo import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("demo")]

MAIL_WITHIN_MS = 60_000
FORM = "Zq waiting room tablet"
# What the office reads, the newest first: (a part of each line, a part of what stands beside it).
LINES = (
    ("Stopped all mail, on the page for choices", "recorded by the person"),
    ("Said no to: Offers, on the page for choices", "recorded by the person"),
    ("Said no to: Health tips, on the page for choices", "recorded by the person"),
    ("Welcome after a sign-up: delivered", "sent by this system"),
    ("Said yes to: Health tips, on a sign-up form", "recorded by the person"),
    (
        "Showed that the mailbox is theirs, by the link that confirms an address",
        "recorded by the person",
    ),
)


def look(page: Page, name: str) -> None:
    """Clean for axe and no wider than the window; kept as a picture where somebody wants to look."""
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if folder := os.environ.get("BEDSIDE_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"journey-{name}.png", full_page=True)


def publish_form(page: Page, demo: Running) -> str:
    """Gives the address of the form, as it stands on its page for the office."""
    page.goto(f"{demo.web}/sign-ups/")
    look(page, "forms")
    follow(page.get_by_role("button", name="New form"))
    look(page, "builder")
    page.get_by_label("Name, for your staff").fill(FORM)
    page.get_by_label("Title").first.fill("Mail from Maple Street")
    page.get_by_label("What the mails are for").first.fill("Tips for staying well.")
    expect(page.locator("#beside")).to_contain_text("Tips for staying well.")
    expect(page.locator("#beside")).to_contain_text("Ready to publish.")
    follow(page.get_by_role("button", name="Save the draft"))
    follow(page.get_by_role("button", name="Publish the saved draft"))
    expect(page.get_by_text("Version 1 is open.")).to_be_visible()
    look(page, "published")
    return page.locator("#put + p a").get_attribute("href") or ""


def sign_up(page: Page, form: str) -> None:
    page.goto(form)
    look(page, "form")
    expect(page.locator("input[type=checkbox]:checked")).to_have_count(0)
    expect(page.get_by_text("You can stop at any time")).to_be_visible()
    page.get_by_label("Email address").fill(PAULA)
    page.get_by_label("First name").fill("Zqtorben")
    page.get_by_label("Health tips. At most 4 mails a month.").check()
    page.get_by_label("reminders of visits").check()
    page.wait_for_timeout(3_100)  # nobody reads it in less
    follow(page.get_by_role("button", name="Send"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Now look into your mailbox")
    look(page, "thanks")


def link_in_mail(page: Page, demo: Running, subject: str, mark: str) -> str:
    """Waits for the mail in the demo's inbox; gives its link whose path begins with `mark`."""
    row = page.get_by_role("link", name=subject)
    for _ in range(MAIL_WITHIN_MS // 500):
        page.goto(f"{demo.web}/inbox/")
        page.get_by_label("Recipient's address").fill(PAULA)
        follow(page.get_by_role("button", name="Show"))
        if row.count():
            break
        page.wait_for_timeout(500)
    expect(row).to_have_count(1)
    follow(row)
    look(page, f"mail-{mark}")
    links = page.get_by_role("link").evaluate_all("found => found.map(link => link.href)")
    return next(link for link in links if f"/{mark}/" in link)


def confirm(page: Page, address: str) -> None:
    """Looking changes nothing, the button does, and pressing twice is no harm."""
    for _ in range(2):
        page.goto(address)
        expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    expect(page.locator("section.card li")).to_have_text(["Reminders", "Health tips"])
    look(page, "confirm")
    follow(page.get_by_role("button", name="Confirm"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed up")
    look(page, "confirmed")
    page.goto(address)
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    look(page, "confirmed-already")


def choose_and_withdraw(page: Page, address: str) -> None:
    page.goto(address)
    tips, visits = (page.get_by_role("group", name=name) for name in ("Health tips", "Reminders"))
    expect(tips.get_by_label("Send me these", exact=True)).to_be_checked()
    look(page, "choices")
    page.get_by_role("link", name="Only reminders").click()
    expect(page.get_by_role("button", name="Send me only reminders")).to_be_in_viewport()
    follow(page.get_by_role("button", name="Send me only reminders"))
    expect(page.get_by_role("status")).to_have_text("Saved. Your choices are in force now.")
    expect(tips.get_by_label("Do not send me these")).to_be_checked()
    expect(visits.get_by_label("Send me these", exact=True)).to_be_checked()
    look(page, "only-reminders")
    follow(page.get_by_role("button", name="Stop everything"))
    expect(page.get_by_text("You have stopped all mails from us.")).to_be_visible()
    look(page, "stopped")


def read_time_line(page: Page, demo: Running) -> None:
    page.goto(f"{demo.web}/patients/")
    page.get_by_label("Search").fill(PAULA)
    press(page, "Search")
    page.locator("#found").get_by_role("link", name="Zqtorben").click()
    page.get_by_role("main").get_by_role("link", name=re.compile("permission", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Permissions of Zqtorben")
    lines = page.locator("ol.acts > li")
    found = lines.all_inner_texts()
    places = [
        next((place for place, text in enumerate(found) if sentence in text and by in text), None)
        for sentence, by in LINES
    ]
    assert None not in places, (places, found)
    assert places == sorted(places), found
    page.locator("ol.acts details").evaluate_all("found => found.forEach(one => { one.open = true })")
    said_yes = lines.filter(has_text="Said yes to: Health tips")
    expect(said_yes).to_contain_text("[ ] Yes, email me: Health tips. At most 4 mails a month.")
    expect(said_yes).to_contain_text("You can stop at any time")
    expect(lines.filter(has_text="Welcome after a sign-up")).to_contain_text(
        "Press the button to choose less"
    )
    look(page, "time-line")


@pytest.mark.row("CON-01", "CON-05", "CON-10", "CON-21")
def test_signs_up_confirms_chooses_and_withdraws_on_a_phone(demo, open_page):
    office, phone = open_page(), open_page(width=360)
    faults: list[str] = []
    for page in (office, phone):
        page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(office, demo, OMAR)
    sign_up(phone, publish_form(office, demo))
    confirm(phone, link_in_mail(office, demo, "Please confirm your email address", "s"))
    choose_and_withdraw(phone, link_in_mail(office, demo, "You are signed up", "p"))
    read_time_line(office, demo)
    assert phone.context.cookies() == []
    assert faults == []
