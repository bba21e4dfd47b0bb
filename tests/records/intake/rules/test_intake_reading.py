"""Rows of a file: which are read, which are in trouble, which are part of the printout."""

import tracemalloc

import pytest

from bedside.records.intake.rules.reading import SENTENCES, RowProblem, rows, sample_rows
from bedside.records.intake.rules.records import RECORD_CHARACTERS_MAX, RECORD_LINES_MAX
from tests.records.intake.rules.intake_files import fixture, layout_of, read

HEADER = "Name,Email,City\n"


def problems(content: bytes | str) -> list[tuple[int, RowProblem | None]]:
    content = content.encode() if isinstance(content, str) else content
    return [(row.line, row.problem) for row in read(content)]


def test_one_bad_row_never_stops_the_others():
    assert problems(fixture("messy.csv")) == [
        (2, None), (3, None), (4, None), (5, None), (6, None),
        (7, None),  # an address over two lines
        (9, RowProblem.TOO_FEW_CELLS),
        (10, RowProblem.TOO_MANY_CELLS),
        (11, RowProblem.UNDECODABLE),
        (12, RowProblem.NUL_BYTES),
        (13, RowProblem.UNCLOSED_QUOTE),
        (14, None),
        (15, RowProblem.STRAY_QUOTE),
        (16, RowProblem.BLANK),
        (17, RowProblem.REPEATED_HEADER),
        (18, None),
        (19, None),  # two empty cells too many
        (20, RowProblem.FOOTER),
    ]  # fmt: skip


def test_keeps_line_breaks_inside_quoted_cells():
    row = next(row for row in read(fixture("messy.csv")) if row.line == 7)
    assert row.lines == 2
    assert row.cells[2] == "Main St\r\nApt 4"


def test_skips_the_furniture_of_a_printed_report():
    found = read(fixture("printed-report.csv"))
    assert [row.cells[0] for row in found if row.problem is None] == [
        "MS-1001",
        "MS-1002",
        "MS-1003",
        "MS-1004",
    ]
    assert {row.problem for row in found if row.problem} == {
        RowProblem.REPEATED_TITLE, RowProblem.REPEATED_HEADER, RowProblem.BLANK, RowProblem.FOOTER
    }  # fmt: skip
    assert all(row.is_skipped for row in found if row.problem)


@pytest.mark.parametrize(
    "name", ["windows-1252.csv", "utf-16-tabs.txt", "semicolon-bom.csv", "mac-roman.csv"]
)
@pytest.mark.parametrize("piece_bytes", [1, 7, 65_536])
def test_reads_letters_of_every_alphabet_however_the_file_is_cut(name, piece_bytes):
    found = read(fixture(name), piece_bytes=piece_bytes)
    assert [row.cells[2] for row in found] == ["Nuñez", "O’Brien", "Okafor", "Lind"]
    assert found[0].cells[10] == "nutrition; sleep"


@pytest.mark.parametrize(
    "footer",
    [
        "Total: 1,144 patients", "Totals,,12", "Total Patients: 12", "12 patients", "Page 2 of 9", "*** End of Report ***",
        "Records printed: 1,144", "Printed 11/21/2026 08:14 AM", "Grand Total,1144,",
    ],
)  # fmt: skip
def test_recognises_footers(footer):
    assert problems(f"{HEADER}Ann,a@example.org,Bath\n{footer}\n")[-1] == (3, RowProblem.FOOTER)


@pytest.mark.parametrize(
    "person", ["Page,p@example.org,Bath", "Total,,", "Row,r@example.org,", "Printed,,Bath"]
)
def test_never_takes_a_person_for_a_footer(person):
    assert problems(f"{HEADER}Ann,a@example.org,Bath\n{person}\n")[-1] == (3, None)


def test_an_unclosed_quote_costs_one_row():
    people = "".join(f"P{number},p{number}@example.org,Bath\n" for number in range(500))
    found = problems(f'{HEADER}"Ann,a@example.org,Bath\n{people}')
    assert found[0] == (2, RowProblem.UNCLOSED_QUOTE)
    assert len(found) == 501
    assert all(problem is None for _, problem in found[1:])


def test_an_unclosed_quote_does_not_swallow_rows_up_to_the_next_quote():
    found = problems(
        f'{HEADER}Ann,"a@example.org,Bath\nBob,b@example.org,Ulm\nCy,"",Rome\nDi,d@example.org,"Oslo"\n'
    )
    assert found == [(2, RowProblem.UNCLOSED_QUOTE), (3, None), (4, None), (5, None)]


def test_a_quoted_cell_may_have_as_many_lines_as_the_bound_and_no_more():
    def found(lines):
        return problems(f'{HEADER}"Ann{chr(10) * (lines - 1)}",a@example.org,Bath\n')

    assert found(RECORD_LINES_MAX) == [(2, None)]
    assert found(RECORD_LINES_MAX + 1)[0] == (2, RowProblem.UNCLOSED_QUOTE)


def test_bounds_a_line_without_end():
    endless = "x" * (RECORD_CHARACTERS_MAX * 3)
    assert problems(f"{HEADER}{endless},a@example.org,Bath\nBob,b@example.org,Ulm\n") == [
        (2, RowProblem.TOO_LONG), (3, None)
    ]  # fmt: skip


def test_a_field_over_64_kb_is_a_problem_of_its_row_only():
    field = "x" * (RECORD_CHARACTERS_MAX + 1)
    assert problems(f'{HEADER}"{field}",a@example.org,Bath\nBob,b@example.org,Ulm\n') == [
        (2, RowProblem.TOO_LONG), (3, None)
    ]  # fmt: skip


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_line_ends_end_lines(separator):
    assert problems(f"{HEADER}Ann{separator}Lee,a@example.org,Bath\n") == [(2, None)]


def test_decides_the_alphabet_later_when_the_head_is_all_ascii():
    people = "".join(f"Person {number},p{number}@example.org,Bath\n" for number in range(10_000))
    content = f"{HEADER}{people}Zoé,z@example.org,Bath\n"
    for codec in ("utf-8", "cp1252"):
        last = read(content.encode(codec))[-1]
        assert (last.problem, last.cells[0]) == (None, "Zoé")


def test_marks_stray_bytes_in_an_ascii_file():
    assert problems(b"Name,Email,City\nAn\xffn,a@example.org,Bath\nBob,b@example.org,Ulm\n") == [
        (2, RowProblem.UNDECODABLE), (3, None)
    ]  # fmt: skip


def test_gives_samples_without_troubled_rows():
    content = fixture("messy.csv")
    samples = sample_rows(content, layout=layout_of(content), limit=7)
    assert len(samples) == 7
    assert {len(cells) for cells in samples} == {12}


def test_every_problem_has_a_sentence():
    assert set(SENTENCES) == set(RowProblem)


def test_reads_a_long_file_in_constant_memory():
    def pieces():
        yield HEADER.encode()
        for _ in range(200):
            yield (b'"Ann, Lee",a@example.org,' + b"x" * 300 + b"\n") * 100

    layout = layout_of(f"{HEADER}Ann,a@example.org,Bath\n".encode())
    tracemalloc.start()
    try:
        count = sum(1 for _ in rows(pieces(), layout=layout))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 1_500_000  # the file has 6.5 MB
