"""The staff door in a real browser: no accessibility faults, no script errors, no sideways scrolling."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.support.serving import (
    LOOKS,
    accessibility_faults,
    add_staff,
    faults_in_every_look,
    set_up_practice,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PAGES = {
    "home": "/",
    "ledger": "/ledger/",
    "ledger, searched": "/ledger/?about=01a1ff94-0000-7000-8000-000000000000",
    "staff": "/staff/",
    "add somebody": "/staff/add/",
    "settings": "/settings/",
    "your account": "/account/",
    "change password": "/account/password/change/",
    "second step": "/account/2fa/",
    "set up second step": "/account/2fa/totp/activate/",
    "sign out": "/account/logout/",
    "not found": "/nowhere/",
}
EVERY_LOOK = tuple(itertools.product((360, 1280), ("light", "dark")))


@pytest.fixture
def maple(served):
    """Maple Street with an administrator and an approver."""
    set_up_practice(served)
    omar = add_staff(served, "omar@maple.example", "Omar Haddad", "administrator", "marketer")
    add_staff(served, "ada@maple.example", "Ada Okafor", "approver")
    PAGES["one person"] = f"/staff/{omar['account_id']}/"
    PAGES["end access"] = f"/staff/{omar['account_id']}/end/"
    return served


def faults_of(page) -> list[str]:
    faults = accessibility_faults(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*faults, f"{wide} px too wide"] if wide > 0 else faults


def script_errors_of(page) -> list[str]:
    """Grows with each error of a script and each thing the page's policy forbade, from now on."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Security" in said.text else None)
    return errors


def test_every_page_is_clean_in_every_look(maple, open_page):
    """Scheme and width are styles alone, so that a page need not be fetched again for them.

    What is around every page, and the page to sign in, are looked at in each scheme at each width; what is in a page,
    in each scheme and at each width.
    """
    page = open_page(width=360)
    errors = script_errors_of(page)
    page.goto(f"{maple.web_url}/account/login/?idle=yes")
    found = {"sign in": faults_in_every_look(page, looks=EVERY_LOOK)}
    sign_in(page, maple, "omar@maple.example")
    for name, path in PAGES.items():
        page.goto(maple.web_url + path)
        found[name] = faults_in_every_look(page, looks=EVERY_LOOK if name == "home" else LOOKS)
    found["scripts"] = errors
    assert {where: faults for where, faults in found.items() if faults} == {}


def test_menus_and_dialogs_are_clean_and_work_by_keyboard(maple, open_page):
    page = open_page(width=360)
    sign_in(page, maple, "omar@maple.example")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.locator(".menu > summary").focus()
    page.keyboard.press("Enter")
    menu = page.locator(".menu-panel")
    expect(menu).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.locator(".account > summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/account/login/"))


def test_adds_somebody_without_any_script(maple, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_in(page, maple, "omar@maple.example")
    page.locator(".menu > summary").click()
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_label("Name").fill("Ben Ito")
    page.get_by_label("Email address").fill("ben@maple.example")
    page.get_by_label("Approver").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Ben Ito is added")).to_be_visible()
    expect(page.locator("#first-password")).to_have_text(re.compile(r"^\S{24}$"))
    context.close()


# A minute passes on the server too: the session was used that much earlier.
_PASS_MINUTE = """
import sys
from bedside.doors.web.sessions import SessionStore
session = SessionStore(sys.argv[1])
session["last_seen"] -= 62
session.save()
"""


def pass_minute(page, maple) -> None:
    [key] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    maple.script(_PASS_MINUTE, key)
    page.clock.fast_forward(62_000)


def test_warns_before_it_signs_a_deserted_page_out(maple, open_page):
    maple.command("practice", "edit", "--idle-minutes", "1")
    page = open_page()
    page.clock.install()
    sign_in(page, maple, "omar@maple.example")
    page.goto(f"{maple.web_url}/staff/")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=10_000)  # a minute before the end, which is at once
    expect(dialog).to_contain_text("Are you still there?")
    assert faults_of(page) == []
    page.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    page.goto(f"{maple.web_url}/staff/")
    expect(page.get_by_role("heading", name="Staff")).to_be_visible()
    expect(dialog).to_be_visible(timeout=10_000)
    pass_minute(page, maple)
    page.wait_for_url(re.compile(r"/account/login/\?idle=yes"))
    expect(page.locator("main")).to_contain_text("signed out because nobody used this page")


def test_says_what_must_be_put_right(maple, open_page):
    page = open_page(width=360)
    sign_in(page, maple, "omar@maple.example")
    page.goto(f"{maple.web_url}/settings/")
    page.get_by_label("Postal address").fill("Kansas")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Postal address")).to_have_value("Kansas")
    expect(page.get_by_label("Postal address")).to_have_attribute("aria-invalid", "true")
    assert faults_of(page) == []
