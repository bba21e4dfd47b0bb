"""How fast hospital data is read: FHIR patients and HL7 v2 messages a second on one core, and in what memory."""

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC

import orjson

from bedside.ground.collecting import collect_seldom
from bedside.kit.clinical import PERSON_FIELDS, Person, Rejected, Told, read_messages, read_ndjson

NAME = "clinical"
ABOUT = "FHIR patients and HL7 v2 messages read a second on one core, beside bare orjson, and memory"

_PIECE_BYTES = 65_536
_FEW = frozenset({"identifiers", "names", "telecoms", "birth"})  # enough to greet and to write


def run(*, quick: bool) -> dict[str, object]:
    """Give medians over rounds, each side in turn so that a slow moment hits all; processor time."""
    collect_seldom()
    rounds, many = (3, 5_000) if quick else (9, 20_000)
    longer_mb = _growth_mb(many)
    patients = b"".join(_patient(number) for number in range(many))
    messages = b"".join(_message(number) for number in range(many // 4))
    cases: dict[str, tuple[int, Callable[[], object]]] = {
        "fhir_patients": (many, lambda: _read_patients(patients)),
        "fhir_few_fields": (many, lambda: _read_patients(patients, person_fields=_FEW)),
        "orjson_alone": (many, lambda: _load_alone(patients)),
        "hl7": (many // 4, lambda: _read_messages(messages)),
    }
    per_s = _medians(cases, rounds)
    return {
        "patient_bytes": len(patients) // many,
        "message_bytes": len(messages) // (many // 4),
        "fhir_patients_per_s": round(per_s["fhir_patients"]),
        "fhir_few_fields_per_s": round(per_s["fhir_few_fields"]),
        "orjson_alone_per_s": round(per_s["orjson_alone"]),
        "hl7_per_s": round(per_s["hl7"]),
        "mb_more_for_10_times": round(longer_mb, 1),
        "rounds": rounds,
    }


def _medians(cases: dict[str, tuple[int, Callable[[], object]]], rounds: int) -> dict[str, float]:
    samples: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (count, work) in cases.items():
            start = time.process_time()
            work()
            samples[name].append(count / (time.process_time() - start))
    return {name: statistics.median(values) for name, values in samples.items()}


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _PIECE_BYTES):
        yield content[start : start + _PIECE_BYTES]


def _read_patients(content: bytes, *, person_fields: frozenset[str] = PERSON_FIELDS) -> None:
    """Let each go at once, as an import does."""
    for _, outcome in read_ndjson(_pieces(content), person_fields=person_fields):
        assert isinstance(outcome, Person)


def _load_alone(content: bytes) -> None:
    for line in content.split(b"\n"):
        if line:
            orjson.loads(line)


def _read_messages(content: bytes) -> None:
    for _, outcome in read_messages(_pieces(content), zone=UTC):
        assert isinstance(outcome, Told)


def _growth_mb(many: int) -> float:
    """Take how much higher memory peaks for a stream ten times as long; before anything large is made."""
    _read_endless(many // 10)
    before_mb = _peak_mb()
    _read_endless(many)
    return _peak_mb() - before_mb


def _read_endless(many: int) -> None:
    """Read a stream that was never in memory as a whole."""
    for _, outcome in read_ndjson(_patient(number) for number in range(many)):
        assert not isinstance(outcome, Rejected)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _patient(number: int) -> bytes:
    """About what a hospital sends: extensions and a narrative that are not read, three numbers, two ways to reach."""
    return (
        orjson.dumps(
            {
                "resourceType": "Patient",
                "id": f"bench-{number}",
                "meta": {"lastUpdated": "2026-03-01T09:00:00.000-06:00", "versionId": "3"},
                "text": {"status": "generated", "div": "<div>Generated</div>"},
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
                        "valueCode": "F",
                    }
                ],
                "identifier": [
                    {
                        "use": "usual",
                        "type": {
                            "coding": [
                                {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}
                            ]
                        },
                        "system": "http://maple.example/mrn",
                        "value": f"MS-{number:08}",
                    },
                    {"type": {"coding": [{"code": "SS"}]}, "system": "http://hl7.org/fhir/sid/us-ssn"},
                ],
                "active": True,
                "name": [{"use": "official", "family": f"Roe{number}", "given": ["Jane", "Ann"]}],
                "telecom": [
                    {"system": "phone", "value": "555-0101", "use": "home"},
                    {"system": "email", "value": f"person{number}@example.org", "rank": 1},
                ],
                "gender": "female",
                "birthDate": f"{1940 + number % 80}-0{1 + number % 9}-1{number % 10}",
                "deceasedBoolean": False,
                "address": [
                    {
                        "use": "home",
                        "line": [f"{number} Maple Street"],
                        "city": "Springfield",
                        "state": "IL",
                        "postalCode": "62701",
                        "country": "US",
                    }
                ],
                "maritalStatus": {"coding": [{"code": "M", "display": "Married"}]},
                "communication": [
                    {
                        "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en-US"}]},
                        "preferred": True,
                    }
                ],
                "generalPractitioner": [{"reference": f"Practitioner/{number % 50}"}],
                "managingOrganization": {"reference": "Organization/maple"},
            }
        )
        + b"\n"
    )


def _message(number: int) -> bytes:
    return (
        f"MSH|^~\\&|EHR|MAPLE|BEDSIDE|MAPLE|20261102093015-0600||ADT^A08^ADT_A01|M{number}|P|2.5.1\r"
        f"EVN|A08|20261102093000-0600\r"
        f"PID|1||MS-{number:08}^^^MAPLE^MR||Roe{number}^Jane^Ann^^^^L||19840229|F|||"
        f"{number} Maple Street^^Springfield^IL^62701^USA^H||"
        f"555-0101^PRN^PH~^NET^Internet^person{number}@example.org||es\r"
        "PD1||||77^Ash^Alex^^^^^^NPI\r"
        f"PV1|1|O|CLINIC^1^^MAPLE||||77^Ash^Alex||||||||||||V-{number}|||||||||||||||||||||||||20261102090000\r"
        "DG1|1||E11.9^Type 2 diabetes^I10||20261102|F\r"
    ).encode()
