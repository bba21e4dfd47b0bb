"""Workbooks on the pages of an import: which sheet is read, what was noticed in it, and choosing another."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from bedside.records.intake import queries
from tests.records.intake.workbook_making import row, sheet, workbook

HEADER = row("MRN", "First", "Last", "Email", at=1)
ANN = row("M1", "Ann", "Lee", "ann@example.org", at=2)
FORMULA = '<c r="@"><f>1+1</f></c>'


def upload(client, content: bytes, name: str = "patients.xlsx"):
    return client.post("/imports/new/", {"file": SimpleUploadedFile(name, content)})


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_says_which_sheet_is_read_and_what_was_noticed(signed_in):
    omar = signed_in("omar")
    hidden_row = row("M2", "Bob", FORMULA, "bob@example.org", at=3, hidden=True)
    content = workbook(
        {"North": sheet(HEADER, ANN, hidden_row), "South": sheet(HEADER, ANN), "Old": sheet()},
        hidden=("Old",),
    )
    shown = text_of(omar.get(upload(omar, content).url))
    assert "Read from the sheet “North” of an Excel workbook." in shown
    assert "1 hidden sheet of this workbook is not imported: Old." in shown
    assert "1 row of the sheet is hidden" in shown
    assert "1 formula had no saved result and counts as empty" in shown
    assert "ann@example.org" in shown


def test_reads_the_other_sheet(signed_in, scope):
    omar = signed_in("omar")
    other = sheet(HEADER, row("M9", "Cy", "Roe", "cy@example.org", at=2))
    upload(omar, workbook({"North": sheet(HEADER, ANN), "South": other}))
    import_id = queries.imports(scope, offset=0, limit=1)[0].id
    response = omar.post(f"/imports/{import_id}/sheet/", {"sheet": "South"}, follow=True)
    shown = text_of(response)
    assert "Read from the sheet “South”" in shown
    assert "cy@example.org" in shown
    assert "ann@example.org" not in shown


def test_keeps_the_sheet_when_the_chosen_one_cannot_be_read(signed_in, scope):
    omar = signed_in("omar")
    upload(omar, workbook({"North": sheet(HEADER, ANN), "Empty": sheet()}))
    import_id = queries.imports(scope, offset=0, limit=1)[0].id
    assert "The file is empty" in text_of(omar.post(f"/imports/{import_id}/sheet/", {"sheet": "Empty"}))
    assert "Read from the sheet “North”" in text_of(omar.get(f"/imports/{import_id}/columns/"))


def test_has_no_sheets_to_choose_for_a_text_file(signed_in, scope):
    omar = signed_in("omar")
    upload(omar, b"MRN,Last,Email\nM1,Lee,ann@example.org\n", "patients.csv")
    import_id = queries.imports(scope, offset=0, limit=1)[0].id
    response = omar.post(f"/imports/{import_id}/sheet/", {"sheet": "North"})
    assert response.status_code == 302


def test_says_in_one_sentence_why_a_workbook_is_refused(signed_in):
    response = upload(signed_in("omar"), b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "patients.xls")
    assert response.status_code == 422
    assert "Only workbooks in the format .xlsx can be read." in text_of(response)
