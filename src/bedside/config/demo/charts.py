"""What a hospital's system would send about the invented patients: a FHIR export, one record a line.

The same seed gives the same charts, and they agree with the list: who has asthma there has asthma here.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson

from bedside.config.demo.people import MEDICATIONS, PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

HOSPITAL = "Fairhaven General Hospital"
STRANGERS = 3  # visits of people whom the export does not hold: a result page with something to look at
_ICD, _RXNORM = "http://hl7.org/fhir/sid/icd-10-cm", "http://www.nlm.nih.gov/research/umls/rxnorm"
_CVX, _LOINC = "http://hl7.org/fhir/sid/cvx", "http://loinc.org"
_NUMBER = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
_CONDITIONS: Final = {
    "hypertension": "I10",
    "type 2 diabetes": "E11.9",
    "asthma": "J45.20",
    "migraine": "G43.009",
    "hypothyroidism": "E03.9",
    "osteoarthritis": "M19.90",
    "eczema": "L30.9",
}
_MEDICINES: Final = {
    "lisinopril": "29046",
    "metformin": "6809",
    "albuterol": "435",
    "sumatriptan": "37418",
    "levothyroxine": "10582",
    "naproxen": "7258",
    "hydrocortisone": "5492",
}
_VACCINES: Final = (("158", "Influenza, quadrivalent", 0.42), ("187", "Zoster, recombinant", 0.12))
_SEASON_DAYS, _DOSES_DAYS = 120, 900
_DIABETES = "type 2 diabetes"
_A1C_SHARE, _PROGRAMME_SHARE, _DEPRESSION_SHARE = 0.45, 0.5, 0.04

_Record = dict[str, Any]


def charts_ndjson(listed: bytes, *, today: date, seed: int = 1848) -> bytes:
    """The charts of those in `listed`, a file of `patients_csv`: visits, conditions and what follows from them."""
    chance = random.Random(seed)
    rows = [row for row in csv.DictReader(io.StringIO(listed.decode("utf-8-sig"))) if row["Chart No"]]
    records = [
        *(_practitioner(number, name) for number, name in enumerate(PROVIDERS)),
        *(record for row in rows if row["Language"] for record in _chart(chance, row, today)),
        *(_visit(f"stranger-{number}", 0, today) for number in range(STRANGERS)),
    ]
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def _chart(chance: random.Random, row: dict[str, str], today: date) -> Iterator[_Record]:
    person = row["Chart No"]
    yield _patient(row)
    provider = PROVIDERS.index(row["Provider"])
    for number in range(chance.randint(0, 3)):
        yield _visit(
            f"{person}-{number}", provider, today - timedelta(days=chance.randint(3, 900)), of=person
        )
    conditions = [name for name in row["Diagnoses"].split("; ") if name]
    for name in conditions:
        began = today - timedelta(days=chance.randint(60, 4000))
        yield _condition(person, name, _CONDITIONS[name], began)
        yield _medication(person, MEDICATIONS[name], chance.randint(5, 300), today)
    if chance.random() < _DEPRESSION_SHARE:  # specially protected: whoever may not see it is told that much
        yield _condition(person, "depression", "F32.A", today - timedelta(days=chance.randint(60, 900)))
    if _DIABETES in conditions:
        yield from _follow_up(chance, person, today)
    yield from _doses(chance, person, today)


def _follow_up(chance: random.Random, person: str, today: date) -> Iterator[_Record]:
    """What people with diabetes come for: a test twice a year, and for some a programme, which some have left."""
    days = chance.randint(5, 175) if chance.random() < _A1C_SHARE else chance.randint(190, 500)
    yield _about(
        "Procedure", f"{person}-a1c", person, status="completed", code=_coded(_LOINC, "4548-4", "Hemoglobin A1c"),
        performedDateTime=_day(today - timedelta(days=days)),
    )  # fmt: skip
    if chance.random() < _PROGRAMME_SHARE:
        began = today - timedelta(days=chance.randint(200, 600))
        has_ended = chance.random() < _PROGRAMME_SHARE
        period = {"start": _day(began)} | ({"end": _day(began + timedelta(days=150))} if has_ended else {})
        yield _about(
            "CarePlan", f"{person}-plan", person, status="completed" if has_ended else "active", intent="plan",
            title="Living with diabetes", category=[{"text": "Living with diabetes"}], period=period,
        )  # fmt: skip


def _doses(chance: random.Random, person: str, today: date) -> Iterator[_Record]:
    for code, name, share in _VACCINES:
        if chance.random() < share:
            within_days = _SEASON_DAYS if code == _VACCINES[0][0] else _DOSES_DAYS
            given = today - timedelta(days=chance.randint(2, within_days))
            yield _about(
                "Immunization", f"{person}-{code}", person, status="completed",
                vaccineCode=_coded(_CVX, code, name), occurrenceDateTime=_day(given),
            )  # fmt: skip


def _patient(row: dict[str, str]) -> _Record:
    """Number and name only: the rest came with the list."""
    return {
        "resourceType": "Patient",
        "id": row["Chart No"],
        "identifier": [{"type": _NUMBER, "system": "urn:maple", "value": row["Chart No"]}],
        "name": [
            {"use": "official", "family": row["Patient Last Name"], "given": [row["Patient First Name"]]}
        ],
    }


def _practitioner(number: int, name: str) -> _Record:
    return {"resourceType": "Practitioner", "id": f"provider-{number}", "name": [{"text": name}]}


def _visit(number: str, provider: int, on: date, *, of: str = "not-in-this-export") -> _Record:
    return _about(
        "Encounter", f"visit-{number}", of, status="finished", **{"class": {"code": "AMB"}},
        type=[{"text": "Office visit"}], period={"start": _day(on), "end": _day(on)},
        participant=[{"individual": {"reference": f"Practitioner/provider-{provider}"}}],
    )  # fmt: skip


def _condition(person: str, name: str, code: str, began: date) -> _Record:
    return _about(
        "Condition", f"{person}-{code}", person, clinicalStatus={"coding": [{"code": "active"}]},
        verificationStatus={"coding": [{"code": "confirmed"}]},
        code=_coded(_ICD, code, name.capitalize()), onsetDateTime=_day(began),
    )  # fmt: skip


def _medication(person: str, name: str, days: int, today: date) -> _Record:
    return _about(
        "MedicationRequest", f"{person}-{name}", person, status="active", intent="order",
        medicationCodeableConcept=_coded(_RXNORM, _MEDICINES[name], name.capitalize()),
        authoredOn=_day(today - timedelta(days=days)),
    )  # fmt: skip


def _about(sort: str, own_id: str, person: str, **said: object) -> _Record:
    whose = "patient" if sort == "Immunization" else "subject"
    return {"resourceType": sort, "id": own_id, whose: {"reference": f"Patient/{person}"}, **said}


def _coded(system: str, code: str, name: str) -> _Record:
    return {"coding": [{"system": system, "code": code, "display": name}], "text": name}


def _day(on: date) -> str:
    return on.isoformat()
