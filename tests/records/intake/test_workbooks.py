"""Excel workbooks: the same people as from a CSV file, and nothing that a hostile one could make of the reader."""

from __future__ import annotations

import csv
import io
import struct
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.scope import in_scope
from bedside.records.intake import actions, queries, workbook_files
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.pieces import read_head
from bedside.records.intake.rules.layout import UnreadableFile
from bedside.records.intake.workbook_files import choose_sheet, read_cover
from bedside.records.intake.workbooks import sheets as sheets_module
from bedside.records.intake.workbooks import strings
from bedside.records.intake.workbooks.book import open_book
from bedside.records.intake.workbooks.sheets import SheetCounts, csv_of
from bedside.records.intake.workbooks.values import look_of
from bedside.records.patients.queries import ids_by_mrn
from tests.records.intake.import_files import counts, import_file, reasons, receive
from tests.records.intake.workbook_making import (
    DAY,
    DAY_IN_WORDS,
    MOMENT,
    POSTAL,
    RELATIONS,
    SOCIAL,
    TEXTS,
    letter,
    number,
    row,
    sheet,
    text,
    workbook,
)

HEADER = row("MRN", "First", "Last", "DOB", "Email", "ZIP", at=1)
ANN = row("M1", "Ann", "Lee", number(29345, DAY), "ann@example.org", number(2134, POSTAL), at=2)
BOB = row("M2", "Bob", "Lee", number(27396, DAY_IN_WORDS), "bob@example.org", "", at=3)
PATIENTS = sheet(HEADER, ANN, BOB)


def read(content: bytes, *, name: str | None = None, kept: SheetCounts | None = None) -> list[list[str]]:
    book = open_book(io.BytesIO(content), size_bytes=len(content))
    chosen = book.sheets[0] if name is None else book.sheet(name)
    plain = b"".join(csv_of(book, chosen, counts=kept or SheetCounts())).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(plain)))


def cells(*given_cells: str, **options) -> list[str]:
    return read(workbook({"P": sheet(row(*given_cells))}, **options))[0]


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(content)
    assert refused.value.sentence.endswith(".")
    return refused.value.code


def test_brings_the_people_of_a_workbook(scope, at):
    view = import_file(scope, workbook({"Patients": PATIENTS}), at)
    assert counts(view) == (2, 0, 0, 0)
    assert set(ids_by_mrn(scope, {"M1", "M2"})) == {"M1", "M2"}


def test_changes_nothing_when_the_same_workbook_comes_again(scope, at):
    import_file(scope, workbook({"Patients": PATIENTS}), at)
    assert counts(import_file(scope, workbook({"Patients": PATIENTS}), at)) == (0, 0, 2, 0)


def test_reads_days_and_leading_zeros_as_the_cells_show_them():
    assert read(workbook({"P": PATIENTS}))[1:] == [
        ["M1", "Ann", "Lee", "1980-05-04", "ann@example.org", "02134"],
        ["M2", "Bob", "Lee", "1975-01-02", "bob@example.org", ""],
    ]


NUMBERS = {
    "a moment": (number("46357.604166666664", MOMENT), "2026-12-01 14:30:00"),
    "a time without a day": (number("0.5", MOMENT), "12:00:00"),
    "the first day of the calendar": (number(1, DAY), "1900-01-01"),
    "the day that never was": (number(60, DAY), "60"),
    "the day after it": (number(61, DAY), "1900-03-01"),
    "29 February": (number(45351, DAY), "2024-02-29"),
    "a day beyond all calendars": (number("9e9", DAY), "9e9"),
    "no number in a day's cell": (number("x", DAY), "x"),
    "rounding noise": (number("3.1400000000000001"), "3.14"),
    "a long number in powers": (number("4.155550123E9"), "4155550123"),
    "a number that is none": (number("nan"), "nan"),
    "a whole number as it is": (number("007"), "007"),
    "a social security number": (number(78051120, SOCIAL), "078-05-1120"),
    "a style that does not exist": (number(5, 999), "5"),
    "yes": ('<c r="@" t="b"><v>1</v></c>', "TRUE"),
    "an error": ('<c r="@" t="e"><v>#N/A</v></c>', "#N/A"),
    "a day in ISO 8601": ('<c r="@" t="d"><v>1980-05-04</v></c>', "1980-05-04"),
    "a sign that XML has none for": ('<c r="@" t="str"><v>a_x0009_b</v></c>', "a\tb"),
    "a line end": (text("12 Elm St\nApt 4"), "12 Elm St Apt 4"),
    "rich text with its pronunciation": (
        '<c r="@" t="inlineStr"><is><r><t>Ann</t></r><rPh><t>AN</t></rPh><r><t> Lee</t></r></is></c>',
        "Ann Lee",
    ),
}


