"""Hospital data: patients parsed and sealed a second, messages a second, and whole imports into PostgreSQL.

The first figures are of two processes at once, each with half of the people: by the processor time of the slower one,
and by the clock. The imports run as processes of their own, as an administrator would start them, their start included;
PostgreSQL shares the machine's cores. Files are sorted by person, as bulk exports mostly are; `scattered` is the worst
order, by time: no two events of one person are near each other, and each has the person's visits written again.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from bench._installation import AT, installation, practice
from bench.clinical import _message, _patient
from bench.csv_import import _ORIGIN, SOURCE, _children_cpu_s, _Peak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.sealing.envelope import Sealer
    from bedside.records.patients.rules import Patient

NAME = "import"
ABOUT = "hospitals' files: patients parsed and sealed, HL7 messages, and whole imports with their memory"

PATIENTS, PATIENTS_QUICK = 20_000, 2_000
EVENTS_EACH, SCATTERED_EACH = 10, 2
_TODAY = date(2026, 11, 20)
_WHOLE = (1_000_000, 10_000_000)


def run(*, quick: bool) -> dict[str, object]:
    """A practice with every item kept; its people first, then what happened to them, then all of it again."""
    many = PATIENTS_QUICK if quick else PATIENTS
    figures = _parsed_and_sealed(many)
    figures["hl7_per_s"] = _messages_per_s(many // 4)
    with installation() as home, tempfile.TemporaryDirectory() as folder:
        practice()
        _keep_everything()
        people, events = Path(folder) / "people.zip", Path(folder) / "events.zip"
        _write(people, {"Patient.ndjson": map(_patient, range(many))})
        _write(events, _events(many))
        first = _import(people, home)
        second = _import(events, home)
        again = _import(events, home)
        late = Path(folder) / "late.zip"
        _write(
            late,
            {"Encounter.ndjson": _each(many, "Encounter", SCATTERED_EACH, first=EVENTS_EACH, by_time=True)},
        )
        scattered = _import(late, home)
    assert (first["new"], second["new"], again["new"]) == (many, many * EVENTS_EACH, 0)
    assert scattered["new"] == many * SCATTERED_EACH
    found = _told(many, first, second, again)
    found["scattered_events_per_s"] = round(many * SCATTERED_EACH / scattered["seconds"])
    return figures | found


def _told(
    many: int, first: dict[str, float], second: dict[str, float], again: dict[str, float]
) -> dict[str, object]:
    seconds_each = first["seconds"] / many, second["seconds"] / (many * EVENTS_EACH)
    whole_s = sum(each * count for each, count in zip(seconds_each, _WHOLE, strict=True))
    return {
        "patients_per_s": round(1 / seconds_each[0]),
        "patient_cpu_us": round(first["cpu_s"] / many * 1e6),
        "events_per_s": round(1 / seconds_each[1]),
        "event_cpu_us": round(second["cpu_s"] / (many * EVENTS_EACH) * 1e6),
        "unchanged_events_per_s": round(many * EVENTS_EACH / again["seconds"]),
        "peak_mb": round(max(each["peak_mb"] for each in (first, second, again))),
        "whole_minutes": round(whole_s / 60, 1),  # a million people with ten million events, at this rate
    }


def _parsed_and_sealed(many: int) -> dict[str, object]:
    """Two processes at once, each with half of the people; by the clock, and by the processor time they took."""
    cores = 2
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        pool.map(_warm, range(cores))
        spent = pool.map(_read_and_seal, [many // cores] * cores)
    return {
        "fhir_patients_per_s": round(many / max(cpu_s for cpu_s, _ in spent)),
        "fhir_patients_per_s_by_the_clock": round(many / max(seconds for _, seconds in spent)),
    }


def _warm(_: int) -> None:
    _read_and_seal(200)


def _read_and_seal(many: int) -> tuple[float, float]:
    """Seconds for parsing these people, making records of them, and sealing each under a key of its own.

    Of the processor, and by the clock; making the file is not in them.
    """
    from bedside.ground.collecting import collect_seldom
    from bedside.ground.identity import new_id
    from bedside.kit.clinical import Person, read_ndjson
    from bedside.kit.sealing import random_key
    from bedside.kit.sealing.envelope import Sealer
    from bedside.records.intake.deciding import patient_of
    from bedside.records.intake.rules.clinical_people import said_of

    collect_seldom()
    content = b"".join(map(_patient, range(many)))
    ring = Sealer(random_key())
    start, clock = time.process_time(), time.perf_counter()
    batch = []
    for _, person in read_ndjson(_pieces(content)):
        assert isinstance(person, Person)
        said = said_of(person, provider="", takes_number=True, today=_TODAY)
        batch.append(patient_of(said.row, patient_id=new_id()))
        if len(batch) == 2_000:
            _seal(batch, ring)
            batch = []
    _seal(batch, ring)
    return time.process_time() - start, time.perf_counter() - clock


def _seal(batch: list[Patient], ring: Sealer) -> None:
    from bedside.kit.sealing import Places, Sealers
    from bedside.records.patients.sealed import written_record

    names = [str(each.id) for each in batch]
    places = Places(
        practice="bench", table="patients_patient", column="sealed", rows=names, versions=[1] * len(names)
    )
    sealers = Sealers.fresh(len(batch))
    sealers.wrapped(ring, places=places)
    sealers.seal_each([*map(written_record, batch)], places=places)


def _messages_per_s(many: int) -> int:
    from bedside.kit.clinical import Told, read_messages

    content = b"".join(map(_message, range(many)))
    start = time.process_time()
    for _, told in read_messages(_pieces(content), zone=UTC):
        assert isinstance(told, Told)
    return round(many / (time.process_time() - start))


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


def _keep_everything() -> None:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from bedside.records.intake.allowing import keep
    from bedside.records.intake.nouns import SourceKind
    from bedside.records.intake.rules.keeping import Item
    from bedside.records.intake.sources import add_source
    from bedside.safeguards.practices.queries import directory

    scope = administrator_scope(directory()[0][0], purpose=Purpose.OPERATIONS)
    keep(scope, frozenset(Item), at=AT)
    add_source(scope, name="hospital", kind=SourceKind.FILES, is_part2=False, settings={}, at=AT)


def _write(path: Path, files: dict[str, Iterator[bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, lines in files.items():
            with out.open(name, "w") as file:
                for line in lines:
                    file.write(line)


def _events(many: int) -> dict[str, Iterator[bytes]]:
    """As a bulk export has them: a file for each sort, in which people follow each other."""
    return {
        "Encounter.ndjson": _each(many, "Encounter", 4),
        "Condition.ndjson": _each(many, "Condition", 2),
        "MedicationRequest.ndjson": _each(many, "MedicationRequest", 2),
        "Immunization.ndjson": _each(many, "Immunization", 1),
        "Procedure.ndjson": _each(many, "Procedure", 1),
    }


def _each(many: int, sort: str, times: int, *, first: int = 0, by_time: bool = False) -> Iterator[bytes]:
    """The events `first` and on of each person, one person after the other or one event of each after the other."""
    numbers = range(first, first + times)
    if by_time:
        each = ((person, number) for number in numbers for person in range(many))
    else:
        each = ((person, number) for person in range(many) for number in numbers)
    for person, number in each:
        yield orjson.dumps(_event(sort, person, number)) + b"\n"


def _event(sort: str, person: int, number: int) -> dict[str, object]:
    day = f"20{10 + (person + number) % 16}-{1 + person % 12:02d}-{1 + number % 28:02d}T09:00:00-06:00"
    code = {
        "coding": [
            {"system": "http://snomed.info/sct", "code": str(10_000 + person % 500), "display": "A thing"}
        ]
    }
    whose = {"reference": f"Patient/bench-{person}"}
    head = {
        "resourceType": sort,
        "id": f"{sort}-{person}-{number}",
        "meta": {"lastUpdated": "2026-03-01T09:00:00.000-06:00", "versionId": "1"},
        "encounter": {"reference": f"Encounter/Encounter-{person}-0"},
    }
    match sort:
        case "Encounter":
            return head | {
                "status": "finished", "class": {"code": "AMB"}, "type": [code], "subject": whose,
                "participant": [{"individual": {"reference": f"Practitioner/{person % 50}", "display": "Alex Ash"}}],
                "location": [{"location": {"reference": "Location/1", "display": "Elm Clinic"}}],
                "period": {"start": day, "end": day},
            }  # fmt: skip
        case "Condition":
            return head | {
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "verificationStatus": {"coding": [{"code": "confirmed"}]},
                "code": code, "subject": whose, "onsetDateTime": day, "recordedDate": day,
            }  # fmt: skip
        case "MedicationRequest":
            return head | {
                "status": "active", "intent": "order", "medicationCodeableConcept": code, "subject": whose,
                "authoredOn": day, "requester": {"reference": f"Practitioner/{person % 50}", "display": "Alex Ash"},
            }  # fmt: skip
        case "Immunization":
            return head | {
                "status": "completed", "vaccineCode": code, "patient": whose, "occurrenceDateTime": day,
            }  # fmt: skip
        case _:
            return head | {"status": "completed", "code": code, "subject": whose, "performedDateTime": day}


def _import(file: Path, home: Path) -> dict[str, float]:
    """Counts of one import, its seconds with its start, its own processor seconds, and its peak megabytes."""
    start, before = time.perf_counter(), _children_cpu_s()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "bedside.config.entry",
            "import",
            str(file),
            *_ORIGIN,
            "--source",
            "hospital",
            "--json",
        ],
        env={**os.environ, "BEDSIDE_HOME": str(home), "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = _Peak(process.pid)
    out, _ = process.communicate()
    seconds = time.perf_counter() - start
    peak.stop()
    assert process.returncode == 0
    told = json.loads(out)
    return {
        "new": told["new"],
        "unchanged": told["unchanged"],
        "seconds": seconds,
        "cpu_s": _children_cpu_s() - before,
        "peak_mb": peak.kilobytes / 1024,
    }
