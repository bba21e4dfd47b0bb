"""Reads folders of real-looking exports when BEDSIDE_SAMPLE_DATA names one; they are not part of the project."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from bedside.kit.clinical import Passed, Person, Rejected, read_ndjson
from bedside.kit.clinical.fhir import RESOURCE_TYPES

_FOLDER = os.environ.get("BEDSIDE_SAMPLE_DATA", "")
_FILES = (
    sorted(path for path in Path(_FOLDER).rglob("*.ndjson*") if path.suffix in {".ndjson", ".gz"})
    if _FOLDER
    else []
)

pytestmark = pytest.mark.skipif(not _FILES, reason="BEDSIDE_SAMPLE_DATA names no folder with NDJSON exports")


def said(path):
    """The records of a file, by the standard library alone."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.splitlines() if line.strip()]


def outcomes(path):
    with path.open("rb") as stream:
        return [outcome for _, outcome in read_ndjson(iter(lambda: stream.read(50_000), b""))]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_reads_every_record_of_the_sample(path):
    raw, found = said(path), outcomes(path)
    assert not [each for each in found if isinstance(each, Rejected)]
    assert Counter(
        each["resourceType"] for each in raw if each["resourceType"] not in RESOURCE_TYPES
    ) == Counter(each.resource_type for each in found if isinstance(each, Passed))
    assert [each["id"] for each in raw if each["resourceType"] in RESOURCE_TYPES] == [
        each.source_id for each in found if not isinstance(each, Passed)
    ]
    assert not [each.doubts for each in found if not isinstance(each, Passed) and each.doubts]
    assert "us-ssn" not in repr(found)


@pytest.mark.parametrize(
    "path", [path for path in _FILES if path.name.startswith("Patient.")], ids=lambda path: path.parent.name
)
def test_says_of_every_patient_what_the_sample_says(path):
    for raw, person in zip(said(path), outcomes(path), strict=True):
        assert isinstance(person, Person)
        assert person.birth.day.isoformat() == raw["birthDate"]
        assert person.sex.value == raw["gender"]
        assert bool(person.is_deceased) == bool(raw.get("deceasedDateTime") or raw.get("deceasedBoolean"))
        assert [(name.family, list(name.given)) for name in person.names] == [
            (name["family"], [each for each in name["given"] if each]) for name in raw["name"]
        ]
        assert sorted(each.value for each in person.telecoms) == sorted(
            each["value"] for each in raw.get("telecom", [])
        )
        assert [address.postal_code for address in person.addresses] == [
            address.get("postalCode", "") for address in raw["address"]
        ]
        assert len(person.identifiers) + person.identifiers_withheld == len(raw["identifier"])


@pytest.mark.parametrize("folder", sorted({path.parent for path in _FILES}), ids=lambda folder: folder.name)
def test_every_event_belongs_to_a_patient_of_the_sample(folder):
    patients, events = set(), Counter()
    for path in folder.glob("*.ndjson*"):
        for each in outcomes(path):
            if isinstance(each, Person):
                patients.add(each.source_id)
            elif hasattr(each, "person"):
                events[each.person.id] += 1
    assert set(events) <= patients
