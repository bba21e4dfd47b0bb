"""Pictures of the practice in messages: drawn the same for ever, and kept back on the day they may not go out (MKT-19)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bedside.decisions.composer import actions, brands, previews, queries
from bedside.decisions.composer.rules import Block, Brand, Document, Kind
from bedside.decisions.composer.rules.branding import BrandRefused
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.records.media import actions as media
from bedside.records.media.rules import Unusable
from tests.records.media.library import added

pytestmark = pytest.mark.django_db


def drafted(picture_id):
    blocks = (
        Block(kind=Kind.HEADER),
        Block(kind=Kind.TOPIC, heading="Topic", text="Words", picture=str(picture_id)),
    )
    return {
        "message_class": MessageClass.GENERAL_HEALTH,
        "document": Document(blocks=blocks),
        "subject": "News",
    }


def saved(scope, at, picture_id):
    message_id = actions.create(scope, name="News", starter="blank", at=at)
    draft = replace(queries.draft_of(scope, message_id, revision=None), **drafted(picture_id))
    return message_id, actions.edit(scope, message_id, draft, based_on_revision=1, at=at), draft


def test_picture_is_fetched_from_our_door_and_says_what_it_shows(scope, at):
    picture_id = added(scope, at=at, description="A room with plants")
    message_id, number, draft = saved(scope, at, picture_id)
    content = queries.compiled(scope, message_id, number, remuneration=False)
    assert 'alt="A room with plants"' in content.html
    assert "[A room with plants]" in content.text
    assert str(picture_id) not in content.html
    assert queries.problems(scope, draft, at=at) == []


def test_picture_that_may_not_go_out_is_told_and_changes_no_approved_byte(scope, at):
    picture_id = added(scope, at=at)
    message_id, number, draft = saved(scope, at, picture_id)
    before = queries.compiled(scope, message_id, number, remuneration=False)
    today = at.date()
    assert queries.unusable_pictures(scope, message_id, number, today=today) == {}
    media.archive(scope, picture_id, at=at)
    assert queries.unusable_pictures(scope, message_id, number, today=today) == {
        picture_id: Unusable.ARCHIVED
    }
    assert [(one.block, one.code) for one in queries.problems(scope, draft, at=at)] == [(2, "picture")]
    assert [one.code for one in previews.preview_draft(scope, draft, at=at).problems] == ["picture"]
    assert queries.compiled(scope, message_id, number, remuneration=False) == before


@pytest.mark.parametrize("other", ["strangers", "nobodys"])
def test_picture_of_another_practice_is_as_if_there_were_none(scope, stranger_scope, at, other):
    picture_id = added(stranger_scope, at=at) if other == "strangers" else new_id()
    message_id, number, draft = saved(scope, at, picture_id)
    assert [(one.block, one.code) for one in queries.problems(scope, draft, at=at)] == [(2, "picture")]
    with pytest.raises(Refusal, match="not ready"):
        queries.compiled(scope, message_id, number, remuneration=False)


def test_logo_is_one_of_the_practices_own_pictures(scope, stranger_scope, at):
    logo = added(scope, at=at)
    actions.save_brand(scope, Brand(logo=logo), based_on=None, at=at)
    message_id, number, _ = saved(scope, at, added(scope, at=at))
    html = queries.compiled(scope, message_id, number, remuneration=False).html
    assert html.count("<img") == 2
    media.archive(scope, logo, at=at)
    assert queries.unusable_pictures(scope, message_id, number, today=at.date()) == {logo: Unusable.ARCHIVED}
    for wrong in (logo, added(stranger_scope, at=at)):
        with pytest.raises(BrandRefused) as refused:
            actions.save_brand(scope, Brand(logo=wrong, signature="x"), based_on=1, at=at)
        assert refused.value.part == "logo"
    assert brands.brand_number(scope) == 1
