"""What holds for every file: round trips, no surprises, and nothing lost."""

import csv
import io
from datetime import date

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bedside.records.intake.rules.encodings import DAMAGE
from bedside.records.intake.rules.exporting import write_csv
from bedside.records.intake.rules.layout import UnreadableFile
from bedside.records.intake.rules.mapping import check, propose
from bedside.records.intake.rules.normalise import normalise
from bedside.records.intake.rules.nouns import DateOrder, NormalisedRow, PatientField, RejectedRow
from bedside.records.intake.rules.reading import rows, sample_rows
from bedside.records.intake.rules.values import tidy
from tests.records.intake.rules.intake_files import layout_of, read

HEADER = ["Patient #", "First Name", "Last Name", "E-Mail", "Notes on City"]
WIDTH = len(HEADER)
TODAY = date(2026, 11, 21)
CODECS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]

_any_letter = st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")
_western = st.characters(codec="cp1252", blacklist_characters="\x00")
# The first cell is a number, so that no row is blank or looks like a footer.
_numbers = st.integers(min_value=1, max_value=99_999).map(lambda number: f"M{number}")


def _file(letters):
    cell = st.text(letters, max_size=12)
    row = st.tuples(_numbers, *[cell] * (WIDTH - 1)).filter(
        lambda cells: any(cell.strip() for cell in cells[1:])
    )
    return st.lists(row, min_size=1, max_size=8)


def _written(cells, *, delimiter, quoting, codec):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerows([HEADER, *cells])
    return buffer.getvalue().encode(codec)


_delimiters = st.sampled_from(",;\t|")
_quotings = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])


@given(_file(_any_letter), _delimiters, _quotings, st.sampled_from(CODECS[:-1]), st.integers(1, 50))
@settings(max_examples=150, deadline=None)
def test_reads_back_what_any_writer_wrote_in_unicode(cells, delimiter, quoting, codec, piece_bytes):
    content = _written(cells, delimiter=delimiter, quoting=quoting, codec=codec)
    assert [row.cells for row in read(content, piece_bytes=piece_bytes)] == cells


@given(_file(_western), _delimiters, _quotings)
@settings(max_examples=100, deadline=None)
def test_reads_back_windows_1252(cells, delimiter, quoting):
    western = ("M1", "Zoé", "Núñez", "zoe@example.org", "Bâle")  # decides for the alphabet, as real files do
    content = _written([western, *cells], delimiter=delimiter, quoting=quoting, codec="cp1252")
    if b"\xfe" in content or b"\xff" in content or _is_also_utf_8(cells):
        return
    assert [row.cells for row in read(content)] == [western, *cells]


def _is_also_utf_8(cells):
    """Letters such as "Ã©" are the bytes of another letter in UTF-8; real names do not hold them."""
    plain = "".join("".join(row) for row in cells).encode("cp1252")
    return any(mark in plain for mark in range(0xC2, 0xF5)) and any(0x80 <= byte < 0xC0 for byte in plain)


@given(st.lists(st.tuples(_numbers, st.text(_any_letter, max_size=20)), min_size=1, max_size=6))
@settings(deadline=None)
def test_reads_back_our_own_exports(people):
    content = b"".join(write_csv(("MRN", "City"), people))
    found = read(content)
    assert [row.problem for row in found] == [None] * len(people)
    for row, person in zip(found, people, strict=True):
        assert tidy(row.cells[1]) == tidy(person[1])


def _import(content: bytes) -> None:
    """A whole import, with the accounts checked: every line of the file belongs to exactly one row."""
    layout = layout_of(content)
    mapping = propose(layout.header, samples=sample_rows(content, layout=layout))
    assert {each.column for each in (*mapping.assignments, *mapping.left_out)} == set(
        range(len(layout.header))
    )
    check(mapping)
    expected_line = layout.first_data_line
    for row in rows([content], layout=layout):
        assert row.line == expected_line
        expected_line += row.lines
        if row.problem is not None:
            assert row.cells == ()
            continue
        assert len(row.cells) == len(layout.header)
        assert not any(DAMAGE in cell or "\x00" in cell for cell in row.cells)
        outcome = normalise(mapping.pick(row.cells), date_order=DateOrder.MONTH_FIRST, today=TODAY)
        assert isinstance(outcome, NormalisedRow | RejectedRow)
    assert expected_line == _line_count(content, layout=layout) + 1


def _line_count(content: bytes, *, layout) -> int:
    codec = "utf-8" if layout.encoding == "ascii" else layout.encoding.value
    text = content.decode(codec, "replace")
    lines = text.split(layout.newline)
    return len(lines) - (lines[-1] in {"", "\ufeff"})


@given(st.binary(max_size=2_000))
@example(b"\xff\xfe")
@example(b"\xff\xfe\n")
@example(b"Name,Email\n\xed\xa0\x80,a@example.org\n")
@example(b"\xff\xfeN\x00\x00\xd8\n\x00")
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_raise_nothing_but_a_refusal(content):
    try:
        _import(content)
    except UnreadableFile as refusal:
        assert refusal.sentence  # either outcome is fine, nothing else is


_fragments = st.lists(
    st.sampled_from([
        b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"\xc3", b"\xc3\xa9", b"ann@example.org", b"M1", b"=1", b"Total: 3",
        b"3/4/26", b"yes", b"do not email", b" ", b";", b"\t", b"45321", b"x" * 300, b"M1,Ann,Lee,a@example.org,Bath\n",
    ]), max_size=60,
)  # fmt: skip


@given(_fragments)
@example([b'"', b"\n"] * 30)
@example([b'""', b'"', b"\r"] * 20)
@settings(max_examples=400, deadline=None)
def test_no_chaos_below_a_header_loses_a_line(fragments):
    header = ",".join(HEADER).encode()
    assume(fragments.count(b"\x00") <= 5)  # more make it a binary file, which is refused as a whole
    _import(header + b"\nM1,Ann,Lee,ann@example.org,Bath\n" + b"".join(fragments))


@given(
    st.dictionaries(st.sampled_from(list(PatientField)), st.text(max_size=60)),
    st.sampled_from(list(DateOrder)),
)
@settings(max_examples=300, deadline=None)
def test_no_cell_makes_normalising_fail_or_a_permission_appear(cells, order):
    outcome = normalise(cells, date_order=order, today=TODAY)
    if isinstance(outcome, NormalisedRow) and outcome.patient.do_not_email:
        assert not outcome.patient.email_opt_in
        assert not outcome.patient.newsletter_opt_in
