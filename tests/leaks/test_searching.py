"""The search itself is shown to find: each encoding, each compression, and what PostgreSQL makes of a value."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import os
import quopri
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
import zstandard

from tests.leaks.collecting import Server
from tests.leaks.marks import Marks
from tests.leaks.searching import Finding, Search
from tests.leaks.unpacking import pglz
from tests.support.installation import installation
from tests.support.serving import SOURCE

NOISE = bytes(range(256)) * 3
ENCODINGS = {
    "utf-8": str.encode,
    "capitals": lambda text: text.upper().encode(),
    "small letters": lambda text: text.lower().encode(),
    "utf-16 little endian": lambda text: text.encode("utf-16-le"),
    "utf-16 big endian": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32-le"),
    **{
        f"base64 shifted by {shift}": lambda text, shift=shift: base64.b64encode(b"x" * shift + text.encode() + b"yy")
        for shift in range(3)
    },
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(b"\xff\xfe" + text.encode()),
    "base64 of utf-16": lambda text: base64.b64encode(text.encode("utf-16-le")),
    "base64 in lines": lambda text: base64.encodebytes(b"." * 54 + text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "hex in capitals": lambda text: text.encode().hex().upper().encode(),
    "percent": lambda text: "".join(f"%{code:02X}" for code in text.encode()).encode(),
    "percent where needed": lambda text: quote_from_bytes(b"\xc3\xa9 " + text.encode()).encode(),
    "quoted-printable": lambda text: quopri.encodestring("é".encode() + text.encode()),
    "quoted-printable, every sign": lambda text: "".join(f"={code:02X}" for code in text.encode()).encode(),
    "quoted-printable over a line's end": lambda text: f"{text[:5]}=\r\n{text[5:]}".encode(),
    "JSON": lambda text: json.dumps({"é": text}).encode(),
    "JSON escapes": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text).encode(),
    "octal escapes": lambda text: "".join(f"\\{code:03o}" for code in text.encode()).encode(),
    "HTML entities": lambda text: "".join(f"&#{code};" for code in text.encode()).encode(),
}  # fmt: skip
COMPRESSIONS = {
    "zlib": zlib.compress,
    "zlib, fastest": lambda content: zlib.compress(content, 1),
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zlib in base64 of nothing else": lambda content: b"\x00" + zlib.compress(zlib.compress(content)),
}


@pytest.fixture
def marks() -> Marks:
    made = Marks()
    for name in ("first", "second", "third"):
        made.of(name)
    return made


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_finds_a_mark_in_each_encoding(marks, encoding):
    content = NOISE + ENCODINGS[encoding](marks.of("second")) + NOISE
    found = Search(marks).content(content, place="x")
    assert {finding.field for finding in found} == {"second"}


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_finds_a_mark_in_each_compression(marks, compression):
    plain = b"and so on and so on " * 50 + marks.of("third").encode() + b" and so on" * 50
    found = Search(marks).content(NOISE + COMPRESSIONS[compression](plain) + NOISE, place="x")
    assert {finding.field for finding in found} == {"third"}


def test_finds_a_mark_in_what_was_cut_off(marks):
    packed = zlib.compress(marks.of("first").encode() + os.urandom(5000))
    assert Search(marks).content(packed[:-2000], place="x")


def test_finds_nothing_where_nothing_is(marks, tmp_path):
    (tmp_path / "random").write_bytes(os.urandom(3_000_000))
    (tmp_path / "text").write_text("Nothing to be seen here, zqvo or otherwise. " * 1000)
    search = Search(marks)
    assert search.folder(tmp_path) == set()
    assert search.files_seen == 2
    assert search.bytes_seen > 3_000_000


def test_finds_a_mark_in_a_files_name_and_across_pieces(marks, tmp_path, monkeypatch):
    import tests.leaks.searching as module

    monkeypatch.setattr(module, "_PIECE_BYTES", 1000)
    (tmp_path / f"export {marks.of('first')}.csv").write_text("x")
    (tmp_path / "big").write_bytes(b"." * 995 + marks.of("second").encode() + b"." * 3000)
    found = Search(marks).folder(tmp_path)
    assert {(finding.field, finding.place.split(" ")[0]) for finding in found} == {
        ("first", "export"),
        ("second", "big"),
    }


def test_finds_values_that_no_mark_fits_in(marks):
    marks.keep("birth date", "1913-07-19")
    found = Search(marks).content(b"born 1913-07-19", place="x")
    assert {finding.field for finding in found} == {"birth date"}


def test_unpacks_nothing_that_was_never_packed():
    assert pglz(b"\x01\x0f\xff", raw_bytes=100) is None
    assert pglz(b"\x00abcdefgh\x02i\x0f\x01\x00", raw_bytes=28) == b"abcdefghi" + b"i" * 18


HOW_STORED = {
    "a plain column": ("text", "%s::text"),
    "a JSON column": ("jsonb", "jsonb_build_object('a', %s::text)"),
    "a binary column": ("bytea", "convert_to(%s::text, 'UTF8')"),
    "UTF-16 in a binary column": ("bytea", "decode(regexp_replace(encode(convert_to(%s::text, 'UTF8'), 'hex'), '(..)', '\\100', 'g'), 'hex')"),
    "base64": ("text", "encode(convert_to('xy' || %s::text || 'z', 'UTF8'), 'base64')"),
    "hex": ("text", "encode(convert_to(%s::text, 'UTF8'), 'hex')"),
    "compressed in its row": ("text", "repeat('on and on ', 400) || %s::text || repeat(' on and on', 400)"),
    "compressed and kept aside": (
        "text",
        "%s::text || (SELECT string_agg(md5(n::text) || md5(n::text), '') FROM generate_series(1, 600) AS n)",
    ),
    "kept aside as it is": ("text", "%s::text || (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 600) AS n)"),
}  # fmt: skip


@pytest.mark.processes
@pytest.mark.xdist_group("demo")
def test_finds_what_postgres_made_of_a_value(marks):
    """Each way of storing one mark in clear, in the server's own files, after the row was deleted again."""
    from bedside.ground.postgres.target import Login, connect, embedded_target

    for way in HOW_STORED:
        marks.of(way)
    with installation() as its:
        its.start_database()
        with connect(embedded_target(its.home), login=Login.OWNER) as connection:
            for number, (way, (kind, expression)) in enumerate(HOW_STORED.items()):
                connection.execute(f"CREATE TABLE leak_{number} (value {kind})")  # type: ignore[arg-type]
                connection.execute(f"INSERT INTO leak_{number} VALUES ({expression})", [marks.of(way)])  # type: ignore[arg-type]  # noqa: S608
                connection.execute(f"DELETE FROM leak_{number}")  # type: ignore[arg-type]  # noqa: S608
        its.stop_database()
        found = Search(marks).folder(its.home)
    in_pages = {finding.field for finding in found if "/base/" in finding.place}
    in_log = {finding.field for finding in found if "/pg_wal/" in finding.place}
    assert in_pages == set(HOW_STORED)
    assert in_log == set(HOW_STORED)


@pytest.mark.processes
@pytest.mark.parametrize("column", ["patient", "segment"])
def test_finds_a_column_that_is_no_longer_sealed(own_database, marks, column):
    assert {finding.field for finding in _after(own_database, marks, column)} == {"first"}


@pytest.mark.processes
def test_finds_nothing_as_long_as_all_is_sealed(own_database, marks):
    assert _after(own_database, marks, "nothing") == set()


def _after(environ: dict[str, str], marks: Marks, column: str) -> set[Finding]:
    """What the dumps of the database show after one write by the product."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.leaks.breaking"],
        env={**environ, "PYTHONPATH": f"{SOURCE}:{SOURCE.parent}"}, cwd=SOURCE.parent,
        input=json.dumps({"column": column, "mark": marks.of("first")}),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    server = Server(Path(environ["BEDSIDE_HOME"]), environ["BEDSIDE_DATABASE_NAME"])
    return set(server.findings(Search(marks)))
