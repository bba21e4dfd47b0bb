"""What is taken in as a file, what is refused with one sentence, and that a refusal leaves nothing behind."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest
from django.db import connection

from bedside.ground.errors import Refusal
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.records.intake import actions, pieces, queries
from bedside.records.intake.clinical import storing
from bedside.records.intake.models import Piece
from bedside.records.intake.rules.nouns import PatientField
from tests.records.intake.clinical_files import ndjson, patient
from tests.records.intake.import_files import ANN, BOB, counts, csv_of, import_file, many, receive


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


BAD = {
    "empty": (b"", "empty_file"),
    "only blanks": (b"\r\n  \r\n", "empty_file"),
    "binary": (bytes(range(64)) * 100, "binary_file"),
    "zeros": (b"\x00" * 5000, "empty_file"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "binary_file"),
    "XLSX without its parts": (workbook(), "not_a_workbook"),
    "web page": (b"<!doctype html><html><body>Patients</body></html>", "markup_file"),
    "one column of prose": (b"Dear colleague,\nplease find the list below.\nRegards\n", "no_columns"),
    "values without names": (b"Ann,Lee,ann@example.org\nBob,Lee,bob@example.org\n", "no_header"),
    "names without rows": (b"MRN,First,Last,Email\n", "only_header"),
}


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=BAD)
def test_refuses_with_one_sentence_and_stores_nothing(scope, at, content, code):
    with pytest.raises(Refusal) as refused:
        receive(scope, content, at)
    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")
    assert queries.count(scope) == 0
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_piece")
        assert cursor.fetchone() == (0,)


def test_refuses_a_file_over_the_limit_and_stores_nothing(scope, at, monkeypatch):
    monkeypatch.setattr(pieces, "FILE_BYTES_MAX", 300_000)
    with pytest.raises(Refusal, match="120 MB"):
        receive(scope, many(10_000), at)
    assert queries.count(scope) == 0


HUNDRED_MB = 100 * 1024 * 1024


def _large(size_bytes: int):
    """A real file of that size, a quarter of a megabyte at a time."""
    yield csv_of(ANN)
    row = b"M9,Ann,Lee,1980-05-04,ann@example.org,,\r\n"
    piece = row * (256 * 1024 // len(row))
    for _ in range(size_bytes // len(piece)):
        yield piece


def test_takes_a_file_of_a_hundred_megabytes_in_constant_memory(scope, at):
    tracemalloc.start()
    try:
        import_id = actions.receive(scope, name="large.csv", pieces=_large(HUNDRED_MB), at=at)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert queries.view(scope, import_id).size_bytes > HUNDRED_MB * 0.99
    assert peak < 15 * 1024 * 1024


def test_refuses_a_file_of_a_hundred_and_thirty_megabytes_and_stores_nothing(scope, at):
    with pytest.raises(Refusal, match="120 MB"):
        actions.receive(scope, name="larger.csv", pieces=_large(int(HUNDRED_MB * 1.3)), at=at)
    assert queries.count(scope) == 0


def test_refuses_by_the_first_piece_without_reading_on(scope, at):
    def endless():
        yield b"%PDF-1.7" + b"x" * pieces.PIECE_BYTES
        raise AssertionError("read on")

    with pytest.raises(Refusal, match="PDF"):
        actions.receive(scope, name="x.csv", pieces=endless(), at=at)


def test_refuses_records_beyond_the_limit_where_it_lies_and_leaves_nothing(scope, at, monkeypatch):
    """A stream without end, read no further than to where it is too long."""
    monkeypatch.setattr(storing, "CLINICAL_BYTES_MAX", 8 * pieces.PIECE_BYTES)
    read = 0

    def endless():
        nonlocal read
        while True:
            piece = ndjson(*(patient(number) for number in range(100)))
            read += len(piece)
            yield piece

    with pytest.raises(Refusal) as refused:
        actions.receive(scope, name="endless.ndjson", pieces=endless(), at=at)
    assert refused.value.sentence == "The file is larger than 32 GB. Split it, and import the parts."
    assert 8 * pieces.PIECE_BYTES < read < 10 * pieces.PIECE_BYTES
    with in_scope(scope):
        assert (queries.count(scope), Piece.objects.count()) == (0, 0)


def test_takes_records_of_fifty_megabytes_in_constant_memory(scope, at):
    piece = ndjson(*(patient(number) for number in range(500)))
    tracemalloc.start()
    try:
        import_id = actions.receive(
            scope, name="large.ndjson", pieces=(piece for _ in range(50_000_000 // len(piece))), at=at
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert queries.view(scope, import_id).size_bytes > 49_000_000
    assert peak < 5 * 1024 * 1024


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_takes_any_usual_alphabet(scope, at, encoding):
    content = csv_of("M1,Zoé,Núñez,1980-05-04,zoe@example.org,,").decode().encode(encoding)
    assert counts(import_file(scope, content, at)) == (1, 0, 0, 0)


def test_damaged_rows_do_not_stop_the_others(scope, at):
    content = csv_of(ANN, "M8,\x00Nul,Lee,1980-01-01,nul@example.org,,", "M9," + "x" * 200_000 + ",,,,,", BOB)
    view = import_file(scope, content, at)
    assert counts(view) == (2, 0, 0, 2)
    codes = [each.code for each in queries.rejected(scope, view.id, offset=0, limit=9)]
    assert codes == ["nul_bytes", "too_long"]


@pytest.mark.parametrize("piece_bytes", [1, 7, 1000, 1_000_000])
def test_does_not_depend_on_how_the_file_arrives(scope, at, piece_bytes):
    content = csv_of(ANN, BOB)
    parts = (content[start : start + piece_bytes] for start in range(0, len(content), piece_bytes))
    import_id = actions.receive(scope, name="x.csv", pieces=parts, at=at)
    assert pieces.read_head(scope, import_id) == content


def test_cuts_a_large_file_into_even_pieces(scope, at):
    content = many(12_000)
    import_id = receive(scope, content, at)
    stored = [pieces.read_piece(scope, import_id, number) for number in range(3)]
    assert b"".join(part for part in stored if part) == content
    assert len(stored[0]) == pieces.PIECE_BYTES


def test_does_not_open_a_piece_in_another_place(scope, at):
    import_id = receive(scope, many(12_000), at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("UPDATE intake_piece SET sealed = (SELECT sealed FROM intake_piece WHERE number = 1)")
    assert pieces.read_piece(scope, import_id, 1)
    with pytest.raises(Unsealable):
        pieces.read_piece(scope, import_id, 0)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\omar\\list.csv", "list.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\u202ecsv\x00.txt", "acsv.txt"),
        ("", "Unnamed file"),
    ],
)
def test_keeps_the_plain_name_of_the_file(scope, at, given, kept):
    import_id = receive(scope, csv_of(ANN), at, name=given)
    assert queries.view(scope, import_id).name == kept


def test_stores_no_value_in_clear(scope, at, caplog, capsys):
    """P3: names, addresses and the file's name lie sealed in every table of the room and in the queue."""
    mark = "Zqplanted"
    rows = [f"M1,{mark},Lee,1980-05-04,{mark}@example.org,,", f"{mark},short", f",{mark},Lee,,,,"]
    import_id = receive(
        scope,
        csv_of(*rows, header=f"MRN,First,Last,DOB,Email,{mark}Column,Newsletter"),
        at,
        name=f"{mark}.csv",
    )
    actions.choose_mapping(
        scope,
        import_id,
        fields={0: PatientField.MRN, 1: PatientField.FIRST_NAME, 2: PatientField.LAST_NAME},
        date_order=None,
        at=at,
    )
    from bedside.records.intake.nouns import Provenance

    actions.start(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    view = actions.run(scope, import_id, clock=lambda: at)
    assert counts(view) == (2, 0, 0, 1)
    assert view.name == f"{mark}.csv"
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(f'SELECT row::text FROM "{table}" AS row')  # noqa: S608  a name from the catalogue
            for (text,) in cursor.fetchall():
                assert mark.lower() not in text.lower(), table
                assert mark.encode().hex() not in text.lower(), table
    printed = capsys.readouterr()
    assert mark not in caplog.text + printed.out + printed.err
