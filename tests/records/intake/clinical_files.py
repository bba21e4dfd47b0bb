"""Small clinical files of invented people, and the whole way of one through the room."""

from __future__ import annotations

import gzip
import io
import zipfile

import orjson

from bedside.records.intake import actions, queries
from bedside.records.intake.allowing import keep
from bedside.records.intake.clinical.receiving import choose_source
from bedside.records.intake.nouns import Provenance, SourceKind
from bedside.records.intake.rules.keeping import Item
from bedside.records.intake.sources import add_source

EVERYTHING = frozenset(Item)
MR = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
SCT = "http://snomed.info/sct"


def patient(number: int = 1, **more: object) -> dict[str, object]:
    """Somebody with a number, a name, two ways to reach them, and a birth date."""
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "meta": {"lastUpdated": "2026-03-01T09:00:00Z"},
        "identifier": [{"type": MR, "system": "urn:maple", "value": f"MR-{number}"}],
        "name": [{"use": "official", "family": f"Lee{number}", "given": ["Ann", "Mae"]}],
        "telecom": [
            {"system": "phone", "value": "555-0101"},
            {"system": "email", "value": f"ann{number}@example.org"},
        ],
        "gender": "female",
        "birthDate": "1980-05-04",
        "address": [
            {"line": ["1 Maple Street"], "city": "Springfield", "state": "KS", "postalCode": "66000"}
        ],
        "communication": [{"language": {"coding": [{"code": "es-MX"}]}}],
        **more,
    }


def event(sort: str, number: int, person: str = "p1", **more: object) -> dict[str, object]:
    whose = "patient" if sort == "Immunization" else "beneficiary" if sort == "Coverage" else "subject"
    return {
        "resourceType": sort,
        "id": f"{sort.lower()}-{number}",
        "meta": {"lastUpdated": "2026-03-01T09:00:00Z"},
        whose: {"reference": f"Patient/{person}"},
        **more,
    }


def coded(code: str, display: str = "", system: str = SCT) -> dict[str, object]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def visit(number: int = 1, person: str = "p1", **more: object) -> dict[str, object]:
    said = {
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [coded("185349003", "Encounter for check up")],
        "period": {"start": "2026-02-01T09:00:00-06:00", "end": "2026-02-01T09:30:00-06:00"},
        **more,
    }
    return event("Encounter", number, person, **said)


def condition(number: int = 1, person: str = "p1", **more: object) -> dict[str, object]:
    said = {
        "clinicalStatus": coded("active"),
        "code": coded("44054006", "Type 2 diabetes"),
        "onsetDateTime": "2020-02-29",
        **more,
    }
    return event("Condition", number, person, **said)


def ndjson(*resources: object) -> bytes:
    return b"".join(orjson.dumps(each) + b"\n" for each in resources)


def bundle(*resources: object) -> bytes:
    entries = [{"resource": each} for each in resources]
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def archive(**files: bytes) -> bytes:
    """Files by name, "__" for a dot: `Patient__ndjson=...`."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name.replace("__", "."), content)
    return held.getvalue()


def packed(content: bytes) -> bytes:
    return gzip.compress(content)


def message(event_code: str, *segments: str, control: str = "1", at: str = "20260301090000-0600") -> bytes:
    sort = "SIU" if event_code.startswith("S") else "ADT"
    head = f"MSH|^~\\&|EHR|MAPLE|BEDSIDE|MAPLE|{at}||{sort}^{event_code}|{control}|P|2.5.1"
    return "\r".join([head, f"EVN|{event_code}|{at}", *segments, ""]).encode()


def pid(number: str = "MR-1", name: str = "Lee^Ann", birth: str = "19800504", **more: str) -> str:
    """A PID with number, name and birth; `more` by field number: `pid(f13="…")`."""
    fields = [""] * 41
    fields[1], fields[3], fields[5], fields[7], fields[8] = "1", f"{number}^^^MAPLE^MR", name, birth, "F"
    for key, value in more.items():
        fields[int(key.removeprefix("f"))] = value
    return "PID|" + "|".join(fields[1:])


def hospital(
    scope, at, *, name: str = "General Hospital", is_part2: bool = False, kept=EVERYTHING, **settings
):
    """A system whose records are kept whole, unless told otherwise."""
    keep(scope, kept, at=at)
    return add_source(scope, name=name, kind=SourceKind.FILES, is_part2=is_part2, settings=settings, at=at)


def ready(scope, content: bytes, at, source_id, *, name: str = "export.ndjson"):
    import_id = actions.receive(scope, name=name, pieces=[content], at=at)
    choose_source(scope, import_id, source_id=source_id, at=at)
    actions.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    return import_id


def import_clinical(scope, content: bytes, at, source_id, **more) -> queries.ImportView:
    import_id = ready(scope, content, at, source_id, **more)
    return actions.run(scope, import_id, clock=lambda: at)


def counts(view: queries.ImportView) -> tuple[int, int, int, int, int]:
    return view.new, view.changed, view.unchanged, view.rejected, view.skipped


def reasons(scope, view: queries.ImportView) -> list[tuple[int, str]]:
    return [(each.line, each.code) for each in queries.rejected(scope, view.id, offset=0, limit=100)]
