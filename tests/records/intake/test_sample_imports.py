"""Imports a folder of real-looking exports when BEDSIDE_SAMPLE_DATA names one; they are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bedside.records.intake import actions, queries
from bedside.records.intake.nouns import Provenance
from bedside.records.patients import queries as patients

_FOLDER = os.environ.get("BEDSIDE_SAMPLE_DATA", "")
_FILES = (
    sorted(path for path in Path(_FOLDER).glob("*") if path.suffix in {".csv", ".txt"}) if _FOLDER else []
)


def import_file(scope, path, at):
    import_id = actions.receive(scope, name=path.name, pieces=[path.read_bytes()], at=at)
    actions.choose_mapping(scope, import_id, fields=None, date_order=None, at=at)
    actions.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    return actions.run(scope, import_id, clock=lambda: at)


@pytest.mark.skipif(not _FILES, reason="BEDSIDE_SAMPLE_DATA names no folder with exports")
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_sample(scope, at, path):
    first = import_file(scope, path, at)
    print(
        path.name,
        first.new,
        first.changed,
        first.unchanged,
        first.rejected,
        first.skipped,
        first.without_address,
        dict(first.remark_counts),
    )
    for r in queries.rejected(scope, first.id, offset=0, limit=50):
        print(r)
    second = import_file(scope, path, at)
    print(
        path.name,
        second.new,
        second.changed,
        second.unchanged,
        second.rejected,
        second.skipped,
        second.without_address,
    )
    assert (second.new, second.changed) == (0, 0)
    assert patients.count(scope) == first.new
