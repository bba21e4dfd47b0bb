"""The pages of an import: uploading, columns, progress, result, and who may see them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from bedside.records.intake import actions, queries
from bedside.records.intake.nouns import ImportState
from tests.records.intake.import_files import ANN, BOB, csv_of, import_file, many, ready, receive
from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.test import Client

START = {
    "then": "start",
    "provenance": "own_system",
    "method": "registration",
    "collected_by": "2026-01-05",
    "attested": "yes",
}


def upload(client: Client, content: bytes, name: str = "patients.csv"):
    return client.post("/imports/new/", {"file": SimpleUploadedFile(name, content, "text/csv")})


def page(client: Client, import_id: UUID, part: str = "", **query):
    return client.get(f"/imports/{import_id}/{part}", query)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def omar(signed_in) -> Client:
    return signed_in("omar")


def test_says_what_to_do_when_there_are_no_imports(omar):
    assert "No imports yet" in text_of(omar.get("/imports/"))


def test_leads_from_the_file_to_its_columns_and_on(omar, scope):
    response = upload(omar, csv_of(ANN, BOB))
    import_id = queries.imports(scope, offset=0, limit=1)[0].id
    assert response.url == f"/imports/{import_id}/columns/"
    shown = text_of(omar.get(response.url))
    assert "What “Email” becomes" in shown
    assert "ann@example.org" in shown
    response = omar.post(
        response.url, {"column-0": "mrn", "column-2": "last_name", "column-4": "email", **START}
    )
    assert response.url == f"/imports/{import_id}/"
    assert "Waiting" in text_of(omar.get(response.url))


def test_keeps_names_of_files_and_people_out_of_addresses_and_titles(omar, scope):
    response = upload(omar, csv_of(ANN), name="Zqmark-patients.csv")
    shown = omar.get(response.url).content.decode()
    title = shown[shown.index("<title>") : shown.index("</title>")]
    assert "Zqmark" not in response.url + title
    assert "Zqmark-patients.csv" in shown


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose a file first."),
        (b"  \n", "The file is empty."),
        (b"%PDF-1.7 x", "This is a PDF, not a CSV file."),
        (b"PK\x03\x04 x", "This workbook is damaged."),
        (b"MRN,First,Last,Email\n", "The file has column names but no rows."),
    ],
)
def test_refuses_an_unreadable_file_in_one_sentence(omar, scope, content, sentence):
    response = upload(omar, content)
    assert response.status_code == 422
    assert text_of(response).count('role="alert"') == 1
    if content:
        assert sentence in text_of(response)
    assert queries.count(scope) == 0


def test_says_that_a_file_over_the_limit_is_too_large(omar, scope, monkeypatch):
    from bedside.doors.web.imports import views
    from bedside.ground import uploads

    monkeypatch.setattr(uploads, "UPLOAD_BYTES_MAX", 1000)
    monkeypatch.setattr(views, "FILE_BYTES_MAX", 900)
    response = upload(omar, many(100))
    assert response.status_code == 422
    assert "larger than 120 MB" in text_of(response)
    assert queries.count(scope) == 0


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ("provenance", "Say where these people come from."),
        ("method", "Say how these people gave you"),
        ("collected_by", "Give the day by which"),
        ("attested", "Tick that the list was not bought"),
    ],
)
def test_does_not_start_without_knowing_where_the_list_is_from(omar, scope, at, without, sentence):
    import_id = receive(scope, csv_of(ANN), at)
    posted = {name: value for name, value in START.items() if name != without}
    response = omar.post(f"/imports/{import_id}/columns/", {"column-0": "mrn", **posted})
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert queries.view(scope, import_id).state is ImportState.UPLOADED


def test_keeps_what_was_chosen_when_something_is_wrong(omar, scope, at):
    import_id = receive(scope, csv_of(ANN), at)
    response = omar.post(f"/imports/{import_id}/columns/", {"column-1": "city", "column-2": "tags", **START})
    assert response.status_code == 422
    shown = response.content.decode()
    assert '<option value="city" selected>' in shown
    assert '<option value="own_system" selected>' in shown
    assert "Choose the column with the patient number or with the name" in shown


def test_shows_the_preview_again_as_a_piece_when_a_choice_changes(omar, scope, at):
    import_id = receive(scope, csv_of(ANN), at)
    chosen = {"column-0": "mrn", "column-2": "last_name"}
    response = omar.post(f"/imports/{import_id}/columns/", chosen, headers={"HX-Request": "true"})
    shown = text_of(response)
    assert shown.startswith('<section class="stack" id="check"')
    assert "nobody in this file can be written to" in shown
    assert "ann@example.org" not in shown


def test_ignores_columns_and_fields_that_do_not_exist(omar, scope, at):
    import_id = receive(scope, csv_of(ANN), at)
    chosen = {"column-0": "mrn", "column-x": "email", "column-²": "email", "column-1": "no_such_field"}
    assert omar.post(f"/imports/{import_id}/columns/", chosen).status_code == 200
    assert omar.post(f"/imports/{import_id}/columns/", {"column-77": "mrn"}).status_code == 200


def test_shows_progress_and_leads_to_the_result(omar, scope, at):
    import_id = ready(scope, csv_of(ANN, BOB), at)
    piece = page(omar, import_id, "progress/")
    assert "every 1s" in piece.content.decode()
    assert "X-Bedside-Polling" in piece.content.decode()
    actions.run(scope, import_id, clock=lambda: at)
    assert page(omar, import_id, "progress/").headers["HX-Redirect"] == f"/imports/{import_id}/"
    assert "2 rows read" in text_of(page(omar, import_id))


def test_tells_a_screen_reader_each_tenth_once(omar, scope, at):
    import_id = ready(scope, csv_of(ANN), at)
    assert "hx-swap-oob" in text_of(page(omar, import_id, "progress/", said="50"))
    assert "hx-swap-oob" not in text_of(page(omar, import_id, "progress/", said="0"))


def test_pauses_resumes_and_cancels_after_a_question(omar, scope, at):
    import_id = ready(scope, csv_of(ANN), at)
    omar.post(f"/imports/{import_id}/pause/")
    shown = text_of(page(omar, import_id))
    assert "paused" in shown
    assert "every 1s" not in shown
    omar.post(f"/imports/{import_id}/resume/")
    assert queries.view(scope, import_id).state is ImportState.QUEUED
    assert "Cancel this import?" in text_of(page(omar, import_id, "cancel/"))
    assert queries.view(scope, import_id).state is ImportState.QUEUED
    omar.post(f"/imports/{import_id}/cancel/")
    assert "Import cancelled" in text_of(page(omar, import_id))


def test_shows_numbers_reasons_and_remarks(omar, scope, at):
    rows = [ANN, "M2,Bob,Lee", "M3,Cy,Lee,31/31/1980,cy@example.org,,"]
    view = import_file(scope, csv_of(*rows), at)
    shown = text_of(page(omar, view.id))
    assert "3 rows read" in shown
    assert '<td class="num">3</td><td>The row has fewer cells than there are columns' in shown
    assert "This is not a date and was left out." in shown
    assert "Bob" not in shown


def test_pages_through_many_rejected_rows(omar, scope, at):
    view = import_file(scope, csv_of(ANN, *["short,row"] * 45), at)
    assert 'href="?page=2"' in text_of(page(omar, view.id))
    last = text_of(page(omar, view.id, page="3"))
    assert '<td class="num">47</td>' in last
    assert 'href="?page=4"' not in last
    assert page(omar, view.id, page="99999999999").status_code == 200


def test_download_gives_the_cells_and_runs_no_formula(omar, scope, at, ledger_of):
    view = import_file(scope, csv_of(ANN, 'M2,"=HYPERLINK(""http://x.example"")",+Lee', "@SUM(A1),b"), at)
    response = omar.post(f"/imports/{view.id}/rejected.csv")
    content = b"".join(response).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0][:4] == ["Line", "Why it was rejected", "MRN", "First"]
    assert rows[1][2:] == ["M2", '\'=HYPERLINK("http://x.example")', "'+Lee"]
    assert rows[2][2:] == ["'@SUM(A1)", "b"]
    assert [entry.details for entry in ledger_of("import.rejects_exported")] == [{"count": 2}]


def test_does_not_download_what_is_not_there(omar, scope, at):
    view = import_file(scope, csv_of(ANN), at)
    assert omar.post(f"/imports/{view.id}/rejected.csv").status_code == 422
    assert omar.get(f"/imports/{view.id}/rejected.csv").status_code == 405


def test_deletes_the_file_after_a_question(omar, scope, at):
    view = import_file(scope, csv_of(ANN, "short,row"), at)
    assert "Delete the file and its rejected rows?" in text_of(page(omar, view.id, "remove/"))
    omar.post(f"/imports/{view.id}/remove/")
    shown = text_of(page(omar, view.id))
    assert "The file was deleted on" in shown
    assert "Download as CSV" not in shown
    assert "1</dd>" in shown


def test_lists_imports_with_their_numbers(omar, scope, at):
    import_file(scope, csv_of(ANN, BOB), at)
    shown = text_of(omar.get("/imports/"))
    assert "patients.csv" in shown
    assert '<td class="num" data-label="New">2</td>' in shown


def test_shows_a_stranger_nothing(stranger, scope, at):
    view = import_file(scope, csv_of(ANN, "short,row"), at)
    for part in ("", "columns/", "progress/", "cancel/", "remove/"):
        assert page(stranger, view.id, part).status_code == 404, part
    for part in ("pause/", "resume/", "cancel/", "remove/", "rejected.csv"):
        assert stranger.post(f"/imports/{view.id}/{part}").status_code == 404, part
    assert "patients.csv" not in text_of(stranger.get("/imports/"))


@pytest.mark.parametrize("who", ["ada", "chloe", "abe"])
def test_keeps_out_whoever_may_not_import(signed_in, scope, at, who):
    view = import_file(scope, csv_of(ANN), at)
    assert signed_in(who).get("/imports/").status_code == 403
    assert page(signed_in(who), view.id).status_code == 403


@pytest.mark.browser
@pytest.mark.processes
def test_works_in_a_browser_from_upload_to_result(served, open_page, tmp_path):
    import subprocess
    import sys

    from tests.support.serving import SOURCE, stop

    set_up_practice(served)
    add_staff(served, "omar@maple.example", "Omar", "administrator", "marketer")
    file = tmp_path / "patients.csv"
    file.write_bytes(
        csv_of(ANN, BOB, "M3,Cy", *(f"N{n},P{n},Hart,1980-01-01,p{n * 7}@example.org,," for n in range(50)))
    )
    screen = open_page(width=360)
    problems: list[str] = []
    screen.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(screen, served, "omar@maple.example")

    screen.goto(f"{served.web_url}/imports/")
    assert faults_in_every_look(screen) == []
    follow(screen.get_by_role("link", name="Import a file"))
    assert faults_in_every_look(screen) == []
    screen.get_by_label("File with patients").set_input_files(file)
    screen.get_by_role("button", name="Upload and look at it").click()
    screen.wait_for_url("**/columns/")
    assert faults_in_every_look(screen) == []
    screen.get_by_label("What “Email” becomes").select_option("")
    screen.get_by_text("nobody in this file can be written to").wait_for()
    screen.get_by_label("What “Email” becomes").select_option("email")
    screen.get_by_text("nobody in this file can be written to").wait_for(state="detached")
    screen.get_by_label("Where these people come from").select_option("own_system")
    screen.get_by_label("How they gave you their addresses").select_option("registration")
    screen.get_by_label("The last of them by").fill("2026-11-20")
    screen.get_by_label("This list was not bought").check()
    screen.get_by_role("button", name="Start the import").click()
    screen.get_by_text("Importing patients").wait_for()
    assert faults_in_every_look(screen) == []
    worker = subprocess.Popen(
        [sys.executable, "-m", "bedside.config.entry", "worker"],
        env={**served.environ, "PYTHONPATH": str(SOURCE)},
        start_new_session=True,
    )
    try:
        screen.get_by_role("heading", name="Import finished").wait_for(timeout=60_000)
    finally:
        stop(worker)
    expect(screen.get_by_text("53 rows read")).to_be_visible()
    assert faults_in_every_look(screen) == []
    with screen.expect_download() as download:
        screen.get_by_role("button", name="Download as CSV").click()
    assert b"fewer cells" in download.value.path().read_bytes()
    follow(screen.get_by_role("link", name="Delete the file"))
    assert faults_in_every_look(screen) == []
    assert problems == []
