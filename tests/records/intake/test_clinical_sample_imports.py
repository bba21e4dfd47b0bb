"""Whole FHIR exports of invented people, twice: as many as an independent count finds, and then nothing changes."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from bedside.records.charts.queries import chart
from bedside.records.intake.rules.refusing import sort_counts
from bedside.records.patients import queries as patients
from tests.records.intake.clinical_files import archive, hospital, import_clinical

_FOLDER = os.environ.get("BEDSIDE_SAMPLE_DATA", "")
_EXPORTS = (
    sorted(one for one in Path(_FOLDER).glob("fhir-*") if (next(one.glob("Patient*"), None)))
    if _FOLDER
    else []
)
_FILE_MAX = 40_000_000  # what fits into a test's time
_SORTS = {
    "Patient": "People", "Encounter": "Visits", "Condition": "Conditions", "MedicationRequest": "Medications",
    "Immunization": "Immunizations", "Procedure": "Procedures", "Coverage": "Coverage",
}  # fmt: skip


def opened(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def counted(files: dict[str, bytes]) -> Counter[str]:
    """Records by sort with each id once, by another reader than ours."""
    found: dict[str, set[str]] = {}
    for content in files.values():
        for line in content.splitlines():
            one = json.loads(line)
            found.setdefault(one["resourceType"], set()).add(one["id"])
    return Counter({sort: len(ids) for sort, ids in found.items()})


@pytest.mark.skipif(not _EXPORTS, reason="BEDSIDE_SAMPLE_DATA names no folder with FHIR exports")
@pytest.mark.parametrize("folder", _EXPORTS, ids=lambda folder: folder.name)
def test_imports_a_whole_export_and_nothing_of_it_twice(scope, at, folder):
    files = {path.name.removesuffix(".gz"): opened(path) for path in sorted(folder.glob("*.ndjson*"))}
    if sum(map(len, files.values())) > _FILE_MAX:
        files = {name: files[name] for name in ("Patient.ndjson", "Condition.ndjson") if name in files}
    expected = counted(files)

    source_id = hospital(scope, at)
    content = archive(**{name.replace(".", "__"): text for name, text in files.items()})
    first = import_clinical(scope, content, at, source_id, name="export.zip")
    told = {line.label: line for line in sort_counts(first.remark_counts)}
    for sort, label in _SORTS.items():
        if sort in expected:
            line = told[label]
            taken = line.new + line.changed + line.unchanged + line.not_kept
            refused = sum(
                count for key, count in first.remark_counts.items() if key.startswith(f"refused:{sort}:")
            )
            assert taken + refused == expected[sort], sort
    assert patients.count(scope) == expected["Patient"]
    entries = sum(len(chart(scope, one.id)) for one in patients.page(scope, after=None, limit=5_000))
    assert entries == sum(
        line.new for label, line in told.items() if label not in {"People", "Clinicians and places"}
    )
    second = import_clinical(scope, content, at, source_id, name="export.zip")
    assert (second.new, second.changed, second.rejected) == (0, 0, first.rejected)
    assert patients.count(scope) == expected["Patient"]
