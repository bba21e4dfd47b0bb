"""A real browser with a profile that stays, as on a desk in the office: what does it keep of the pages it showed?"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.demo import Running

PAGES = (
    "imports/",
    "segments/",
    "messages/",
    "campaigns/",
    "suppressions/",
    "ledger/",
    "staff/",
    "settings/",
)


def browse(demo: Running, profile: Path, *, email: str, name: str) -> None:
    """Signs in, looks for a person by name, opens the record and its forms, goes over the lists, closes the browser."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=found, args=["--no-sandbox"], headless=True
        )
        page = browser.new_page()
        page.goto(demo.web)
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Password", exact=True).fill(demo.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{demo.web}/")
        _look_at_person(page, demo, name)
        for path in PAGES:
            page.goto(f"{demo.web}/{path}")
        browser.close()


def _look_at_person(page: Page, demo: Running, name: str) -> None:
    page.goto(f"{demo.web}/patients/")
    page.locator("#text").fill(name)
    page.locator("#text").press("Enter")
    page.get_by_role("link", name=re.compile(name, re.IGNORECASE)).first.click()
    for label in ("edit/", "permissions/", ""):
        page.goto(re.sub(r"(/patients/[0-9a-f-]{36}/).*", rf"\1{label}", page.url))
