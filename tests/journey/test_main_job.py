"""The main job as a new user does it: import, segment, write, have it approved, send, read, unsubscribe, send again.

Every page on the way is put before axe. At the end everything the product left on the disk is searched for the
values that were imported, or typed in another journey: none may stand there in clear (promise P3).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.leaks.searching import Search
from tests.support.serving import accessibility_faults, follow

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.support.demo import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("demo")]

OMAR, ADA, CHLOE = "omar@maple.example", "ada@maple.example", "chloe@maple.example"
PAULA = "paula.zqmarked@example.org"  # of the other journey on the same demo
# Values that stand nowhere else, so that finding one on the disk means a leak.
MARKS = ("Zqvanselma", "Zqtorben", "zqmarked", "Zqlane", "zqneuralgia")
BYTES_OF_A_HOME = 30_000_000  # a search that saw less has not looked at the database
FILE = (
    "Patient #,First,Last,DOB,E-Mail,Street,City,State,Zip,Diagnoses,OK to email?,Newsletter\r\n"
    "ZQ-1,Zqtorben,Zqvanselma,03/17/1970,one.zqmarked@example.org,1 Zqlane,Larkspur,KS,66903,zqneuralgia,Yes,Yes\r\n"
    "ZQ-2,Zqtorben,Zqvanselma,04/17/1971,two.zqmarked@example.org,2 Zqlane,Larkspur,KS,66903,zqneuralgia,Yes,Yes\r\n"
    "ZQ-3,Zqtorben,Zqvanselma,05/17/1972,three.zqmarked@example.org,3 Zqlane,Larkspur,KS,66903,,Yes,No\r\n"
    "ZQ-4,,,06/17/1973,not an address,4 Zqlane,Larkspur,KS,66903,,Yes,Yes\r\n"
    ",,,,nobody.zqmarked@example.org,5 Zqlane,Larkspur,KS,66903,,Yes,Yes\r\n"
)


def check(page: Page) -> None:
    """The page is clean for axe and says nothing personal in its address."""
    assert accessibility_faults(page) == []
    assert not any(mark.lower() in page.url.lower() for mark in MARKS)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True).first


def press(page: Page, name: str) -> None:
    button(page, name).click()


def sign_in(page: Page, demo: Running, email: str) -> None:
    page.goto(demo.web)
    check(page)
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(demo.password)
    press(page, "Sign in")
    page.wait_for_url(f"{demo.web}/")
    check(page)


def import_file(page: Page, demo: Running, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(FILE)
    page.goto(f"{demo.web}/imports/")
    check(page)
    page.goto(f"{demo.web}/imports/new/")
    check(page)
    page.get_by_label("File with patients").set_input_files(file)
    press(page, "Upload and look at it")
    expect(page.get_by_role("heading", name="Check the columns")).to_be_visible()
    check(page)
    page.get_by_label("Where these people come from").select_option(index=1)
    page.get_by_label("How they gave you their addresses").select_option(index=1)
    page.get_by_label("The last of them by").fill("2026-01-05")
    page.get_by_label("This list was not bought").check()
    press(page, "Start the import")
    expect(page.get_by_text(re.compile(r"4 new|4 patients|new patients", re.IGNORECASE)).first).to_be_visible(
        timeout=60_000
    )
    check(page)


def make_segment(page: Page, demo: Running) -> None:
    page.goto(f"{demo.web}/segments/")
    check(page)
    page.goto(f"{demo.web}/segments/new/")
    page.get_by_label("Name", exact=True).fill("Our friends in Larkspur")
    page.get_by_label("What it is about").first.select_option("city")
    page.get_by_label("Value").first.fill("Larkspur")
    press(page, "Add a condition")
    expect(page.get_by_label("What it is about")).to_have_count(2)
    page.get_by_label("What it is about").nth(1).select_option("conditions")
    page.get_by_label("Value").nth(1).fill("zqneuralgia")
    expect(page.locator("#result")).to_contain_text("2 patients")
    check(page)
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Segment")
    check(page)


def write_message(page: Page, demo: Running) -> None:
    page.goto(f"{demo.web}/messages/")
    check(page)
    page.goto(f"{demo.web}/messages/new/")
    check(page)
    page.get_by_label("Name").fill("Winter letter")
    page.locator("button[name=starter][value=newsletter]").click()
    expect(page.get_by_label("Subject")).to_be_visible()
    page.get_by_label("Kind of message").select_option("general_health")
    page.get_by_label("Subject").fill("A word for the winter")
    press(page, "Save")
    expect(
        page.get_by_text("Nothing to put right").or_(page.get_by_text("nothing to put right")).first
    ).to_be_visible()
    check(page)


def make_campaign(page: Page, demo: Running, name: str) -> str:
    """Gives the address of the campaign's page, waiting for approval."""
    page.goto(f"{demo.web}/campaigns/")
    check(page)
    page.goto(f"{demo.web}/campaigns/new/")
    check(page)
    page.get_by_label("Name of the campaign").fill(name)
    page.get_by_label("Health tips").check()
    page.get_by_label("No, nobody pays us").check()
    page.get_by_label("Why do you send it?").select_option("inform")
    page.get_by_label("Another condition").check()  # the segment asks about one
    follow(button(page, "Save and choose the audience"))
    check(page)
    page.get_by_label("Our friends in Larkspur").check()
    follow(button(page, "Save and choose the message"))
    check(page)
    page.get_by_label("Winter letter").check()
    follow(button(page, "Save and choose the time"))
    check(page)
    follow(button(page, "Save and review"))
    check(page)
    press(page, "Submit for approval")
    expect(page.get_by_text("Waiting for approval").first).to_be_visible(timeout=60_000)
    check(page)
    return page.url


