"""What other systems send over the API, and a workbook with more than one sheet: all that may not be told in clear."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tests.leaks.acting import problem_of
from tests.leaks.visiting import Visitor
from tests.records.intake.workbook_making import row, sheet, workbook

if TYPE_CHECKING:
    from tests.leaks.acting import Acts
    from tests.leaks.visiting import Answer

BORN = {"fhir": "1914-10-03", "hl7": "1915-12-21", "plain": "1916-01-30"}


def sent_over_the_api(acts: Acts) -> None:
    """Makes a key, sends people in each of the three languages, at once and as an import, and asks what became of it."""
    name = f"hospital-{len(acts.crawl.filler.marks.by_field)}"
    made = acts.do(
        "/settings/api-keys/",
        {"name": name, "new_system": acts.mark("name of a system"), "system": "", "right": "import_patients"},
        having="new_system",
    )
    key = re.search(r"bedside_api_[\w-]+", made.text)
    assert key, problem_of(made)
    _sent(acts, key[0], "api_patients", json.dumps(_plain(acts)), kind="application/json")
    _sent(acts, key[0], "api_fhir", json.dumps(_fhir(acts)), kind="application/fhir+json")
    _sent(acts, key[0], "api_hl7", _hl7(acts), kind="text/plain")
    refused = {**_plain(acts), acts.mark("unknown member of a person"): acts.mark("its value")}
    _sent(acts, key[0], "api_patients", json.dumps(refused), kind="application/json", status=422)
    lines = (
        json.dumps(_fhir(acts)["entry"][0]["resource"])
        + "\n"
        + json.dumps({"resourceType": acts.mark("no type")})
    )
    made = _sent(
        acts, key[0], "api_fhir", lines, kind="application/fhir+ndjson", status=202, wish="respond-async"
    )
    visitor = _system(acts, key[0], "")
    acts.crawl._kept("api_import", visitor.get(json.loads(made.text)["address"]))


def _sent(
    acts: Acts, key: str, name: str, body: str, *, kind: str, status: int = 200, wish: str = ""
) -> Answer:
    visitor = _system(acts, key, wish)
    path = f"/api/v1/{name.removeprefix('api_')}"
    answer = visitor._follow("POST", urljoin(visitor.base, path), body.encode(), "", kind)
    assert answer.status == status, f"{name}: {answer.status} {answer.text}"
    return acts.crawl._kept(name, answer)


def _system(acts: Acts, key: str, wish: str) -> Visitor:
    """Another system: no session, no cookie."""
    headers = {**acts.crawl.visitor._headers, "Authorization": f"Bearer {key}", "Prefer": wish}
    return Visitor(acts.crawl.visitor.base, headers=headers)


def _plain(acts: Acts) -> dict[str, object]:
    words = ("id", "mrn", "first_name", "last_name", "phone", "street", "city", "postal_code")
    return {
        **{name: acts.mark(f"plain {name}") for name in words},
        "email": f"{acts.mark('plain email').lower()}@example.org",
        "birth_date": acts.keep("plain birth_date", BORN["plain"]),
        "state": "KS", "sex": "female", "language": "es",
    }  # fmt: skip


def _fhir(acts: Acts) -> dict[str, list[dict[str, dict[str, object]]]]:
    mark = acts.mark
    patient: dict[str, object] = {
        "resourceType": "Patient",
        "id": mark("fhir id"),
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": mark("fhir number")}],
        "name": [
            {"family": mark("fhir family"), "given": [mark("fhir given")], "text": mark("fhir whole name")}
        ],
        "telecom": [{"system": "email", "value": f"{mark('fhir email').lower()}@example.org"}],
        "birthDate": acts.keep("fhir birthDate", BORN["fhir"]),
        "contact": [{"name": {"text": mark("fhir contact")}}],
        "text": {"div": mark("fhir text")},
    }
    whom = {"reference": f"Patient/{patient['id']}"}
    visit: dict[str, object] = {
        "resourceType": "Encounter",
        "id": mark("fhir visit id"),
        "status": "finished",
        "subject": whom,
        "type": [{"text": mark("fhir visit type")}],
        "participant": [{"individual": {"reference": "Practitioner/1", "display": mark("fhir clinician")}}],
        "location": [{"location": {"reference": "Location/1", "display": mark("fhir place")}}],
    }
    condition: dict[str, object] = {
        "resourceType": "Condition",
        "id": mark("fhir condition id"),
        "subject": whom,
        "code": {"text": mark("fhir condition")},
        "note": [{"text": mark("fhir note")}],
    }
    stray = {
        **visit,
        "id": mark("fhir stray id"),
        "subject": {"reference": f"Patient/{mark('fhir stranger')}"},
    }
    return {
        "resourceType": "Bundle",
        "entry": [{"resource": one} for one in (patient, visit, condition, stray)],
    }  # type: ignore[dict-item]


def _hl7(acts: Acts) -> str:
    mark = acts.mark
    born = acts.keep("hl7 birth date", BORN["hl7"]).replace("-", "")
    acts.keep("hl7 birth date as written", born)
    return (
        f"MSH|^~\\&|{mark('hl7 application')}|{mark('hl7 facility')}|B|M|20260301090000+0000||ADT^A08|"
        f"{mark('hl7 control id')[:20]}|P|2.5.1\r"
        f"PID|1||{mark('hl7 number')}^^^M^MR||{mark('hl7 family')}^{mark('hl7 given')}||{born}|F|||"
        f"{mark('hl7 street')}^^{mark('hl7 city')}^KS^66000||^NET^Internet^{mark('hl7 email').lower()}@example.org\r"
        f"NK1|1|{mark('hl7 next of kin')}\r"
        f"DG1|1||{mark('hl7 diagnosis')[:20]}^{mark('hl7 diagnosis in words')}\r"
    )


def workbook_chosen(acts: Acts) -> None:
    """Uploads a workbook, reads its other sheet, chooses its columns, forgets them, and gives it up."""
    mark = acts.mark
    names = [mark(f"names of sheets {number}")[:31] for number in (1, 2, 3)]
    heading = row("MRN", "Last", "Email", mark("heading of a workbook"))
    people = [
        sheet(
            heading,
            row(
                mark(f"{one}, mrn"),
                mark(f"{one}, last"),
                f"{mark(f'{one}, email').lower()}@example.org",
                mark(one),
            ),
        )
        for one in ("first sheet", "second sheet", "hidden sheet")
    ]
    content = workbook(dict(zip(names, people, strict=True)), hidden=(names[2],))
    acts.do("/imports/new/", {}, having="file", file=(f"{mark('name of a workbook')}.xlsx", content))
    import_id = _newest(acts)
    columns = f"/imports/{import_id}/columns/"
    acts.do(columns, {"sheet": names[1]}, to=f"/imports/{import_id}/sheet/")
    chosen = {"column-0": "mrn", "column-1": "last_name", "column-2": "email", "then": "start"}
    origin = {
        "provenance": "own_system", "method": "registration", "collected_by": "2026-01-05", "attested": "yes",
    }  # fmt: skip
    acts.do(columns, {**chosen, **origin}, having="provenance")
    acts.do("/imports/new/", {}, having="file", file=(f"{mark('name of a workbook again')}.xlsx", content))
    again = _newest(acts)
    acts.do(f"/imports/{again}/columns/", {}, to=f"/imports/{again}/forget-columns/")
    acts.do(f"/imports/{again}/cancel/", {})


def hospitals_file(acts: Acts) -> None:
    """Uploads FHIR records as a file and names the system they are from."""
    mark = acts.mark
    patient = {
        "resourceType": "Patient",
        "id": mark("id in a hospital's file"),
        "name": [
            {"family": mark("family in a hospital's file"), "given": [mark("given in a hospital's file")]}
        ],
        "telecom": [{"system": "email", "value": f"{mark('email in a hospital file').lower()}@example.org"}],
    }
    content = json.dumps(patient).encode() + b"\n"
    acts.do("/imports/new/", {}, having="file", file=(f"{mark('name of a hospital file')}.ndjson", content))
    columns = f"/imports/{_newest(acts)}/columns/"
    origin = {
        "provenance": "own_system", "method": "registration", "collected_by": "2026-01-05", "attested": "yes",
    }  # fmt: skip
    acts.do(
        columns, {**origin, "new_system": mark("system a file is from"), "then": "start"}, having="new_system"
    )


def fetched_from(acts: Acts) -> None:
    """Adds a FHIR server, makes our key for it, says where it is and lets it be fetched from; it leads nowhere."""
    mark = acts.mark
    added = {"name": mark("name of a server"), "kind": "server"}
    page = urlsplit(acts.do("/imports/systems/new/", added, having="kind=server").url).path
    acts.do(page, {}, to=f"{page}key/")
    words = ("client_id", "key_id", "token_scope", "group", "hosts", "private_hosts")
    said = {
        **{name: mark(f"{name} of a server") for name in words},
        "fhir_url": f"https://localhost/{mark('address of a server')}",
        "token_url": f"https://localhost/{mark('address to sign in at')}",
    }
    refused = {**said, "ca_pem": mark("certificate of a server")}
    acts.do(page, refused, having="fhir_url", taken=False)
    acts.do(page, said, having="fhir_url")
    acts.do(page, {}, to=f"{page}now/")


def _newest(acts: Acts) -> str:
    found = re.search(r"/imports/([0-9a-f-]{36})/", acts.see("/imports/").text)
    assert found, "no import is listed"
    return found[1]
