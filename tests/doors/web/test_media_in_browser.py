"""The media library in a real browser: dropped, described, found, put away and back; whole without script."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.kit.pictures.files import logo, photo, saved
from tests.support.serving import add_staff, faults_in_every_look, set_up_practice, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
SAID = ("--description", "Our front door with flowers beside it.", "--people", "nobody")
DROP = """([content, name]) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: "image/jpeg" }));
  for (const kind of ["dragover", "drop"])
    document.querySelector("main").dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


@pytest.fixture
def maple(served: Served) -> Served:
    set_up_practice(served)
    add_staff(served, "ana@maple.example", "Nurse Ana", "marketer")
    return served


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    contents = {
        "door.jpg": photo(1600, 1200), "logo.png": saved(logo(), "PNG"), "broken.jpg": photo(400, 300)[:2000],
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


def check(page: Page) -> None:
    page.evaluate("scrollTo(0, 0)")  # what lies below the fixed bar at the top cannot be touched
    assert faults_in_every_look(page) == []


def test_a_picture_is_dropped_described_and_put_away(maple, open_page, files) -> None:
    page = open_page()
    sign_in(page, maple, "ana@maple.example")
    page.goto(f"{maple.web_url}/media/")
    check(page)
    broken = base64.b64encode(files["broken.jpg"].read_bytes()).decode()
    page.evaluate(DROP, [broken, "broken.jpg"])
    expect(page.locator("[data-media-chosen]")).to_contain_text("broken.jpg")
    page.get_by_label("Name", exact=True).fill("Front door")
    page.get_by_label("What it shows").fill("Our front door with flowers beside it.")
    page.get_by_role("button", name="Add the picture").click()
    expect(page.get_by_role("alert")).to_contain_text("Say who can be recognised")
    page.get_by_label("Nobody", exact=True).check()
    page.get_by_role("button", name="Add the picture").click()
    expect(page.get_by_role("alert")).to_contain_text("broken or cut off")
    check(page)
    page.evaluate(DROP, [base64.b64encode(files["door.jpg"].read_bytes()).decode(), "door.jpg"])
    expect(page.get_by_label("What it shows")).to_have_value("Our front door with flowers beside it.")
    expect(page.locator("[data-media-chosen] canvas")).to_be_visible()
    page.get_by_role("button", name="Add the picture").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Front door")
    expect(page.get_by_text("Added the picture.")).to_be_visible()
    shown = page.get_by_alt_text("Our front door with flowers beside it.")
    expect(shown).to_be_visible()
    assert shown.evaluate("picture => picture.complete && picture.naturalWidth") == 1200
    check(page)
    page.get_by_role("button", name="Archive").click()
    expect(
        page.get_by_text("restore it below").or_(page.get_by_text("In the archive since"))
    ).not_to_have_count(0)
    check(page)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Archive")).to_be_visible()


def test_the_library_and_the_picker_read_well(maple, open_page, files) -> None:
    for number in range(5):
        maple.command(
            "media", "add", str(files["door.jpg"]), *SAID, "--name", f"Front door in month {number}"
        )
    added = maple.command("media", "add", str(files["logo.png"]), "--decorative", "--people", "nobody")
    page = open_page()
    sign_in(page, maple, "ana@maple.example")
    page.goto(f"{maple.web_url}/media/")
    expect(page.locator(".media-card")).to_have_count(6)
    check(page)
    page.get_by_label("Words in name or description").fill("month 3")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".media-card")).to_have_count(1)
    page.goto(f"{maple.web_url}/media/")
    page.evaluate(
        "([field, chosen]) => { document.querySelector('main').innerHTML = '<h1>A form</h1><form class=\"card\" id=\"here\"></form>';"
        " htmx.ajax('GET', `/media/pick/?field=${field}&chosen=${chosen}`, { target: '#here', swap: 'innerHTML' }); }",
        ["hero-picture", added["id"]],
    )
    expect(page.locator(".media-choice")).to_have_count(7)
    check(page)
    page.get_by_placeholder("Search pictures").press_sequentially("month 3")
    expect(page.locator(".media-choice")).to_have_count(3)  # none, the chosen one, the one found
    page.get_by_label("Front door in month 3").check()
    assert page.evaluate("new FormData(document.getElementById('here')).get('hero-picture')") not in {
        "",
        added["id"],
    }


def test_everything_works_without_script(maple, chromium, files) -> None:
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        sign_in(page, maple, "ana@maple.example")
        page.goto(f"{maple.web_url}/media/")
        page.get_by_label("Picture", exact=True).set_input_files(files["logo.png"])
        page.get_by_label("Name", exact=True).fill("Logo")
        page.get_by_label("It only decorates").check()
        page.get_by_label("Staff only").check()
        page.get_by_role("button", name="Add the picture").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Logo")
        page.goto(f"{maple.web_url}/media/")
        page.get_by_text("Add a picture", exact=True).click()
        page.get_by_role("link", name="list the forms that patients signed").click()
        expect(page.get_by_text("Nobody has signed a form to be shown yet.")).to_be_visible()
    finally:
        context.close()


def test_a_mail_finds_its_picture_at_the_patients_door(maple, open_page, files) -> None:
    """In a page of another site, as a mail read in a browser is."""
    added = maple.command("media", "add", str(files["door.jpg"]), *SAID)
    maple.command("patients", "add", stdin=json.dumps({"last_name": "Roe"}))
    page = open_page(width=700)
    page.set_content(f'<img id="door" src="{added["address"]}" alt="" width="600">')
    page.wait_for_function("document.getElementById('door').complete")
    assert page.evaluate("document.getElementById('door').naturalWidth") == 1200
    assert page.context.cookies(maple.pickup_url) == []