@pytest.mark.parametrize(("cell", "shown"), NUMBERS.values(), ids=NUMBERS)
def test_reads_a_cell_as_it_is_shown(cell, shown):
    assert cells(cell) == [shown]


def test_counts_days_from_1904_where_the_workbook_says_so():
    assert cells(number(27883, DAY), date_1904=True) == ["1980-05-04"]


def test_reads_shared_texts_and_prefixed_names():
    texts = "<si><t>Ann</t></si><si><r><t>L</t></r><r><t>ee</t></r></si>"
    shared = '<x:row r="1"><x:c r="A1" t="s"><x:v>1</x:v></x:c><x:c r="C1" t="s"><x:v>0</x:v></x:c></x:row>'
    content = f'<x:worksheet xmlns:x="y"><x:sheetData>{shared}</x:sheetData></x:worksheet>'
    assert read(workbook({"P": content}, texts=texts)) == [["Lee", "", "Ann"]]


def test_takes_a_formula_by_its_saved_result_and_never_works_it_out():
    kept = SheetCounts()
    found = read(
        workbook(
            {
                "P": sheet(
                    row(
                        '<c r="@" t="str"><f>A9&amp;"x"</f><v>saved</v></c>', '<c r="@"><f>1+1</f></c>', "end"
                    )
                )
            }
        ),
        kept=kept,
    )
    assert found == [["saved", "", "end"]]
    assert (kept.formulas, kept.without_result) == (2, 1)


def test_finds_the_list_of_sheets_where_the_workbook_says():
    assert read(workbook({"P": PATIENTS}, book_part="book2.xml"))[1][0] == "M1"


def test_keeps_the_number_of_each_row(scope, at):
    odd = row("", "", "", "", "nobody@example.org", "", at=9)
    view = import_file(scope, workbook({"P": sheet(HEADER, ANN, odd)}), at)
    assert reasons(scope, view) == [(9, "nobody_identified")]


def test_chooses_the_sheet_that_lists_people_and_names_the_hidden_ones(scope, at):
    notes = sheet(row("Dear colleague, please find the list on the next sheet."))
    content = workbook({"Notes": notes, "Patients": PATIENTS, "Old": PATIENTS}, hidden=("Old",))
    cover = read_cover(scope, receive(scope, content, at, name="list.xlsx"))
    assert (cover.sheet, cover.others, cover.hidden) == ("Patients", ("Notes",), ("Old",))


def test_reads_another_sheet_when_somebody_chooses_it(scope, at):
    content = workbook({"North": PATIENTS, "South": sheet(HEADER, row("M7", "Cy", "Roe", at=2))})
    import_id = receive(scope, content, at)
    choose_sheet(scope, import_id, name="South", at=at)
    assert b"M7,Cy,Roe" in read_head(scope, import_id)
    assert b"M1" not in read_head(scope, import_id)
    assert read_cover(scope, import_id).others == ("North",)
    assert queries.view(scope, import_id).state is ImportState.UPLOADED


def test_refuses_a_sheet_that_does_not_exist(scope, at):
    import_id = receive(scope, workbook({"P": PATIENTS}), at)
    with pytest.raises(Refusal, match="no sheet of this name"):
        choose_sheet(scope, import_id, name="Q", at=at)
    assert b"M1" in read_head(scope, import_id)


def test_changes_no_sheet_after_the_start_and_keeps_no_other(scope, at):
    view = import_file(scope, workbook({"P": PATIENTS, "Q": PATIENTS}), at)
    with pytest.raises(Refusal, match="started"):
        choose_sheet(scope, view.id, name="Q", at=at)
    assert workbook_pieces(scope, view.id) == []
    other = receive(scope, workbook({"P": PATIENTS, "Q": PATIENTS}), at)
    assert workbook_pieces(scope, other) == [1_000_001]


def workbook_pieces(scope, import_id) -> list[int]:
    with in_scope(scope):
        rows = workbook_files.Piece.objects.filter(of_import_id=import_id, number__gt=1_000_000)
        return list(rows.values_list("number", flat=True))


