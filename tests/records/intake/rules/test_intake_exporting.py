"""Exports that a spreadsheet may open (ASVS-01: V1.2.10)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.records.intake.rules.exporting import neutralise, write_csv
from bedside.records.intake.rules.values import tidy


def written(rows: list[list[str]], header: tuple[str, ...] = ("Name", "Email")) -> bytes:
    return b"".join(write_csv(header, rows))


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "＝1+1", "＠SUM(A1)", "－1+1",
     "+1 (617) 555-0120", "+1-617-555-0120", "--", "-"],
)  # fmt: skip
def test_marks_as_text_what_a_spreadsheet_would_run(cell):
    assert neutralise(cell) == f"'{cell}"
    assert tidy(neutralise(cell)) == tidy(cell)


@pytest.mark.parametrize("start", ["\t", "\r", "\n", " ", "\u00a0", "\ufeff", "\x00", " \t\r\n"])
def test_finds_a_formula_behind_what_spreadsheets_skip(start):
    assert neutralise(f"{start}=1+1") == "'=1+1"


@pytest.mark.parametrize("cell", ["\tAnn", "\rAnn", "\nAnn"])
def test_drops_tabs_and_breaks_at_the_start(cell):
    assert neutralise(cell) == "Ann"


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Ann",
        "O'Neil",
        "-5",
        "-5.25",
        "+16175550120",
        "555-0101",
        "a=b",
        "ann@example.org",
        " ",
        "2026-11-21",
    ],
)
def test_leaves_harmless_cells_as_they_are(cell):
    assert neutralise(cell) == cell


def test_writes_what_excel_opens_with_accents():
    assert written([["Núñez", 'say "hi"']]) == '\ufeff"Name","Email"\r\n"Núñez","say ""hi"""\r\n'.encode()


def test_neutralises_the_header_too():
    assert b'"\'=1"' in written([], header=("=1",))


def test_writes_in_pieces_of_bounded_size():
    pieces = list(write_csv(("Name",), (["x" * 100] for _ in range(10_000))))
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 70_000
    assert b"".join(pieces).count(b"\r\n") == 10_001


def test_never_fails_for_a_damaged_letter():
    assert b"?" in written([["\udcff", ""]])


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_no_written_cell_starts_a_formula(rows):
    content = written([list(row) for row in rows]).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content, newline=""), strict=True) for cell in row]
    assert len(cells) == 2 * (len(rows) + 1)
    assert not any(cell.startswith(("=", "@", "\t", "\r", "\n")) for cell in cells)
