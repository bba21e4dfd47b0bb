"""The staff door in a real browser: no accessibility faults, no script errors, no sideways scrolling."""

from __future__ import annotations

import re

import pytest

from tests.support.serving import accessibility_faults, add_staff, set_up_practice, sign_in

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
LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]


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


def test_every_page_is_clean_in_every_look(maple, open_page):
    found = {}
    for width, scheme in LOOKS:
        page, errors = open_page(width=width, scheme=scheme), []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.on(
            "console",
            lambda said, errors=errors: errors.append(said.text) if "Security" in said.text else None,
        )
        page.goto(f"{maple.web_url}/account/login/?idle=yes")
        found[f"sign in, {width} {scheme}"] = faults_of(page)
        sign_in(page, maple, "omar@maple.example")
        for name, path in PAGES.items():
            page.goto(maple.web_url + path)
            found[f"{name}, {width} {scheme}"] = faults_of(page)
        found[f"scripts, {width} {scheme}"] = errors
    assert {where: faults for where, faults in found.items() if faults} == {}


def test_menus_and_dialogs_are_clean_and_work_by_keyboard(maple, open_page):
    page = open_page(width=360)
    sign_in(page, maple, "omar@maple.example")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.locator(".menu > summary").focus()
    page.keyboard.press("Enter")
    menu = page.locator(".menu-panel")
    assert menu.is_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    page.locator(".account > summary").click()
    assert page.get_by_role("button", name="Sign out").is_visible()
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
    assert page.get_by_role("heading", name="Ben Ito is added").is_visible()
    assert len(page.locator("#first-password").inner_text()) == 24
    context.close()


def test_warns_before_it_signs_a_deserted_page_out(maple, open_page):
    maple.command("practice", "edit", "--idle-minutes", "1")
    page = open_page()
    sign_in(page, maple, "omar@maple.example")
    page.goto(f"{maple.web_url}/staff/")
    dialog = page.get_by_role("dialog")
    dialog.wait_for(state="visible", timeout=10_000)  # a minute before the end, which is at once
    assert "Are you still there?" in dialog.inner_text()
    assert faults_of(page) == []
    page.get_by_role("button", name="Stay signed in").click()
    dialog.wait_for(state="hidden")
    page.goto(f"{maple.web_url}/staff/")
    assert page.get_by_role("heading", name="Staff").is_visible()
    page.wait_for_url(re.compile(r"/account/login/\?idle=yes"), timeout=90_000)
    assert "signed out because nobody used this page" in page.inner_text("main")


def test_says_what_must_be_put_right(maple, open_page):
    page = open_page(width=360)
    sign_in(page, maple, "omar@maple.example")
    page.goto(f"{maple.web_url}/settings/")
    page.get_by_label("Postal address").fill("Kansas")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("Postal address").input_value() == "Kansas"
    assert page.get_by_label("Postal address").get_attribute("aria-invalid") == "true"
    assert faults_of(page) == []
