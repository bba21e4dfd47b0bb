"""The API: what is taken, what is said of what is not, and what nobody without a key learns."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bedside.doors.api import calling, people, views
from bedside.ground.scope import in_scope
from bedside.records.intake import actions, live, queries
from bedside.records.intake.models import Import
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.sources import pause_source
from bedside.records.patients.queries import by_ids, count, ids_by_mrn
from bedside.safeguards.apikeys.actions import revoke_api_key
from bedside.safeguards.apikeys.queries import api_keys
from tests.doors.api.sending import message, system
from tests.doors.web.addresses import ADDRESSES, Open
from tests.records.intake.clinical_files import patient, visit
from tests.support.addresses import every_address

if TYPE_CHECKING:
    from django.test import Client

HL7 = "application/hl7-v2"
NDJSON = "application/fhir+ndjson"
ANN = {
    "id": "ehr-7", "mrn": "M7", "first_name": "Ann", "last_name": "Lee", "email": "ann@example.org",
    "phone": "555-0101", "street": "1 Maple Street", "city": "Springfield", "state": "KS", "postal_code": "66000",
    "birth_date": "1980-05-04", "sex": "female", "language": "es", "updated_at": "2026-03-01T09:00:00Z",
}  # fmt: skip


@pytest.fixture
def hospital(scope, at):
    return system(scope, at)


def bundle(*resources) -> dict:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in resources],
    }


def lines(*resources) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in resources)


def fates(response) -> tuple[int, int, int, int]:
    plain = response.json()
    assert response.status_code == 200, plain
    return plain["new"], plain["changed"], plain["unchanged"], plain["refused"]


def person(scope, mrn: str):
    return by_ids(scope, [ids_by_mrn(scope, {mrn})[mrn]])[0]


def problem(response) -> tuple[int, str]:
    plain = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert plain["title"].endswith(".")
    return plain["status"], plain["code"]


def test_takes_a_bundle_and_the_same_again_changes_nothing(hospital, scope):
    sent = bundle(patient(), visit())
    assert fates(hospital.post("fhir", sent, kind="application/fhir+json")) == (2, 0, 0, 0)
    assert fates(hospital.post("fhir", sent)) == (0, 0, 2, 0)
    assert person(scope, "MR-1").last_name == "Lee1"


def test_takes_one_resource_a_line(hospital, scope):
    assert fates(hospital.post("fhir", lines(patient(1), patient(2)), kind=NDJSON)) == (2, 0, 0, 0)
    assert count(scope) == 2


def test_says_of_each_record_that_is_not_taken_why(hospital):
    response = hospital.post(
        "fhir", lines(patient(), visit(1, "p99"), {"resourceType": "Horse"}), kind=NDJSON
    )
    reasons = response.json()["reasons"]
    assert [(each["record"], each["code"]) for each in reasons] == [
        (2, "unknown_person"),
        (3, "unknown_type"),
    ]
    assert all(each["sentence"].endswith(".") for each in reasons)


def test_counts_what_the_practice_does_not_keep(hospital):
    condition = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}
    assert hospital.post("fhir", bundle(patient(), condition)).json()["not_kept"] == 1


def test_takes_a_message_and_the_same_again_changes_nothing(hospital, scope):
    assert fates(hospital.post("hl7", message(), kind=HL7)) == (1, 0, 0, 0)
    assert fates(hospital.post("hl7", message(), kind=HL7)) == (0, 0, 1, 0)
    assert person(scope, "1").email == "ann1@example.org"


def test_takes_several_messages_and_says_which_could_not_be_read(hospital):
    response = hospital.post("hl7", message(1) + message(2, event="Q99") + message(3), kind="text/plain")
    assert fates(response) == (2, 0, 0, 1)
    assert response.json()["reasons"][0] | {"sentence": ""} == {
        "record": 2, "sort": "", "code": "unknown_type", "sentence": "",
    }  # fmt: skip


def test_takes_a_person_in_plain_words(hospital, scope):
    assert fates(hospital.post("patients", ANN)) == (1, 0, 0, 0)
    assert fates(hospital.post("patients", ANN)) == (0, 0, 1, 0)
    held = person(scope, "M7")
    assert (held.first_name, held.email, held.city, held.postal_code) == (
        "Ann", "ann@example.org", "Springfield", "66000",
    )  # fmt: skip


def test_takes_a_list_of_people(hospital, scope):
    others = [{**ANN, "id": f"x{at}", "mrn": f"X{at}", "email": f"x{at}@example.org"} for at in range(3)]
    assert fates(hospital.post("patients", others)) == (3, 0, 0, 0)
    assert count(scope) == 3


def test_lets_later_data_win_by_its_own_stamp(hospital, scope):
    hospital.post("patients", {**ANN, "updated_at": "2026-03-02T09:00:00Z", "city": "Topeka"})
    hospital.post("patients", ANN)
    assert person(scope, "M7").city == "Topeka"
    hospital.post("patients", {**ANN, "updated_at": "2026-03-03T09:00:00Z", "city": "Salina"})
    assert person(scope, "M7").city == "Salina"


def test_takes_a_death_and_never_unsets_it(hospital, scope):
    hospital.post("patients", {**ANN, "deceased": True})
    hospital.post("patients", {**ANN, "updated_at": "2026-04-01T09:00:00Z"})
    assert person(scope, "M7").deceased is True


BAD_PEOPLE = {
    "no JSON": (b"{", "json"),
    "an empty list": (b"[]", "nobody"),
    "a number": (b"7", "person"),
    "a list in a list": (b"[[]]", "person"),
    "no id": (b'{"last_name": "Lee"}', "no_id"),
    "an empty id": (b'{"id": " "}', "no_id"),
    "a field nobody knows": (b'{"id": "7", "horse": "x"}', "unknown_field"),
    "a number for a text": (b'{"id": "7", "city": 7}', "person"),
    "a list for a truth": (b'{"id": "7", "deceased": []}', "person"),
    "one for a truth": (b'{"id": "7", "deceased": 1}', "person"),
}


@pytest.mark.parametrize(("body", "code"), BAD_PEOPLE.values(), ids=BAD_PEOPLE)
def test_refuses_people_in_one_sentence_and_takes_nobody(hospital, scope, body, code):
    assert problem(hospital.post("patients", body)) == (422, code)
    assert count(scope) == 0


def test_says_which_of_the_people_is_wrong_and_repeats_nothing_of_them(hospital, scope):
    response = hospital.post("patients", [ANN, {**ANN, "id": "x", "ssn": "Zqsecret"}])
    assert "Person 2" in response.json()["title"]
    assert b"Zqsecret" not in response.content
    assert count(scope) == 0


def test_refuses_more_people_than_it_takes_at_once(hospital, monkeypatch):
    monkeypatch.setattr(people, "PEOPLE_MAX", 1)
    assert problem(hospital.post("patients", [ANN, ANN])) == (413, "too_many_records")


@pytest.mark.parametrize("address", ["fhir", "hl7", "patients"])
def test_refuses_another_sort_of_content(hospital, address):
    assert problem(hospital.post(address, b"x", kind="application/xml")) == (415, "content_type")


def test_takes_more_than_a_transaction_holds_as_an_import(hospital, scope, at, monkeypatch):
    monkeypatch.setattr(live, "RECORDS_MAX", 2)
    response = hospital.post("fhir", lines(*(patient(n) for n in range(1, 5))), kind=NDJSON)
    assert response.status_code == 202
    shown = hospital.get(response.headers["Location"]).json()
    assert (shown["state"], shown["is_over"], shown["new"]) == ("queued", False, 0)
    actions.run(scope, uuid.UUID(shown["id"]), clock=lambda: at)
    shown = hospital.get(response.headers["Location"]).json()
    assert (shown["state"], shown["is_over"], shown["new"], shown["refused"]) == ("finished", True, 4, 0)


@pytest.mark.parametrize(
    ("address", "body", "kind"),
    [
        ("fhir", lines(patient()), NDJSON),
        ("fhir", json.dumps(bundle(patient())).encode(), "application/json"),
        ("hl7", message(), HL7),
    ],
)
def test_takes_an_import_when_asked_to(hospital, scope, at, address, body, kind):
    response = hospital.post(address, body, kind=kind, Prefer="respond-async")
    assert response.status_code == 202
    import_id = uuid.UUID(response.json()["import"])
    view = actions.run(scope, import_id, clock=lambda: at)
    assert (view.state, view.new) == (ImportState.FINISHED, 1)


def test_says_why_records_of_an_import_were_refused(hospital, scope, at):
    response = hospital.post("fhir", lines(patient(), visit(1, "p99")), kind=NDJSON, Prefer="respond-async")
    actions.run(scope, uuid.UUID(response.json()["import"]), clock=lambda: at)
    shown = hospital.get(response.headers["Location"]).json()
    assert shown["refused"] == 1
    assert shown["reasons"][0]["code"] == "unknown_person"


def test_refuses_as_an_import_what_is_no_clinical_file(hospital, scope):
    sent = b"MRN,Last,Email\nM1,Lee,ann@example.org\n"
    assert problem(hospital.post("fhir", sent, kind=NDJSON, Prefer="respond-async"))[0] in {409, 422}
    assert queries.count(scope) == 0


def test_tells_nothing_of_an_import_of_another_system(hospital, scope, at):
    import_id = hospital.post("fhir", lines(patient()), kind=NDJSON, Prefer="respond-async").json()["import"]
    other = system(scope, at, name="Oak Hospital")
    assert problem(other.get(f"/api/v1/imports/{import_id}")) == (404, "not_found")
    assert problem(hospital.get(f"/api/v1/imports/{uuid.uuid4()}")) == (404, "not_found")


def test_tells_nothing_of_what_staff_imported(hospital, scope, at):
    import_id = actions.receive(scope, name="x", pieces=[b"MRN,Last,Email\nM1,Lee,a@example.org\n"], at=at)
    assert problem(hospital.get(f"/api/v1/imports/{import_id}")) == (404, "not_found")


def test_keeps_in_whose_name_a_key_brought_an_import(hospital, scope):
    import_id = hospital.post("fhir", lines(patient()), kind=NDJSON, Prefer="respond-async").json()["import"]
    with in_scope(scope):
        assert Import.objects.get(id=import_id).created_by == scope.actor.id


def test_takes_nothing_from_a_paused_system(hospital, scope, at):
    pause_source(scope, hospital.source_id, paused=True, at=at)
    assert problem(hospital.post("patients", ANN)) == (409, "source_paused")
    assert problem(hospital.post("hl7", message(event="Q99"), kind=HL7)) == (409, "source_paused")
    assert count(scope) == 0


# Strangers and limits.

BODIES = {"api_fhir": NDJSON, "api_hl7": HL7, "api_patients": "application/json"}


def test_nobody_without_a_key_in_force_gets_anything(hospital, scope, at):
    import_id = hospital.post("fhir", lines(patient()), kind=NDJSON, Prefer="respond-async").json()["import"]
    revoked = replace(hospital, key=system(scope, at, name="Elm Hospital").key)
    revoke_api_key(scope, next(each.id for each in api_keys(scope) if each.name == "elm-hospital"), at=at)
    walked = set()
    for address in every_address("bedside.config.urls_web"):
        if not address.name.startswith("api_") or ADDRESSES[address.name] is not Open.ANYBODY:
            continue
        path = address.filled({"import_id": import_id})
        for caller in (replace(hospital, key=""), replace(hospital, key=hospital.key[:-4]), revoked):
            kind = BODIES.get(address.name)
            answer = caller.post(path.removeprefix("/api/v1/"), b"x", kind=kind) if kind else caller.get(path)
            assert problem(answer) == (401, "key"), address.name
            assert "Set-Cookie" not in answer.headers
        walked.add(address.name)
    assert walked == {"api_fhir", "api_hl7", "api_patients", "api_import"}


def test_a_stranger_key_reaches_its_own_practice_only(hospital, scope, stranger_scope, at):
    import_id = hospital.post("fhir", lines(patient()), kind=NDJSON, Prefer="respond-async").json()["import"]
    theirs = system(stranger_scope, at)
    assert problem(theirs.get(f"/api/v1/imports/{import_id}")) == (404, "not_found")
    assert fates(theirs.post("patients", ANN)) == (1, 0, 0, 0)
    assert count(stranger_scope) == 1
    assert count(scope) == 0


def test_a_session_opens_nothing_here(signed_in):
    client: Client = signed_in("omar")
    response = client.post("/api/v1/patients", json.dumps(ANN), content_type="application/json")
    assert problem(response) == (401, "key")


def test_takes_no_other_method(hospital):
    assert problem(hospital.client.get("/api/v1/fhir")) == (405, "method")
    assert hospital.client.get("/api/v1/fhir").headers["Allow"] == "POST"


def test_reads_no_body_without_a_key(hospital, monkeypatch):
    def never(*_: object, **__: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(views, "body_of", never)
    assert problem(replace(hospital, key="").post("patients", ANN)) == (401, "key")


def test_refuses_a_body_beyond_the_limit(hospital, scope, monkeypatch):
    monkeypatch.setattr(calling, "FILE_BYTES_MAX", 100)
    for address, kind in (("fhir", NDJSON), ("hl7", HL7), ("patients", "application/json")):
        assert problem(hospital.post(address, b" " * 101, kind=kind)) == (413, "too_large")
    assert queries.count(scope) == 0


def test_reads_no_more_than_was_announced(hospital, monkeypatch):
    monkeypatch.setattr(calling, "BODY_BYTES_MAX", 10)
    assert problem(hospital.post("patients", ANN)) == (413, "too_large")


def test_says_when_a_key_comes_too_often(hospital, monkeypatch):
    monkeypatch.setattr("bedside.safeguards.apikeys.actions.CALLS_PER_MINUTE_MAX", 1)
    hospital.post("patients", ANN)
    response = hospital.post("patients", ANN)
    assert problem(response) == (429, "too_many")
    assert response.headers["Retry-After"] == "60"


def test_keeps_no_answer_anywhere(hospital):
    response = hospital.post("patients", ANN)
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
