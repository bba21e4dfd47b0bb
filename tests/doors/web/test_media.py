"""The media library as staff use it: adding, finding, describing, putting away; choosing in other forms."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bedside.records.authorizations import actions as authorizations
from bedside.records.consent.rules import Source
from bedside.records.media import actions, queries
from bedside.records.media.rules import People
from bedside.safeguards.audit.queries import entries
from tests.records.media.library import PHOTO, added, added_of_patient, agreed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope

AMISS, MISSING = 422, 404


@pytest.fixture
def client(signed_in: Callable[[str], Client]) -> Client:
    return signed_in("ana")


@pytest.fixture
def writer(scope: Scope, at: datetime) -> Client:
    """Somebody who writes campaigns and never sees who the patients are."""
    from django.test import Client

    from bedside.safeguards.staff.actions import add_member
    from bedside.safeguards.staff.models import Account

    account_id = add_member(
        scope, email="wim@maple.example", name="Writer Wim", roles=["campaign_writer"], password=None, at=at
    )
    browser = Client()
    browser.force_login(Account.objects.get(id=account_id))
    return browser


def typed(content: bytes = PHOTO, **changes: Any) -> dict[str, Any]:
    whole = {
        "name": "Front door", "description": "Our front door.", "people": "nobody",
        "file": SimpleUploadedFile("IMG_1.jpg", content, "image/jpeg"), **changes,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


class TestAdding:
    def test_keeps_a_picture_and_shows_it(self, client: Client, scope: Scope) -> None:
        response = client.post("/media/add/", typed())
        [one] = queries.pictures(scope)
        assert response.headers["Location"] == f"/media/{one.id}/"
        assert "Front door" in client.get(f"/media/{one.id}/").content.decode()
        shown = client.get(f"/media/{one.id}/file/600/")
        assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert f"/media/{one.id}/file/600/" in client.get("/media/").content.decode()

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"file": None}, "Choose a picture."),
            ({"people": None}, "Say who can be recognised in the picture."),
            ({"people": "everybody"}, "Say who can be recognised in the picture."),
            ({"description": ""}, "mark it as decoration"),
            ({"content": b"<svg/>"}, "save it as PNG"),
            ({"content": PHOTO[:800]}, "broken or cut off"),
            ({"people": "patient"}, "Choose the form by which this patient agreed to be shown"),
        ],
    )
    def test_says_what_is_missing_and_keeps_what_was_typed(
        self, client: Client, scope: Scope, changes: dict[str, Any], sentence: str
    ) -> None:
        response = client.post("/media/add/", typed(**{"name": "Kept name", **changes}))
        page = response.content.decode()
        assert (response.status_code, sentence in page, "Kept name" in page) == (AMISS, True, True)
        assert queries.pictures(scope) == []

    def test_answers_a_script_in_json(self, client: Client, scope: Scope) -> None:
        refused = client.post("/media/add/", typed(description=""), headers={"Accept": "application/json"})
        assert (refused.status_code, "decoration" in refused.json()["sentence"]) == (AMISS, True)
        taken = client.post("/media/add/", typed(), headers={"Accept": "application/json"})
        assert taken.json() == {"address": f"/media/{queries.pictures(scope)[0].id}/"}

    def test_decoration_needs_no_words(self, client: Client, scope: Scope) -> None:
        client.post("/media/add/", typed(description="", decorative="on"))
        assert queries.pictures(scope)[0].decorative


class TestLibrary:
    def test_searches_and_pages(self, client: Client, scope: Scope, at: datetime) -> None:
        for number in range(3):
            added(scope, at=at + timedelta(minutes=number), name=f"Room {number}")
        page = client.get("/media/?words=room+2").content.decode()
        assert ("Room 2" in page, "Room 1" in page) == (True, False)
        assert "Nothing found" in client.get("/media/?words=cat").content.decode()
        assert "3 of 1,000 pictures" in page

    def test_begins_with_adding_one(self, client: Client) -> None:
        assert re.search(
            r'<details class="card media-add" id="add" open>', client.get("/media/").content.decode()
        )

    def test_puts_away_and_back_in_one_click_each(self, client: Client, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at)
        page = client.post(f"/media/{picture_id}/archive/", follow=True).content.decode()
        assert ("restore it below" in page, f"/media/{picture_id}/restore/" in page) == (True, True)
        assert "Front door" not in client.get("/media/").content.decode().replace("“Front door”", "")
        assert "Front door" in client.get("/media/?show=archive").content.decode()
        client.post(f"/media/{picture_id}/restore/")
        assert queries.pictures(scope)[0].id == picture_id

    def test_takes_out_for_good(self, client: Client, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at)
        assert client.post(f"/media/{picture_id}/remove/").status_code == AMISS
        actions.archive(scope, picture_id, at=at)
        assert client.post(f"/media/{picture_id}/remove/").headers["Location"] == "/media/"
        assert client.get(f"/media/{picture_id}/").status_code == MISSING
        assert client.get(f"/media/{picture_id}/file/600/").status_code == MISSING

    def test_says_where_a_picture_is_used(self, client: Client, scope: Scope, at: datetime) -> None:
        from dataclasses import replace

        from bedside.decisions.composer import actions as composer
        from bedside.decisions.composer import queries as messages

        picture_id = added(scope, at=at)
        assert "In no message that is in use" in client.get(f"/media/{picture_id}/").content.decode()
        message_id = composer.create(scope, name="Spring letter", starter="newsletter", at=at)
        draft = messages.draft_of(scope, message_id, revision=None)
        written = replace(draft, preheader=f"{picture_id}")
        composer.edit(scope, message_id, written, based_on_revision=1, at=at)
        assert "Spring letter" in client.get(f"/media/{picture_id}/").content.decode()


class TestSaying:
    def test_saves_what_is_said(self, client: Client, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at)
        client.post(
            f"/media/{picture_id}/", typed(file=None, description="In winter.", based_on="1", people="staff")
        )
        one = queries.picture(scope, picture_id)
        assert (one.description, one.shows_people) == ("In winter.", People.STAFF)

    def test_tells_the_second_of_two(self, client: Client, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at)
        client.post(f"/media/{picture_id}/", typed(file=None, name="First", based_on="1"))
        second = client.post(f"/media/{picture_id}/", typed(file=None, name="Second", based_on="1"))
        assert (second.status_code, "Somebody else has changed this" in second.content.decode()) == (
            AMISS,
            True,
        )
        assert 'value="Second"' in second.content.decode()


def test_offers_the_forms_that_patients_signed_and_records_the_look(
    client: Client, scope: Scope, at: datetime
) -> None:
    patient_id, document_id = agreed(scope, at=at)
    assert str(document_id) not in client.get("/media/").content.decode()
    piece = client.get("/media/forms/", headers={"HX-Request": "true"}).content.decode()
    assert (str(document_id) in piece, "Jane" in piece) == (True, True)
    looked = entries(scope, before_id=None, kind="", actor_id="", subject="", limit=9, person=patient_id)
    assert "patients.searched" in {entry.kind for entry in looked}
    assert str(document_id) in client.get("/media/?forms=show").content.decode()


def test_keeps_one_with_its_form_and_says_when_it_ended(client: Client, scope: Scope, at: datetime) -> None:
    patient_id, document_id = agreed(scope, at=at)
    client.post("/media/add/", typed(people="patient", authorization=str(document_id)))
    [one] = queries.pictures(scope)
    page = client.get(f"/media/{one.id}/").content.decode()
    assert (str(patient_id) in page, f"/documents/{document_id}" in page or str(document_id) in page) == (
        True,
        True,
    )
    authorizations.revoke(scope, patient_id, document_id, source=Source.PHONE, at=at + timedelta(minutes=1))
    assert "has taken back" in client.get(f"/media/{one.id}/").content.decode()
    assert "Cannot be used" in client.get("/media/").content.decode()
    assert str(one.id) not in client.get("/media/pick/").content.decode()


def test_shows_no_patient_to_whoever_may_not_see_patients(writer: Client, scope: Scope, at: datetime) -> None:
    patient_id, document_id = agreed(scope, at=at)
    picture_id = added_of_patient(scope, document_id, at=at)
    page = writer.get(f"/media/{picture_id}/").content.decode()
    assert not [shown for shown in (str(patient_id), str(document_id), "Jane Roe") if shown in page]
    assert writer.get("/media/forms/").status_code == 403
    assert "Ask somebody who may see patients" in writer.get("/media/").content.decode()
    refused = writer.post("/media/add/", typed(people="patient", authorization=str(document_id)))
    assert refused.status_code in {403, AMISS}
    authorizations.revoke(scope, patient_id, document_id, source=Source.PHONE, at=at + timedelta(minutes=1))
    for path in (f"/media/{picture_id}/", f"/media/{picture_id}/file/600/"):
        assert writer.get(path).status_code == MISSING
    assert "Jane smiles" not in writer.get("/media/").content.decode()


class TestPicking:
    def test_offers_what_may_be_used_as_a_field_of_the_form(
        self, client: Client, scope: Scope, at: datetime
    ) -> None:
        door, gone = added(scope, at=at), added(scope, at=at, name="Old")
        actions.archive(scope, gone, at=at)
        piece = client.get("/media/pick/?field=hero-picture").content.decode()
        assert f'name="hero-picture" value="{door}"' in piece
        assert (str(gone) in piece, 'data-width="600"' in piece) == (False, True)

    def test_keeps_the_chosen_one_in_sight(self, client: Client, scope: Scope, at: datetime) -> None:
        door, team = added(scope, at=at), added(scope, at=at, name="Team", description="Six nurses.")
        piece = client.get(f"/media/pick/?field=logo&chosen={door}&words=nurses").content.decode()
        assert picked(piece) == [str(door)]
        assert str(team) in piece
        assert picked(client.get("/media/pick/?words=cat").content.decode()) == [""]

    def test_takes_no_markup_as_the_name_of_a_field(self, client: Client) -> None:
        piece = client.get(
            "/media/pick/", {"field": 'x" onfocus="alert(1)', "chosen": "<script>"}
        ).content.decode()
        assert ('name="picture"' in piece, "onfocus" in piece, "<script>" in piece) == (True, False, False)


def picked(piece: str) -> list[str]:
    return re.findall(r'<input type="radio"[^>]* value="([^"]*)" checked', piece)
