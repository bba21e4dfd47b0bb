"""From an empty form to a signed document in a real browser: staff write it, a patient signs it, staff read it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PICTURES = os.environ.get("BEDSIDE_TEST_PICTURES")  # a folder, for looking at the pages oneself
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
TEXTS = {
    "text-en-information": "Your name, your mail address, and which services you have used.",
    "text-en-recipient": "Maple Street Family Practice and nobody else.",
    "text-en-reason": "So that we can write to you about services that may suit you.",
    "text-es-information": "Su nombre, su correo y qué servicios ha usado.",
    "text-es-recipient": "Maple Street Family Practice y nadie más.",
    "text-es-reason": "Para escribirle sobre servicios que le pueden servir.",
}


@pytest.fixture
def maple(served) -> Served:
    """Maple Street with Chloe, and Jane who was born in 1980."""
    set_up_practice(served)
    add_staff(served, "chloe@maple.example", "Compliance officer Chloe", "compliance_officer")
    return served


def check(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    assert faults_in_every_look(page) == []


def jane(maple: Served) -> str:
    record = '{"first_name": "Jane", "last_name": "Roe", "email": "jane.roe@example.org", "birth_date": "1980-05-04"}'
    return str(maple.command("patients", "add", stdin=record)["id"])


@pytest.mark.row("AUT-10", "AUT-17", "AUT-23")
def test_writes_publishes_asks_signs_and_reads_a_form(maple, open_page):
    patient_id = jane(maple)
    page = open_page()
    sign_in(page, maple, "chloe@maple.example")
    _write_and_publish(page, maple)
    link = _ask(page, maple, patient_id)
    _sign(open_page(width=360), link)
    page.goto(f"{maple.web_url}/patients/{patient_id}/documents/")
    check(page, "documents")
    follow(page.get_by_role("link", name="Marketing, California"))
    page.get_by_text("None of the five defects").wait_for()
    check(page, "document")
    assert "Jane Roe" in page.frame_locator("iframe").locator("body").inner_text()
    _keep_paper(page, maple, patient_id)


def _write_and_publish(page: Page, maple: Served) -> None:
    page.goto(f"{maple.web_url}/forms/")
    check(page, "forms-empty")
    follow(page.get_by_role("link", name="Make the first form"))
    check(page, "start")
    page.get_by_label("Marketing, California").check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("6 things missing").wait_for()
    check(page, "builder")
    for name, text in TEXTS.items():
        page.locator(f"#{name}").fill(text)
    page.get_by_text("Nothing is missing").wait_for()  # told while it was typed
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_text("The form can be published.").first.wait_for()
    check(page, "builder-whole")
    follow(page.get_by_role("link", name="Look at it"))
    check(page, "preview")
    size = (
        page.frame_locator("iframe >> nth=0")
        .locator("article p")
        .first.evaluate("e => getComputedStyle(e).fontSize")
    )
    assert float(size.removesuffix("px")) >= 14 * 96 / 72 - 0.01
    page.go_back()
    follow(page.get_by_role("link", name="Publish"))
    check(page, "publish")
    page.get_by_role("button", name="Publish version 1").click()
    page.get_by_text("Published version 1").wait_for()
    check(page, "forms")
    follow(page.get_by_role("link", name="Purposes"))
    check(page, "purposes")


def _ask(page: Page, maple: Served, patient_id: str) -> str:
    page.goto(f"{maple.web_url}/patients/{patient_id}/documents/")
    check(page, "documents-empty")
    page.get_by_label("Form", exact=True).select_option(index=1)
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("heading", name="The link to the form is ready").wait_for()
    check(page, "link")
    return page.locator("#link").inner_text()


def _sign(page: Page, link: str) -> None:
    page.goto(link)
    check(page, "sign")
    size = page.locator("article p").first.evaluate("e => getComputedStyle(e).fontSize")
    assert float(size.removesuffix("px")) >= 14 * 96 / 72 - 0.01
    page.get_by_label("I am the patient").check()
    page.get_by_label("Your full name").fill("Jane Roe")
    box = page.locator("[data-drawing] svg")
    box.scroll_into_view_if_needed()
    edge = box.bounding_box()
    page.mouse.move(edge["x"] + 20, edge["y"] + 40)
    page.mouse.down()
    for step in range(1, 20):
        page.mouse.move(edge["x"] + 20 + step * 9, edge["y"] + 40 + (step % 5) * 8)
    page.mouse.up()
    page.get_by_label("day of birth").fill("1980-05-05")
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="Sign this form").click()
    page.get_by_role("alert").wait_for()
    check(page, "sign-refused")
    page.get_by_label("day of birth").fill("1980-05-04")
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="Sign this form").click()
    page.get_by_role("heading", name="You have signed").wait_for()
    check(page, "signed")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save your copy").click()
    assert b"Jane Roe" in download.value.path().read_bytes()
    page.goto(link)
    check(page, "signed-later")
    assert page.context.cookies() == []


def _keep_paper(page: Page, maple: Served, patient_id: str) -> None:
    page.goto(f"{maple.web_url}/patients/{patient_id}/documents/paper/")
    check(page, "paper")
    page.locator("#scan").set_input_files({"name": "paper.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.locator("#form").select_option("other")
    page.get_by_label("Signed on").fill("2026-01-05")
    page.get_by_label("The patient", exact=True).check()
    page.get_by_label("Name of who signed").fill("Jane Roe")
    page.get_by_label("It ends on").fill("2099-01-01")
    page.locator("input[name=purposes]").first.check()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Incomplete").first.wait_for()
    check(page, "paper-kept")
