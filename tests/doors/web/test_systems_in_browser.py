"""A hospital's file, the systems and what is kept, in a real browser: accessible in every look, at phone's width."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.records.intake.clinical_files import condition, ndjson, patient, visit
from tests.support.serving import add_staff, faults_in_every_look, set_up_practice, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def look(page: Page, name: str) -> None:
    """Finds no fault; keeps a picture where somebody asks for pictures."""
    assert faults_in_every_look(page) == []
    if folder := os.environ.get("BEDSIDE_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("width", [360, 1280])
def test_brings_a_hospitals_file(served, open_page, width):
    set_up_practice(served)
    add_staff(served, "omar@maple.example", "Office manager Omar", "administrator")
    page = open_page(width=width)
    sign_in(page, served, "omar@maple.example")
    page.goto(f"{served.web_url}/imports/keeping/")
    look(page, f"keeping-{width}")
    page.goto(f"{served.web_url}/imports/systems/")
    page.get_by_role("link", name="Add a system").click()
    page.get_by_label("Name").fill("General Hospital")
    look(page, f"system-{width}")
    page.get_by_role("button", name="Save").click()
    look(page, f"systems-{width}")
    page.goto(f"{served.web_url}/imports/new/")
    content = ndjson(patient(1), patient(2), visit(1), visit(2, person="p9"), condition(1))
    file = {"name": "Patient.ndjson", "mimeType": "application/x-ndjson", "buffer": content}
    page.get_by_label("File with patients").set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").click()
    look(page, f"file-{width}")
    page.get_by_label("System it is from").select_option("General Hospital")
    page.get_by_label("Where these people come from").select_option("own_system")
    page.get_by_label("How they gave you their addresses").select_option("registration")
    page.get_by_label("The last of them by").fill("2026-11-01")
    page.get_by_label("This list was not bought").check()
    page.get_by_role("button", name="Start the import").click()
    import_id = page.url.rstrip("/").rpartition("/")[2]
    assert served.command("imports", "show", import_id)["state"] == "queued"
