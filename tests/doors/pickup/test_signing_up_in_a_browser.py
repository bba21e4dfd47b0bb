"""Signing up in a real browser on a phone, without scripts; and the builder as staff see it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]

_PUBLISH = """
import sys
from dataclasses import replace
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.scope import Purpose
from bedside.records.consent.rules import Category
from bedside.records.patients.rules import Relationship
from bedside.records.signups import actions, queries
from bedside.records.signups.rules import Asked, Definition, FormTexts, Language
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import practice_id_of, profile

scope = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS)
change_profile(scope, replace(
    profile(scope), monthly_caps={"newsletter": 4, "offers": 1}, notice_url="https://maple.example/notice",
    notice_version="2026-02", consumer_policy_url="https://maple.example/health-data"), at=clock.now())
texts = {
    Language.ENGLISH: FormTexts(title="Mail from Maple Street", why="Tips for staying well.", interests=("Sleep",)),
    Language.SPANISH: FormTexts(title="Correos de Maple Street", why="Consejos para estar bien.", interests=("Dormir",)),
}
form_id = actions.save_form(scope, None, Definition(
    name="Website", relationship=Relationship.PROSPECT, categories=(Category.NEWSLETTER, Category.OFFERS),
    asked=tuple(Asked), texts=texts), at=clock.now())
actions.publish_form(scope, form_id, based_on=1, at=clock.now())
print(queries.form(scope, form_id).token)
"""
# What the mailbox gets, without a mail server.
_LINK = """
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose
from bedside.records.consent.letter_claims import take_letters
from bedside.safeguards.practices.queries import practice_id_of

scope = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS)
[letter] = take_letters(scope, claim_id=new_id(), machine=new_id(), limit=9, at=clock.now())
print(letter.link)
"""
_FOUND = """
import json
from bedside.doors.cli.shared import administrator_scope
from bedside.ground.scope import Purpose
from bedside.records.consent.queries import permissions_of
from bedside.records.patients.queries import by_ids, ids_by_address
from bedside.safeguards.practices.queries import practice_id_of

scope = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS)
people = by_ids(scope, ids_by_address(scope, "paula.poe@example.org"))
print(json.dumps([
    [one.first_name, sorted(
        category.value for category, said in permissions_of(scope, [one.id])[one.id].permissions.items()
        if said.answer.value == "granted")]
    for one in people
]))
"""


def check(page: Page, name: str) -> None:
    """Accessible, and no wider than the window; kept as a picture where somebody wants to look."""
    assert faults_in_every_look(page) == []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.row("CON-05", "CON-06")
def test_a_person_signs_up_on_a_phone_without_scripts(served: Served, chromium: Browser) -> None:
    set_up_practice(served)
    token = served.script(_PUBLISH).strip()
    context = chromium.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.pickup_url}/f/{token}")
    page.get_by_label("Email address").fill("paula at example")
    page.get_by_label("First name").fill("Paula")
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.get_by_label("Health tips").check()
    follow(page.get_by_role("button", name="Send"))
    assert "Check this address" in page.content()
    assert page.get_by_label("First name").input_value() == "Paula"
    assert page.get_by_label("Health tips").is_checked()
    page.get_by_label("Email address").fill("paula.poe@example.org")
    page.wait_for_timeout(3100)  # nobody reads it in less
    follow(page.get_by_role("button", name="Send"))
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you. Now look into your mailbox"
    link = served.script(_LINK).strip()
    page.goto(f"{served.pickup_url}/{link}")
    assert json.loads(served.script(_FOUND)) == []
    follow(page.get_by_role("button", name="Confirm"))
    assert page.get_by_role("heading", level=1).inner_text() == "You are signed up"
    assert json.loads(served.script(_FOUND)) == [["Paula", ["newsletter"]]]
    assert context.cookies() == []
    context.close()


def test_everybody_can_read_and_use_the_pages(served: Served, open_page: Callable[..., Page]) -> None:
    set_up_practice(served)
    token = served.script(_PUBLISH).strip()
    page = open_page(width=360)
    page.goto(f"{served.pickup_url}/f/{token}")
    check(page, "form")
    page.get_by_role("link", name="Español").click()
    follow(page.get_by_role("button", name="Enviar"))
    check(page, "problem-es")
    page.goto(f"{served.pickup_url}/f/{token}")
    page.get_by_label("Email address").fill("paula.poe@example.org")
    follow(page.get_by_role("button", name="Send"))  # faster than a person
    check(page, "robot")
    page.wait_for_timeout(3100)
    follow(page.get_by_role("button", name="Send"))
    check(page, "thanks")
    page.goto(f"{served.pickup_url}/{served.script(_LINK).strip()}")
    check(page, "confirm")
    follow(page.get_by_role("button", name="Confirm"))
    check(page, "done")


def test_staff_build_a_form_and_see_it_while_they_type(
    served: Served, open_page: Callable[..., Page]
) -> None:
    set_up_practice(served)
    add_staff(served, "omar@maple.example", "Omar", "administrator")
    served.script(_PUBLISH)
    page = open_page(width=1280)
    sign_in(page, served, "omar@maple.example")
    page.goto(f"{served.web_url}/sign-ups/")
    check(page, "staff-list")
    follow(page.get_by_role("link", name="Website"))
    page.get_by_label("What the mails are for").first.fill("Ideas for better sleep.")
    page.locator("#beside").get_by_text("Ideas for better sleep.").wait_for()
    check(page, "staff-builder")
    page.goto(f"{served.web_url}/sign-ups/keys/")
    page.get_by_label("Which system is it for?").fill("website")
    follow(page.get_by_role("button", name="Make the key"))
    assert page.get_by_label("Key", exact=True).input_value().startswith("bedside_intake_")
    check(page, "staff-keys")
