"""A key that is revoked, also while its body is still coming: nothing of it is taken, and the ledger has that it came."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from django.core.cache import cache

from bedside.doors.api import calling
from bedside.records.intake import actions as imports
from bedside.records.intake import live, queries, waiting
from bedside.records.patients.queries import count
from bedside.safeguards.apikeys.actions import revoke_api_key
from bedside.safeguards.apikeys.queries import api_keys
from bedside.safeguards.apikeys.rules import PREFIX, ApiKey, read, written
from bedside.safeguards.audit.queries import entries
from tests.doors.api.sending import System, system
from tests.records.intake.clinical_files import bundle, patient


def refused(scope) -> list[tuple[str, str, str]]:
    """(actor, page, reason) of each refused access."""
    found = entries(scope, before_id=None, kind="access.refused", actor_id="", subject="", limit=50)
    return [(one.actor_id, one.details["page"], one.details["reason"]) for one in found]


@pytest.mark.parametrize("wish", [{}, {"Prefer": "respond-async"}], ids=["at once", "as a file"])
def test_takes_nothing_by_a_key_that_was_revoked_meanwhile(scope, at, monkeypatch, wish):
    hospital, read = system(scope, at), calling._pieces

    def slow(request, *, bytes_max):
        yield from read(request, bytes_max=bytes_max)
        (key,) = api_keys(scope)
        revoke_api_key(scope, key.id, at=at)

    monkeypatch.setattr(calling, "_pieces", slow)
    response = hospital.post("fhir", patient(), kind="application/fhir+json", **wish)
    assert (response.status_code, response.json()["code"]) == (401, "key")
    assert (count(scope), queries.count(scope)) == (0, 0)
    assert [reason for _, _, reason in refused(scope)] == ["key_revoked"]


def test_the_ledger_has_that_a_revoked_key_came_once_a_minute(scope, at):
    hospital, other = system(scope, at), system(scope, at, name="Elm")
    keys = {one.name: one.id for one in api_keys(scope)}
    for key_id in keys.values():
        revoke_api_key(scope, key_id, at=at)
    for _ in range(3):
        assert hospital.post("fhir", patient()).status_code == 401
    actor = f"api:{keys['maple-hospital']}"
    assert refused(scope) == [(actor, "api", "key_revoked")]
    other.post("hl7", b"")
    assert {one for one, _, _ in refused(scope)} == {actor, f"api:{keys['elm']}"}
    cache.clear()  # a minute later
    hospital.post("fhir", patient())
    assert len(refused(scope)) == 3


def test_the_ledger_has_that_a_key_came_with_another_secret(scope, at):
    hospital = system(scope, at)
    key = read(hospital.key)
    forged = ApiKey(practice_id=key.practice_id, key_id=key.key_id, secret=bytes(32))
    for _ in range(2):
        assert System(key=written(forged), source_id=hospital.source_id, client=hospital.client).post(
            "fhir", patient()
        ).status_code == 401  # fmt: skip
    assert refused(scope) == [(f"api:{key.key_id}", "api", "key_secret")]
    assert hospital.post("fhir", patient()).status_code == 200


@pytest.mark.parametrize("where", ["key", "practice", "text"])
def test_what_was_never_a_key_is_in_the_log_only(scope, at, where, capsys):
    """In no practice's ledger: whoever guesses would write into it as they like."""
    hospital = system(scope, at)
    key = read(hospital.key)
    unknown = {
        "key": written(ApiKey(practice_id=key.practice_id, key_id=UUID(int=1), secret=key.secret)),
        "practice": written(ApiKey(practice_id=UUID(int=1), key_id=key.key_id, secret=key.secret)),
        "text": PREFIX + urlsafe_b64encode(b"planted").decode(),
    }[where]
    sender = System(key=unknown, source_id=hospital.source_id, client=hospital.client)
    assert sender.post("fhir", patient()).status_code == 401
    assert refused(scope) == []
    said = capsys.readouterr()
    assert "apikey.refused" in said.out + said.err
    assert unknown not in said.out + said.err


def test_stops_taking_files_while_too_many_wait(scope, at, monkeypatch):
    """And goes on when one of them is over."""
    monkeypatch.setattr(waiting, "WAITING_MAX", 2)
    hospital, other = system(scope, at), system(scope, at, name="Elm")
    asked = {"Prefer": "respond-async"}
    first = hospital.post("fhir", patient(), **asked).json()["import"]
    assert hospital.post("fhir", patient(2), **asked).status_code == 202
    spooled = []
    monkeypatch.setattr(calling, "_pieces", lambda *_, **__: spooled.append(1) or iter(()))
    response = hospital.post("fhir", patient(3), **asked)
    monkeypatch.undo()
    monkeypatch.setattr(waiting, "WAITING_MAX", 2)
    assert (response.status_code, response.json()["code"], spooled) == (429, "too_many_imports", [])
    assert response.headers["Retry-After"] == "60"
    assert hospital.post("fhir", patient(3)).status_code == 200  # what needs no file is taken
    assert other.post("fhir", patient(3), **asked).status_code == 202
    imports.cancel(scope, UUID(first), at=at)
    assert hospital.post("fhir", patient(3), **asked).status_code == 202


def test_a_body_of_too_many_records_waits_its_turn_too(scope, at, monkeypatch):
    monkeypatch.setattr(waiting, "WAITING_MAX", 0)
    monkeypatch.setattr(live, "RECORDS_MAX", 1)
    response = system(scope, at).post("fhir", bundle(patient(1), patient(2)))
    assert (response.status_code, response.json()["code"]) == (429, "too_many_imports")
    assert queries.count(scope) == 0
