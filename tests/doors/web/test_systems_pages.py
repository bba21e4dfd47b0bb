"""The pages of systems that send us data, of what we keep, and of a hospital's file."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bedside.records.intake import actions, queries
from bedside.records.intake.allowing import allow_list
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.rules.keeping import KEPT_AT_FIRST, Item
from bedside.records.intake.sources import sources
from bedside.records.patients import queries as patients
from tests.records.intake.clinical_files import condition, hospital, import_clinical, ndjson, patient, visit

ORIGIN = {
    "provenance": "own_system",
    "method": "registration",
    "collected_by": "2026-11-01",
    "attested": "yes",
    "then": "start",
}


def upload(client, content: bytes) -> str:
    """The address of the page that asks which system it is from."""
    file = SimpleUploadedFile("Patient.ndjson", content)
    answer = client.post(reverse("import_new"), {"file": file})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_asks_of_a_hospitals_file_which_system_it_is_from(signed_in, scope, at):
    client = signed_in("omar")
    page = upload(client, ndjson(patient(1), patient(2)))
    shown = client.get(page).content.decode()
    assert "no columns to choose" in shown
    refused = client.post(page, ORIGIN)
    assert (refused.status_code, "Say which system" in refused.content.decode()) == (422, True)
    answer = client.post(page, {**ORIGIN, "new_system": "General Hospital", "part2": "yes"})
    assert answer.status_code == 302
    (view,) = queries.imports(scope, offset=0, limit=5)
    assert view.state is ImportState.QUEUED
    assert [(each.name, each.is_part2) for each in sources(scope)] == [("General Hospital", True)]
    assert actions.run(scope, view.id, clock=lambda: at).new == 2
    assert patients.count(scope) == 2


def test_a_start_that_is_refused_adds_no_system(signed_in, scope):
    client = signed_in("omar")
    page = upload(client, ndjson(patient(1)))
    answer = client.post(page, {**ORIGIN, "new_system": "General Hospital", "attested": ""})
    assert (answer.status_code, sources(scope)) == (422, [])


def test_whoever_may_not_add_a_system_chooses_a_known_one(signed_in, scope, at):
    client = signed_in("ana")
    page = upload(client, ndjson(patient(1)))
    assert "Ask an administrator" in client.get(page).content.decode()
    assert client.post(page, {**ORIGIN, "new_system": "Mine"}).status_code == 403
    source_id = hospital(scope, at)
    assert "General Hospital" in client.get(page).content.decode()
    assert client.post(page, {**ORIGIN, "system": str(source_id)}).status_code == 302


def test_shows_what_the_records_were(signed_in, scope, at):
    source_id = hospital(scope, at, kept=KEPT_AT_FIRST)
    content = ndjson(patient(1), visit(1), visit(2, person="p9"), condition(1))
    view = import_clinical(scope, content, at, source_id)
    shown = signed_in("omar").get(reverse("import", args=[view.id])).content.decode()
    assert "What they were" in shown
    assert "Visits" in shown
    assert "not on record from this system" in shown
    assert "1 record was not kept" in shown


def test_adds_changes_and_pauses_a_system(signed_in, scope):
    client = signed_in("omar")
    assert "No system yet" in client.get(reverse("systems")).content.decode()
    client.post(reverse("system_new"), {"name": "Laboratory"})
    (found,) = sources(scope)
    assert (found.name, found.gives_our_numbers, found.is_part2) == ("Laboratory", False, False)
    one = reverse("system", args=[found.id])
    client.post(one, {"name": "Elm Laboratory", "own_numbers": "yes", "part2": "yes"})
    (found,) = sources(scope)
    assert (found.name, found.gives_our_numbers, found.is_part2) == ("Elm Laboratory", True, True)
    client.post(reverse("system_pause", args=[found.id]), {"then": "pause"})
    assert "Paused" in client.get(reverse("systems")).content.decode()
    client.post(reverse("system_pause", args=[found.id]), {"then": "resume"})
    assert sources(scope)[0].paused_at is None


@pytest.mark.parametrize("name", ["", "  ", "general hospital"])
def test_refuses_a_system_without_a_name_of_its_own(signed_in, scope, at, name):
    hospital(scope, at)
    answer = signed_in("omar").post(reverse("system_new"), {"name": name})
    assert (answer.status_code, len(sources(scope))) == (422, 1)


def test_keeps_what_is_ticked_and_no_more(signed_in, scope):
    client = signed_in("omar")
    shown = client.get(reverse("keeping")).content.decode()
    assert shown.count("checked") == len(KEPT_AT_FIRST)
    client.post(reverse("keeping"), {"contact": "yes", "special:hiv": "yes", "nonsense": "yes"})
    assert allow_list(scope).items == {Item.CONTACT, Item.HIV}
    assert "Office manager Omar" in client.get(reverse("keeping")).content.decode()


def test_whoever_may_not_manage_the_practice_sees_the_list_and_changes_nothing(signed_in, scope):
    client = signed_in("ana")
    shown = client.get(reverse("keeping")).content.decode()
    assert "disabled" in shown
    assert client.post(reverse("keeping"), {"conditions": "yes"}).status_code == 403
    assert allow_list(scope).items == KEPT_AT_FIRST