def approve(page: Page, campaign: str) -> None:
    page.goto(campaign)
    page.get_by_role("link", name="Look at it and decide").click()
    expect(page.frame_locator("iframe").first.get_by_text("Unsubscribe", exact=False).first).to_be_visible()
    check(page)
    press(page, "Approve")
    expect(page.get_by_text("Approved").first).to_be_visible()


def answer_questions(office: Page, officer: Page, campaign: str) -> None:
    """The author tries the mail out; what the demo cannot have, whoever answers for the practice lets go by name."""
    office.goto(campaign)
    office.get_by_role("link", name="Seventeen questions").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Seventeen questions before it is sent")
    check(office)
    press(office, "Send a test to myself")
    confirm = office.get_by_role("button", name=re.compile("I have seen it arrive"))
    for _ in range(60):
        if confirm.count():
            break
        office.wait_for_timeout(500)
        office.reload()
    follow(confirm)
    check(office)
    officer.goto(f"{campaign}questions/")
    first = officer.locator("#question-1")
    first.get_by_text("Let this mail go without it").click()
    first.get_by_label("Why it may go all the same").fill("Only invented people are in this demo.")
    check(officer)
    follow(first.get_by_role("button", name="Let it go"))
    expect(officer.locator(".question-red")).to_have_count(0)
    check(officer)


def send(page: Page, campaign: str) -> None:
    page.goto(campaign)
    page.locator("form[action$='/do/schedule/'] button").click()
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=90_000)
    check(page)


def read_mail(page: Page, demo: Running) -> str:
    """Finds the mail in the demo inbox; gives the address of its unsubscribe page."""
    page.goto(f"{demo.web}/inbox/")
    check(page)
    page.get_by_label("Recipient's address").fill("one.zqmarked")
    press(page, "Show")
    page.get_by_role("link", name="A word for the winter").first.click()
    expect(page.get_by_text("one.zqmarked@example.org").first).to_be_visible()
    expect(page.get_by_text("DKIM signature").locator("xpath=following-sibling::dd[1]")).to_have_text(
        "present"
    )
    check(page)
    links = page.get_by_role("link").evaluate_all("found => found.map(link => link.href)")
    return next(link for link in links if "/u/" in link)


def unsubscribe(page: Page, address: str) -> None:
    """As the patient: looking changes nothing, the button does."""
    page.goto(address)
    check(page)
    page.reload()
    follow(page.locator("button.main"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check(page)


def see_reason(page: Page, campaign: str) -> None:
    page.goto(f"{campaign}people/")
    check(page)
    row = page.get_by_role("row").filter(has_text=re.compile("not allowed|suppressed", re.IGNORECASE)).first
    expect(row).to_contain_text(re.compile("said no", re.IGNORECASE))
    row.get_by_role("link").first.click()
    expect(page.get_by_text(re.compile("15 USC 7704")).first).to_be_visible()
    check(page)


def test_runs_the_main_job_as_a_new_user_would(demo_at_its_end, open_page, tmp_path):
    demo = demo_at_its_end
    office, approver, officer, patient = open_page(), open_page(), open_page(), open_page(width=360)
    faults: list[str] = []
    for page in (office, approver, officer, patient):
        page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(office, demo, OMAR)
    sign_in(approver, demo, ADA)
    sign_in(officer, demo, CHLOE)
    import_file(office, demo, tmp_path)
    make_segment(office, demo)
    write_message(office, demo)

    first = make_campaign(office, demo, "Winter, first")
    approve(approver, first)
    answer_questions(office, officer, first)
    send(office, first)
    expect(office.locator("#campaign-progress")).to_contain_text("2")
    unsubscribe(patient, read_mail(office, demo))

    second = make_campaign(office, demo, "Winter, second")
    approve(approver, second)
    answer_questions(office, officer, second)
    send(office, second)
    see_reason(office, second)
    for path in ("patients/", "reports/", "ledger/", "staff/", "settings/"):
        office.goto(f"{demo.web}/{path}")
        check(office)
    assert faults == []
    letters = [to for to in mails_to(demo, "zqmarked") if to != PAULA]
    assert sorted(letters) == [
        "one.zqmarked@example.org",
        "two.zqmarked@example.org",
        "two.zqmarked@example.org",
    ]
    demo.stop()
    # Not what the other side received. The whole search, of every field there is, stands in tests/leaks.
    received = demo.home / "received"
    search = Search(texts=MARKS)
    assert search.folder(demo.home, skip=lambda path: received in path.parents) == set()
    assert search.bytes_seen > BYTES_OF_A_HOME


def mails_to(demo: Running, part: str) -> list[str]:
    """Recipients whose address holds `part`, one per mail the receiving server took."""
    found = []
    for path in (demo.home / "received").rglob("*"):
        if path.is_file():
            recipient = re.search(rb"^To:[^\r\n]*?([\w.]+@[\w.]+)", path.read_bytes(), re.MULTILINE)
            if recipient and part in recipient[1].decode():
                found.append(recipient[1].decode())
    return found
