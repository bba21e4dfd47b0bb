"""A key that is revoked while its body is still coming: nothing of it is taken."""

from __future__ import annotations

import pytest

from bedside.doors.api import calling
from bedside.records.intake import queries
from bedside.records.patients.queries import count
from bedside.safeguards.apikeys.actions import revoke_api_key
from bedside.safeguards.apikeys.queries import api_keys
from tests.doors.api.sending import system
from tests.records.intake.clinical_files import patient


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
