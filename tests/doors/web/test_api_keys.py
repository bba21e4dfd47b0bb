"""The page of API keys: shown once, listed without a secret, revoked at once."""

from __future__ import annotations

import re

from django.test import Client

from bedside.records.intake.sources import sources
from bedside.safeguards.apikeys.queries import api_keys

PAGE = "/settings/api-keys/"
NEW = {"act": "make", "name": "hospital-feed", "right": "import_patients", "new_system": "Maple Hospital"}


def key_in(response) -> str:
    found = re.search(r'value="(bedside_api_[\w-]+)"', response.content.decode())
    return found[1] if found else ""


def test_makes_a_key_with_its_system_and_shows_it_once(signed_in, scope):
    omar = signed_in("omar")
    key = key_in(omar.post(PAGE, NEW))
    assert [each.name for each in sources(scope)] == ["Maple Hospital"]
    answer = Client().post(
        "/api/v1/patients", b"{}", content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 422  # let in, and told what is wrong
    again = omar.get(PAGE).content.decode()
    assert "bedside_api_" not in again
    assert "hospital-feed" in again
    assert "Maple Hospital" in again


def test_makes_a_second_key_for_the_same_system(signed_in, scope):
    omar = signed_in("omar")
    omar.post(PAGE, NEW)
    system = str(sources(scope)[0].id)
    assert key_in(omar.post(PAGE, {**NEW, "name": "second", "new_system": "", "system": system}))
    assert {each.source_id for each in api_keys(scope)} == {sources(scope)[0].id}


def test_says_in_one_sentence_what_is_wrong_and_makes_nothing(signed_in, scope):
    omar = signed_in("omar")
    for wrong, words in (
        ({"name": "Hospital Feed"}, "small letters"),
        ({"new_system": "", "system": ""}, "Choose the system"),
        ({"right": "see_patients"}, "Choose what the key may do"),
    ):
        response = omar.post(PAGE, {**NEW, **wrong})
        assert response.status_code == 422
        assert words in response.content.decode()
    assert api_keys(scope) == []
    assert sources(scope) == []


def test_revokes_a_key_at_once(signed_in, scope):
    omar = signed_in("omar")
    key = key_in(omar.post(PAGE, NEW))
    omar.post(PAGE, {"act": "revoke", "key": str(api_keys(scope)[0].id)})
    answer = Client().post(
        "/api/v1/patients", b"{}", content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 401
    assert "Revoked" in omar.get(PAGE).content.decode()