def test_lets_nobody_choose_without_the_right(scope, scope_of, at):
    import_id = receive(scope, workbook({"P": PATIENTS, "Q": PATIENTS}), at)
    with pytest.raises(NotAllowed):
        choose_sheet(scope_of("chloe"), import_id, name="Q", at=at)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED_FILES = {
    "a workbook from before 2007": (OLE + b"\x00" * 600, "other_workbook"),
    "a workbook with a password": (
        OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "workbook_encrypted",
    ),
    "a ZIP archive": (b"", "not_a_workbook"),
    "cut off": (workbook({"P": PATIENTS})[:-400], "workbook_damaged"),
    "only hidden sheets": (workbook({"P": PATIENTS}, hidden=("P",)), "no_sheet"),
    "a binary workbook": (workbook({"P": PATIENTS}, parts={"xl/workbook.bin": b"x"}), "other_workbook"),
    "an empty sheet": (workbook({"P": sheet()}), "empty_file"),
    "names without rows": (workbook({"P": sheet(HEADER)}), "only_header"),
}


def _zip_of_text() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("patients.csv", "MRN,Last\n1,Lee\n")
    return out.getvalue()


@pytest.mark.parametrize(("content", "code"), REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_refuses_a_file_with_one_sentence_and_stores_nothing(scope, at, content, code):
    with pytest.raises(Refusal) as refused:
        receive(scope, content or _zip_of_text(), at)
    assert refused.value.code == code
    assert queries.count(scope) == 0


def test_refuses_a_part_with_a_password():
    content = bytearray(workbook({"P": PATIENTS}))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    assert refusal(bytes(content)) == "workbook_encrypted"


# Bombs: each must be refused fast, and in little memory.


def _far_corner() -> bytes:
    return workbook({"P": sheet(row("MRN", at=1), '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')})


BOMBS = {
    "zeros that unpack to a gigabyte": (
        lambda: workbook({"P": "<x>" + " " * 120_000_000}),
        "workbook_too_large",
    ),
    "many texts": (lambda: workbook({"P": PATIENTS}, texts="<si><t>a</t></si>" * 2000), "workbook_too_large"),
    "two cells in opposite corners": (_far_corner, "too_many_columns"),
    "entities within entities": (
        lambda: workbook({"P": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'}),
        "workbook_damaged",
    ),
    "elements without end": (lambda: workbook({"P": "<x>" * 100_000}), "workbook_damaged"),
    "depth in the texts": (
        lambda: workbook({"P": PATIENTS}, parts={TEXTS: "<x>" * 10_000}),
        "workbook_damaged",
    ),
    "depth in the list of parts": (
        lambda: workbook({"P": PATIENTS}, parts={RELATIONS: "<x>" * 10_000}),
        "workbook_damaged",
    ),
    "one tag of megabytes": (
        lambda: workbook({"P": f'<x y="{"ab c" * 900_000}"/>'}, compression=zipfile.ZIP_STORED),
        "workbook_damaged",
    ),
    "ever new names": (
        lambda: workbook({"P": f"<x>{''.join(f'<n{at}/>' for at in range(20_000))}</x>"}),
        "workbook_damaged",
    ),
    "one cell of megabytes": (
        lambda: workbook({"P": sheet(row("MRN"), row(number("1" * 40_000)))}),
        "workbook_too_large",
    ),
    "one inline text of megabytes": (lambda: workbook({"P": sheet(row("x" * 90_000))}), "workbook_too_large"),
    "rows that go backwards": (
        lambda: workbook({"P": sheet(row("a", at=5), row("b", at=4))}),
        "workbook_damaged",
    ),
    "cells that go backwards": (
        lambda: workbook(
            {"P": '<worksheet><row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row></worksheet>'}
        ),
        "workbook_damaged",
    ),
    "a text of a number beyond all measure": (
        lambda: workbook({"P": sheet(row("MRN"), row(f'<c r="@" t="s"><v>{"1" * 5_000}</v></c>'))}),
        "workbook_damaged",
    ),
    "a row within a row": (
        lambda: workbook({"P": "<worksheet><row><row/></row></worksheet>"}),
        "workbook_damaged",
    ),
    "a cell within a cell": (
        lambda: workbook({"P": "<worksheet><row><c><c/></c></row></worksheet>"}),
        "workbook_damaged",
    ),
    "a text that is not there": (
        lambda: workbook({"P": sheet(row('<c r="@" t="s"><v>7</v></c>'))}),
        "workbook_damaged",
    ),
    "a row beyond the last": (lambda: workbook({"P": sheet(row("a", at=1_048_577))}), "workbook_damaged"),
    "other compression": (
        lambda: workbook({"P": PATIENTS}, compression=zipfile.ZIP_BZIP2),
        "workbook_damaged",
    ),
}


@pytest.mark.parametrize(("make", "code"), BOMBS.values(), ids=BOMBS)
def test_refuses_a_bomb_in_little_memory(make, code, monkeypatch):
    monkeypatch.setattr(strings, "TEXTS_MAX", 1000)
    content = make()
    tracemalloc.start()
    began = time.monotonic()
    try:
        assert refusal(content) == code
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
    assert time.monotonic() - began < 10


def test_refuses_more_cells_than_can_be_borne(monkeypatch):
    monkeypatch.setattr(sheets_module, "CELLS_MAX", 10)
    assert refusal(workbook({"P": PATIENTS})) == "workbook_too_large"


def test_refuses_a_directory_of_too_many_parts():
    content = bytearray(workbook({"P": PATIENTS}))
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<H", content, end + 10, 60_000)
    assert refusal(bytes(content)) == "workbook_too_large"


def test_believes_the_larger_directory_where_there_are_two():
    content = workbook({"P": PATIENTS})
    end = content.rfind(b"PK\x05\x06")
    larger = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**7, 10**7, 10**9, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    assert refusal(content[:end] + larger + locator + content[end:]) == "workbook_too_large"


def test_reads_a_large_sheet_in_constant_memory():
    rows = [row(f"M{at}", "Ann", f"Hart{at}", "", f"p{at}@example.org") for at in range(4000)]
    content = workbook({"P": sheet(HEADER, *rows)})
    book = open_book(io.BytesIO(content), size_bytes=len(content))
    tracemalloc.start()
    try:
        size = sum(map(len, csv_of(book, book.sheets[0], counts=SheetCounts())))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 100_000
    assert peak < 2 * 1024 * 1024


def test_refuses_a_workbook_over_the_limit_and_stores_nothing(scope, at, monkeypatch):
    monkeypatch.setattr(workbook_files, "WORKBOOK_BYTES_MAX", 1000)
    with pytest.raises(Refusal, match="too large"):
        receive(scope, workbook({"P": PATIENTS}), at)
    assert queries.count(scope) == 0


def test_stores_nothing_of_a_workbook_in_clear(scope, at):
    import_id = receive(scope, workbook({"Kardiologie": PATIENTS}), at)
    with in_scope(scope):
        rows = workbook_files.Piece.objects.filter(of_import_id=import_id)
        stored = b"".join(bytes(each.sealed) for each in rows)
    assert len(stored) > 1000
    assert b"Kardiologie" not in stored
    assert b"PK\x03\x04" not in stored


def test_forgets_the_workbook_with_the_import(scope, at):
    import_id = receive(scope, workbook({"P": PATIENTS}), at)
    actions.cancel(scope, import_id, at=at)
    assert workbook_pieces(scope, import_id)
    actions.remove_file(scope, import_id, at=at)
    assert workbook_pieces(scope, import_id) == []


@given(column=st.integers(0, 16_383), line=st.integers(1, 1_048_576))
def test_finds_every_column_by_its_letters(column, line):
    assert sheets_module.column_of(f"{letter(column)}{line}") == column


@given(
    grid=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20), min_size=1, max_size=6),
        min_size=1,
        max_size=6,
    )
)
def test_gives_back_any_text(grid):
    found = read(workbook({"P": sheet(*(row(*each, at=at) for at, each in enumerate(grid, start=1)))}))
    expected = [list(strip_tail(each)) for each in grid]
    while expected and not expected[-1]:
        expected.pop()
    assert [list(strip_tail(each)) for each in found[: len(expected)]] == expected
    assert not any(map(any, found[len(expected) :]))


def strip_tail(given_cells: list[str]) -> list[str]:
    while given_cells and not given_cells[-1]:
        given_cells = given_cells[:-1]
    return given_cells


@given(content=st.binary(max_size=400), at=st.integers(0, 2000))
def test_never_breaks_on_damage(content, at):
    sound = workbook({"P": PATIENTS})
    damaged = sound[:at] + content + sound[at + len(content) :]
    try:
        read(damaged)
    except UnreadableFile as error:
        assert error.sentence


@pytest.mark.parametrize("number", ["²", "1" * 5_000, "-1", ""])
def test_takes_no_odd_number_of_a_format_for_a_day(number):
    assert not look_of(number, code="").is_moment
