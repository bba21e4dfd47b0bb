"""The library: what is kept, under which key, who may be shown and for how long, what it holds at most."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.records.authorizations import actions as authorizations
from bedside.records.consent.rules import Source
from bedside.records.media import actions, queries, rules
from bedside.records.media.links import PictureLink, open_picture_link, seal_picture_link
from bedside.records.media.models import PictureRow, RenditionRow
from bedside.records.media.rules import People, Unusable
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from tests.kit.pictures.files import logo, opened, photo, saved
from tests.records.media.library import PHOTO, added, added_of_patient, agreed, story

if TYPE_CHECKING:
    from datetime import date, datetime

    from bedside.ground.scope import Scope


@pytest.fixture
def today(scope: Scope, at: datetime) -> date:
    return at.astimezone(profile(scope).zone).date()


def kinds(scope: Scope) -> list[str]:
    found = entries(scope, before_id=None, kind="", actor_id="", subject="", limit=50)
    return [entry.kind for entry in found if entry.kind.startswith("picture.")]


class TestAdding:
    def test_keeps_a_picture_with_what_is_said_of_it(self, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at, name="  Front \n door ")
        [one] = queries.pictures(scope)
        assert (one.id, one.name, one.description) == (
            picture_id,
            "Front door",
            "Our front door with flowers beside it.",
        )
        assert (one.width, one.height, one.shows_people, one.archived_at) == (900, 600, People.NOBODY, None)
        assert opened(queries.shown(scope, picture_id, at_most=600).content).size == (600, 400)
        assert opened(queries.shown(scope, picture_id, at_most=1200).content).size == (900, 600)
        assert one.bytes == queries.room(scope).stored_bytes > 0
        assert kinds(scope) == ["picture.added"]

    def test_serves_the_only_rendition_of_a_small_picture_at_both_widths(
        self, scope: Scope, at: datetime
    ) -> None:
        picture_id = added(scope, at=at, content=saved(logo(200, 100), "PNG"))
        assert queries.shown(scope, picture_id, at_most=600) == queries.shown(scope, picture_id, at_most=1200)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"name": " "}, "picture_name"),
            ({"name": "x" * 121}, "picture_name"),
            ({"description": ""}, "picture_description"),
            ({"description": "IMG_2031.jpg"}, "picture_description"),
            ({"description": "Photo 3"}, "picture_description"),
            ({"description": "x" * 301}, "picture_description_long"),
            ({"content": b""}, "picture_empty"),
            ({"content": b"<svg/>"}, "picture_svg"),
            ({"content": PHOTO[:900]}, "picture_broken"),
            ({"shows_people": People.PATIENT}, "authorization_needed"),
            ({"shows_people": People.PATIENT, "authorization_id": UUID(int=7)}, "authorization_not_in_force"),
        ],
    )
    def test_says_what_is_missing(
        self, scope: Scope, at: datetime, changes: dict[str, object], code: str
    ) -> None:
        with pytest.raises(Refusal) as refused:
            added(scope, at=at, **changes)
        assert refused.value.code == code
        assert queries.pictures(scope) == []
        assert kinds(scope) == []

    def test_keeps_no_description_of_what_decorates(self, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at, decorative=True)
        assert (
            queries.picture(scope, picture_id).description,
            queries.picture(scope, picture_id).decorative,
        ) == ("", True)

    def test_is_for_who_writes_messages(self, scope: Scope, at: datetime) -> None:
        reader = replace(scope, rights=scope.rights - {Right.WRITE_MESSAGES.value})
        picture_id = added(scope, at=at)
        for attempt in (
            lambda: added(reader, at=at),
            lambda: actions.archive(reader, picture_id, at=at),
            lambda: actions.restore(reader, picture_id, at=at),
            lambda: actions.remove(reader, picture_id, at=at),
        ):
            with pytest.raises(NotAllowed):
                attempt()

    def test_is_full_at_some_point(self, scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        added(scope, at=at)
        monkeypatch.setattr(rules, "PICTURES_MAX", 1)
        with pytest.raises(Refusal, match="at most 1 pictures"):
            added(scope, at=at)
        monkeypatch.setattr(rules, "PICTURES_MAX", 9)
        monkeypatch.setattr(rules, "BYTES_MAX", queries.room(scope).stored_bytes + 10)
        with pytest.raises(Refusal) as refused:
            added(scope, at=at)
        assert refused.value.code == "library_full"


class TestKeeping:
    def test_nothing_of_a_picture_stands_in_clear(self, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at, name="Zqname", description="Zqdescribed in words.")
        shown = queries.shown(scope, picture_id, at_most=600)
        with in_scope(scope), connection.cursor() as cursor:
            cursor.execute(
                "SELECT p::text FROM media_picture p UNION ALL SELECT r::text FROM media_rendition r"
            )
            whole = "".join(row[0] for row in cursor.fetchall())
        assert len(whole) > len(shown.content)
        for plain in (b"Zqname", b"Zqdescribed", shown.content[:12], shown.content[200:212]):
            assert plain.hex() not in whole
            assert plain.decode("latin-1") not in whole

    def test_a_rendition_opens_in_its_own_place_only(self, scope: Scope, at: datetime) -> None:
        one, other = added(scope, at=at), added(scope, at=at)
        with in_scope(scope):
            sealed = RenditionRow.objects.get(picture_id=one, at_most=600).sealed
            RenditionRow.objects.filter(picture_id=other, at_most=600).update(sealed=sealed)
        with pytest.raises(Unsealable):
            queries.shown(scope, other, at_most=600)

    def test_another_practice_sees_nothing(
        self, scope: Scope, stranger_scope: Scope, at: datetime, today: date
    ) -> None:
        picture_id = added(scope, at=at)
        assert queries.pictures(stranger_scope) == []
        assert queries.looks(stranger_scope, [picture_id], today=today) == {}
        assert queries.unusable(stranger_scope, [picture_id], today=today) == {picture_id: Unusable.UNKNOWN}
        for attempt in (
            lambda: queries.picture(stranger_scope, picture_id),
            lambda: queries.shown(stranger_scope, picture_id, at_most=600),
            lambda: actions.archive(stranger_scope, picture_id, at=at),
        ):
            with pytest.raises(NotFound):
                attempt()

    def test_finds_by_every_word(self, scope: Scope, at: datetime) -> None:
        door = added(scope, at=at)
        team = added(scope, at=at + timedelta(minutes=1), name="Team", description="Six nurses at the front desk.",
                     shows_people=People.STAFF)  # fmt: skip
        assert [one.id for one in queries.pictures(scope)] == [team, door]
        assert [one.id for one in queries.pictures(scope, search="FRONT flowers")] == [door]
        assert [one.id for one in queries.pictures(scope, search="front")] == [team, door]
        assert queries.pictures(scope, search="front cat") == []


class TestChanging:
    def test_says_something_else_and_keeps_the_picture(self, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at)
        before = queries.shown(scope, picture_id, at_most=600)
        change(scope, picture_id, at=at, description="Our door in winter.", based_on=1)
        assert queries.picture(scope, picture_id).description == "Our door in winter."
        assert queries.shown(scope, picture_id, at_most=600) == before
        assert kinds(scope) == ["picture.changed", "picture.added"]

    def test_tells_the_second_of_two_who_change_it(self, scope: Scope, at: datetime) -> None:
        picture_id = added(scope, at=at)
        change(scope, picture_id, at=at, name="First", based_on=1)
        with pytest.raises(Refusal) as refused:
            change(scope, picture_id, at=at, name="Second", based_on=1)
        assert refused.value.code == "changed_meanwhile"
        assert queries.picture(scope, picture_id).name == "First"

    def test_seals_it_anew_when_it_turns_out_to_show_a_patient(self, scope: Scope, at: datetime) -> None:
        patient_id, document_id = agreed(scope, at=at)
        picture_id = added(scope, at=at)
        before = queries.shown(scope, picture_id, at_most=1200)
        change(scope, picture_id, at=at, shows_people=People.PATIENT, authorization_id=document_id)
        assert queries.picture(scope, picture_id).patient_id == patient_id
        assert queries.shown(scope, picture_id, at_most=1200) == before
        with in_scope(scope):
            assert {row.sealed_under for row in RenditionRow.objects.all()} == {"person"}
        change(scope, picture_id, at=at, shows_people=People.STAFF)
        assert queries.picture(scope, picture_id).patient_id is None
        assert queries.shown(scope, picture_id, at_most=1200) == before

    def test_archives_and_restores(self, scope: Scope, at: datetime, today: date) -> None:
        picture_id = added(scope, at=at)
        for _ in range(2):
            actions.archive(scope, picture_id, at=at)
        assert queries.pictures(scope) == []
        assert [one.id for one in queries.pictures(scope, archived=True)] == [picture_id]
        assert queries.unusable(scope, [picture_id], today=today) == {picture_id: Unusable.ARCHIVED}
        assert queries.looks(scope, [picture_id], today=today) == {}
        actions.restore(scope, picture_id, at=at)
        assert queries.unusable(scope, [picture_id], today=today) == {}
        assert kinds(scope) == ["picture.restored", "picture.archived", "picture.added"]

    def test_takes_out_for_good_only_from_the_archive(self, scope: Scope, at: datetime, today: date) -> None:
        picture_id = added(scope, at=at)
        with pytest.raises(Refusal, match="archive first"):
            actions.remove(scope, picture_id, at=at)
        actions.archive(scope, picture_id, at=at)
        actions.remove(scope, picture_id, at=at)
        assert queries.unusable(scope, [picture_id], today=today) == {picture_id: Unusable.REMOVED}
        assert (queries.room(scope).pictures, queries.pictures(scope, archived=True)) == (0, [])
        with in_scope(scope):
            assert not RenditionRow.objects.exists()
            assert PictureRow.objects.get().sealed is None


def change(scope: Scope, picture_id: UUID, *, at: datetime, **changes: object) -> None:
    told = {
        "name": "Front door", "description": "Our front door.", "shows_people": People.NOBODY, "authorization_id": None,
        **changes,
    }  # fmt: skip
    actions.change(scope, picture_id, at=at, **told)  # type: ignore[arg-type]


@pytest.mark.row("MKT-19")
def test_a_patient_is_shown_while_the_authorization_is_in_force(
    scope: Scope, at: datetime, today: date
) -> None:
    patient_id, document_id = agreed(scope, at=at)
    picture_id = added_of_patient(scope, document_id, at=at)
    one = queries.picture(scope, picture_id)
    assert (one.patient_id, one.authorization_id) == (patient_id, document_id)
    assert set(queries.looks(scope, [picture_id], today=today)) == {picture_id}


@pytest.mark.row("MKT-19")
def test_revoking_keeps_the_picture_out_of_mail_at_once(scope: Scope, at: datetime, today: date) -> None:
    patient_id, document_id = agreed(scope, at=at)
    picture_id = added_of_patient(scope, document_id, at=at)
    authorizations.revoke(scope, patient_id, document_id, source=Source.PHONE, at=at + timedelta(minutes=1))
    assert queries.looks(scope, [picture_id], today=today) == {}
    assert queries.unusable(scope, [picture_id], today=today) == {picture_id: Unusable.REVOKED}
    with pytest.raises(Refusal) as refused:
        added_of_patient(scope, document_id, at=at + timedelta(minutes=2))
    assert refused.value.code == "authorization_not_in_force"


@pytest.mark.row("MKT-19")
def test_a_patient_is_shown_until_the_last_day_of_the_authorization(
    scope: Scope, at: datetime, today: date
) -> None:
    _, document_id = agreed(scope, at=at)
    picture_id = added_of_patient(scope, document_id, at=at)
    last = authorizations_document(scope, document_id, today).expires_on
    assert last is not None
    assert queries.unusable(scope, [picture_id], today=last) == {}
    assert queries.unusable(scope, [picture_id], today=last + timedelta(days=1)) == {
        picture_id: Unusable.EXPIRED
    }


@pytest.mark.row("MKT-19")
def test_an_authorization_for_something_else_lets_nobody_be_shown(scope: Scope, at: datetime) -> None:
    """Who agreed to get offers has not agreed to be in them."""
    offers = story(scope, at=at, purposes=("own_services",))
    _, document_id = agreed(scope, at=at, version_id=offers)
    with pytest.raises(Refusal) as refused:
        added_of_patient(scope, document_id, at=at)
    assert refused.value.code == "authorization_not_in_force"


@pytest.mark.row("MKT-19")
def test_the_database_itself_refuses_a_patient_without_a_document(scope: Scope, at: datetime) -> None:
    picture_id = added(scope, at=at)
    for wrong in (
        {"people": "patient"},
        {"patient_id": new_id()},
        {"people": "someone"},
        {"sealed_under": "person"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), in_scope(scope):
            PictureRow.objects.filter(id=picture_id).update(**wrong)


@pytest.mark.row("MKT-19")
def test_who_may_not_see_patients_neither_links_nor_finds_what_is_not_to_be_shown(
    scope: Scope, at: datetime, today: date
) -> None:
    patient_id, document_id = agreed(scope, at=at)
    writer = replace(scope, rights=frozenset({Right.WRITE_MESSAGES.value}))
    with pytest.raises(NotAllowed):
        added_of_patient(writer, document_id, at=at)
    picture_id = added_of_patient(scope, document_id, at=at)
    with pytest.raises(NotAllowed):
        change(writer, picture_id, at=at)
    found = queries.pictures(writer)
    assert queries.seen_by(writer, found, today=today) == found
    authorizations.revoke(scope, patient_id, document_id, source=Source.PHONE, at=at + timedelta(minutes=1))
    assert queries.seen_by(writer, found, today=today) == []
    assert queries.seen_by(scope, found, today=today) == found


@pytest.mark.row("MKT-19")
def test_offers_the_forms_in_force_that_fit(scope: Scope, at: datetime, today: date) -> None:
    from bedside.records.authorizations.disclosing import offered_disclosures

    version_id = story(scope, at=at)
    patient_id, document_id = agreed(scope, at=at, version_id=version_id)
    agreed(scope, at=at, version_id=story(scope, at=at, purposes=("own_services",)))
    other_id, revoked = agreed(scope, at=at, version_id=version_id)
    authorizations.revoke(scope, other_id, revoked, source=Source.PHONE, at=at + timedelta(minutes=1))
    [found] = offered_disclosures(scope, today=today)
    assert (found.document_id, found.patient_id, found.in_force) == (document_id, patient_id, True)


def authorizations_document(scope: Scope, document_id: UUID, today: date) -> object:
    from bedside.records.authorizations.disclosing import disclosure

    return disclosure(scope, document_id, today=today)


class TestLooks:
    def test_gives_a_mail_what_it_needs(self, scope: Scope, at: datetime, today: date) -> None:
        large = added(scope, at=at, content=photo(1600, 1200))
        small = added(scope, at=at, content=saved(logo(200, 100), "PNG"), decorative=True)
        found = queries.looks(scope, [large, small, new_id()], today=today)
        assert set(found) == {large, small}
        assert (found[large].width, found[large].height) == (600, 450)
        assert (found[small].width, found[small].height, found[small].description) == (200, 100, "")
        assert found[large].address.startswith("http://localhost/p/")
        assert found[large].address.endswith("/1200")

    def test_an_address_names_nobody_and_stays_the_same(self, scope: Scope, at: datetime) -> None:
        patient_id, document_id = agreed(scope, at=at)
        picture_id = added_of_patient(scope, document_id, at=at)
        address = queries.address_of(scope, picture_id)
        assert address == queries.address_of(scope, picture_id)
        token = address.split("/")[-2]
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        for known in (patient_id, picture_id, scope.practice_id, document_id):
            assert known.bytes not in raw
            assert known.hex not in token

    def test_a_token_that_was_changed_opens_nothing(self, scope: Scope) -> None:
        link = PictureLink(practice_id=scope.practice_id, picture_id=new_id())
        token = seal_picture_link(link)
        assert open_picture_link(token) == link
        for place in range(len(token)):
            other = "A" if token[place] != "A" else "B"
            assert open_picture_link(token[:place] + other + token[place + 1 :]) is None
        for wrong in ("", token[:-1], token + "A", "ä" * len(token), "A" * len(token), f"{token[:-1]}="):
            assert open_picture_link(wrong) is None
