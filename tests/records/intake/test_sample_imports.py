"""Imports a folder of real-looking exports when BEDSIDE_SAMPLE_DATA names one; they are not part of the project."""

from __future__ import annotations

import codecs
import csv
import os
from pathlib import Path

import pytest

from bedside.records.patients import queries as patients
from tests.records.intake.import_files import import_file

_FOLDER = os.environ.get("BEDSIDE_SAMPLE_DATA", "")
_FILES = (
    sorted(path for path in Path(_FOLDER).glob("*") if path.suffix in {".csv", ".txt"}) if _FOLDER else []
)


def counted(content: bytes) -> tuple[int, int]:
    """(rows of the right width below the first row named like columns, other filled rows), by the csv module alone."""
    encoding = (
        "utf-16"
        if content.startswith(codecs.BOM_UTF16_LE)
        else "utf-8-sig"
        if _is_utf_8(content)
        else "cp1252"
    )
    text = content.decode(encoding, "replace")
    delimiter = max(",;\t", key=text.count)
    rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if any(row)]
    top = next(number for number, row in enumerate(rows) if sum(map(bool, row)) > 5)
    width = len(rows[top])
    below = [row for row in rows[top + 1 :] if row != rows[top]]
    sound = [row for row in below if len(row) == width and "\ufffd" not in "".join(row)]
    return len(sound), len(below) - len(sound)


def _is_utf_8(content: bytes) -> bool:
    """Nearly: a single damaged row does not make another alphabet of a file."""
    return content.decode("utf-8", "replace").count("\ufffd") < 5


@pytest.mark.skipif(not _FILES, reason="BEDSIDE_SAMPLE_DATA names no folder with exports")
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_imports_as_many_as_are_in_the_sample_and_nobody_twice(scope, at, path):
    content = path.read_bytes()
    sound, broken = counted(content)
    first = import_file(scope, content, at)
    assert (first.new + first.changed + first.unchanged, first.rejected) == (sound, broken)
    assert patients.count(scope) == first.new
    second = import_file(scope, content, at)
    assert (second.new, second.changed, second.unchanged) == (0, 0, first.accepted)
    assert second.rejected == first.rejected
