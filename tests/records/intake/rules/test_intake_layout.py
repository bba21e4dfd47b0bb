"""How a file is laid out, and which files are refused."""

import pytest

from bedside.records.intake.rules.encodings import Encoding
from bedside.records.intake.rules.layout import UnreadableFile, inspect
from tests.records.intake.rules.intake_files import fixture, layout_of

NAMES = ("First Name", "Last Name", "E-Mail")
TEXT = "First Name,Last Name,E-Mail\nAna,Lee,ana@example.org\n"


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("windows-1252.csv", Encoding.WINDOWS_1252, ","),
        ("utf-16-tabs.txt", Encoding.UTF_16_LE, "\t"),
        ("semicolon-bom.csv", Encoding.UTF_8, ";"),
        ("mac-roman.csv", Encoding.MAC_ROMAN, ","),
        ("printed-report.csv", Encoding.UTF_8, ","),
        ("messy.csv", Encoding.UTF_8, ","),
    ],
)
def test_recognises_alphabet_and_delimiter(name, encoding, delimiter):
    layout = layout_of(fixture(name))
    assert (layout.encoding, layout.delimiter) == (encoding, delimiter)
    assert layout.header[0] == "Patient #"
    assert len(layout.header) == 12


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_reads_header_in_every_alphabet_and_delimiter(codec, delimiter):
    content = TEXT.replace("Lee", "Núñez").replace(",", delimiter).encode(codec)
    assert layout_of(content).header == NAMES


def test_finds_header_below_a_printed_title():
    layout = layout_of(fixture("printed-report.csv"))
    assert (layout.header_line, layout.first_data_line) == (5, 6)


@pytest.mark.parametrize(
    "title",
    [
        "Patient List\n",
        "Patients,\n\n",
        "Practice:,Maple Street\n",
        "Printed,11/21/2026\n",
        "List,As of 11/21/2026\n",
    ],
)
def test_passes_over_titles_above_a_narrow_table(title):
    content = f"{title}Name,E-Mail\nAna Lee,ana@example.org\nBob Ray,bob@example.org\n".encode()
    assert layout_of(content).header == ("Name", "E-Mail")


def test_a_column_may_be_named_by_a_year():
    assert layout_of(b"Name,E-Mail,2024\nAna Lee,ana@example.org,3\n").header == ("Name", "E-Mail", "2024")


def test_reads_a_list_of_addresses_alone():
    assert layout_of(b"E-Mail\nana@example.org\n").header == ("E-Mail",)


def test_reads_names_over_two_lines():
    layout = layout_of(b'Name,"E-Mail\r\nAddress"\r\nAna Lee,ana@example.org\r\n')
    assert (layout.header, layout.first_data_line) == (("Name", "E-Mail Address"), 3)


def test_heeds_the_separator_hint_of_excel():
    layout = layout_of(b"sep=;\nName;E-Mail\nLee, Ana;ana@example.org\n")
    assert (layout.delimiter, layout.header) == (";", ("Name", "E-Mail"))


def test_reads_quoted_names_after_blanks():
    assert layout_of(b'"Name", "E-Mail"\n"Lee, Ana", "ana@example.org"\n').header == ("Name", "E-Mail")


def test_numbers_repeated_names_and_says_so():
    layout = layout_of(b"Name,Email,Email,email,\nAnn,a@example.org,b@example.org,,x\n")
    assert layout.header == ("Name", "Email", "Email (2)", "email (3)", "Column 5")
    assert [remark.code for remark in layout.warnings] == ["repeated_column_name"]


def test_says_nothing_about_names_that_differ():
    assert layout_of(TEXT.encode()).warnings == ()


def test_drops_nameless_columns_that_no_row_fills():
    assert layout_of(b"Name,Email,,\nAnn,a@example.org,,\n").header == ("Name", "Email")


def test_accepts_unknown_names_above_a_column_of_addresses():
    assert layout_of("姓名,联系\n张伟,wei@example.org\n".encode()).header == ("姓名", "联系")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty_file"),
        (b"PK\x03\x04\x14\x00\x06\x00", "binary_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "binary_file"),
        (b"%PDF-1.7\n", "binary_file"),
        (b"\x89PNG\r\n\x1a\n", "binary_file"),
        (b"\x1f\x8b\x08\x00", "binary_file"),
        (b"Name,Email\n" + b"\x00\x00\x01\x02" * 50, "binary_file"),
        (b"<html><table><tr><td>Name</td></tr></table>", "markup_file"),
        (b'{"resourceType": "Patient"}', "markup_file"),
        (b"First Name,Last Name,E-Mail\n", "only_header"),
        (b"First Name,Last Name,E-Mail\n,,\n\n", "only_header"),
        (b"Ana,Lee,ana@example.org\nBob,Ray,bob@example.org\n", "no_header"),
        (b"Ana,1980-05-04\nBob,1981-05-04\nCy,1982-05-04\nDi,1983-05-04\n", "no_header"),
        (b"lorem ipsum dolor\nsit amet\n", "no_columns"),
        (b"alpha,beta\none,two\n", "no_columns"),
        (b"Na\xff\xfeme,Email,First Name\nA,a@example.org,B\n", "damaged_header"),
        (
            ("Email," + ",".join(f"c{n}" for n in range(500)) + "\na@example.org" + ",x" * 500).encode(),
            "too_many_columns",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refuses_what_is_no_list_of_patients(content, code):
    with pytest.raises(UnreadableFile) as refusal:
        inspect(content, size_bytes=len(content))
    assert refusal.value.code == code
    assert refusal.value.sentence.endswith(".")


def test_refusal_of_a_workbook_says_what_to_do():
    with pytest.raises(UnreadableFile, match="Save it as CSV first"):
        inspect(b"PK\x03\x04", size_bytes=9_000)


def test_takes_500_columns():
    header = "Email," + ",".join(f"c{number}" for number in range(499))
    layout = layout_of(f"{header}\na@example.org{',x' * 499}\n".encode())
    assert len(layout.header) == 500


def test_ignores_the_row_that_the_head_cuts():
    content = TEXT.encode() + b"Bob,Ray,bob@example.org\n" * 1000
    head = content[:5_003]
    assert inspect(head, size_bytes=len(content)).header == NAMES
