"""Runs over a folder of real-looking exports when BEDSIDE_SAMPLE_DATA names one; they are not part of the project."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bedside.records.intake.rules.mapping import Severity, check, propose
from bedside.records.intake.rules.normalise import normalise
from bedside.records.intake.rules.nouns import DateOrder, NormalisedRow
from bedside.records.intake.rules.reading import rows, sample_rows
from tests.records.intake.rules.intake_files import layout_of

_FOLDER = os.environ.get("BEDSIDE_SAMPLE_DATA", "")
_FILES = (
    sorted(path for path in Path(_FOLDER).rglob("*") if path.suffix in {".csv", ".txt"}) if _FOLDER else []
)


@pytest.mark.skipif(not _FILES, reason="BEDSIDE_SAMPLE_DATA names no folder with exports")
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_reads_nearly_everybody_in_a_sample(path):
    content = path.read_bytes()
    layout = layout_of(content)
    mapping = propose(layout.header, samples=sample_rows(content, layout=layout))
    assert not [problem for problem in check(mapping) if problem.severity is Severity.ERROR]
    outcomes = Counter[str]()
    for row in rows([content], layout=layout):
        if row.problem is not None:
            outcomes["skipped" if row.is_skipped else "trouble"] += 1
            continue
        outcome = normalise(
            mapping.pick(row.cells), date_order=DateOrder.MONTH_FIRST, today=date(2026, 11, 21)
        )
        outcomes["kept" if isinstance(outcome, NormalisedRow) else "rejected"] += 1
    assert outcomes["kept"] >= 0.99 * outcomes.total()
