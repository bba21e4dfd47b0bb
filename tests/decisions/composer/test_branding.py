"""The brand kit: what may be saved, that nothing approved changes with it, and that colours can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.composer import actions, brands, previews, queries
from bedside.decisions.composer.models import BrandRow
from bedside.decisions.composer.rules import Brand
from bedside.decisions.composer.rules.branding import (
    BrandRefused,
    brand_from_json,
    brand_to_json,
    check_brand,
)
from bedside.decisions.composer.rules.document import SHADES, Font, Network
from bedside.decisions.composer.rules.document.colours import (
    CONTRAST_MIN,
    DARK_CARD,
    INK,
    WHITE,
    contrast,
    fits_pale,
    fits_strong,
    light_of,
    nearest_pale,
    nearest_strong,
    pale_of,
)
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import NotAllowed, NotFound
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.queries import entries as ledger

KIT = Brand(
    strong="#1f5fa8",
    pale="#e9f1fa",
    font=Font.GEORGIA,
    signature="Zq kind wishes",
    social=((Network.FACEBOOK, "https://www.facebook.com/maplestreet"),),
)
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


# --- colours (WCAG 2.2, 1.4.3)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54), ("#777777", "#ffffff", 4.48)],
)  # fmt: skip
def test_contrast_is_that_of_the_standard(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@given(COLOURS)
def test_nearest_colour_always_passes_and_leaves_alone_what_does(colour):
    nearest = nearest_strong(colour)
    assert fits_strong(nearest)
    assert (nearest == colour) is fits_strong(colour)
    assert contrast(light_of(nearest), DARK_CARD) >= CONTRAST_MIN


@given(COLOURS)
def test_nearest_is_near(colour):
    """One step lighter on the same way and it fails."""
    nearest = nearest_strong(colour)
    if nearest != colour:
        assert contrast(nearest, WHITE) < CONTRAST_MIN + 0.2


@given(strong=COLOURS.map(nearest_strong), pale=COLOURS)
def test_text_and_links_can_be_read_on_every_tint(strong, pale):
    for tint in (pale_of(strong), nearest_pale(pale, strong=strong)):
        assert fits_pale(tint, strong=strong)
        assert contrast(tint, INK) >= CONTRAST_MIN


def test_ready_made_colours_keep_the_rule():
    for shade in SHADES.values():
        check_brand(Brand(strong=shade.strong, pale=shade.pale))


@pytest.mark.parametrize("colour", ["#7fb3ff", "#ffff00", "#ffffff"])
def test_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(colour):
    with pytest.raises(BrandRefused, match="contrast") as refused:
        check_brand(Brand(strong=colour))
    assert refused.value.part == "strong"
    assert refused.value.nearest in refused.value.sentence
    check_brand(Brand(strong=refused.value.nearest, pale=pale_of(refused.value.nearest)))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"strong": "teal"}, "strong"), ({"strong": "#0F6B68"}, "strong"), ({"strong": "#fff;x"}, "strong"),
        ({"pale": "red"}, "pale"), ({"pale": "#5f6f7f"}, "pale"),
        ({"signature": "x" * 501}, "signature"), ({"signature": "Dear {{ first_name }}"}, "signature"),
        ({"signature": "{{ practice_name"}, "signature"), ({"signature": "a\x00b"}, "signature"),
        ({"signature": "\ud800"}, "signature"),
        ({"social": ((Network.X, "https://evil.example/x"),)}, "social"),
        ({"social": ((Network.X, "https://x.com.evil.example/x"),)}, "social"),
        ({"social": ((Network.X, "http://x.com/me"),)}, "social"),
        ({"social": ((Network.X, "javascript:alert(1)"),)}, "social"),
        ({"social": ((Network.X, "https://x.com/me?utm_source=a"),)}, "social"),
        ({"social": ((Network.X, "https://x.com/a"), (Network.X, "https://x.com/b"))}, "social"),
    ],
)  # fmt: skip
def test_what_a_kit_may_not_hold_is_refused(changes, part):
    with pytest.raises(BrandRefused) as refused:
        check_brand(replace(KIT, **changes))
    assert refused.value.part == part


def test_kit_comes_back_from_json_as_it_was():
    assert brand_from_json(brand_to_json(KIT)) == KIT
    with pytest.raises(ValueError, match="version"):
        brand_from_json({**brand_to_json(KIT), "version": 2})


# --- in the database


@pytest.mark.django_db
class TestSaved:
    def test_practice_begins_with_none_and_keeps_every_state(self, scope, at):
        assert brands.brand(scope, number=None) == Brand()
        assert actions.save_brand(scope, KIT, based_on=None, at=at) == 1
        changed = replace(KIT, strong="#7a3b73", pale="#f6ecf4")
        assert actions.save_brand(scope, changed, based_on=1, at=at) == 2
        assert brands.brand(scope, number=None) == changed
        assert brands.brand(scope, number=1) == KIT
        assert [line.number for line in brands.brand_history(scope)] == [2, 1]
        kinds = [one.kind for one in ledger(scope, before_id=None, kind="", actor_id="", subject="", limit=9)]
        assert kinds.count("message.brand") == 2

    def test_saving_the_same_again_adds_nothing(self, scope, at):
        actions.save_brand(scope, KIT, based_on=None, at=at)
        assert actions.save_brand(scope, KIT, based_on=1, at=at) == 1

    def test_second_of_two_editors_is_told(self, scope, at):
        actions.save_brand(scope, KIT, based_on=None, at=at)
        with pytest.raises(actions.SavedMeanwhile) as told:
            actions.save_brand(scope, Brand(), based_on=None, at=at)
        assert told.value.revision == 1

    def test_approved_bytes_do_not_change_with_the_kit(self, scope, at):
        message_id = actions.create(scope, name="Autumn", starter="newsletter", at=at)
        draft = replace(
            queries.draft_of(scope, message_id, revision=None), message_class=MessageClass.GENERAL_HEALTH
        )
        first = actions.edit(scope, message_id, draft, based_on_revision=1, at=at)
        before = queries.compiled(scope, message_id, first, remuneration=False)
        actions.save_brand(scope, KIT, based_on=None, at=at)
        assert queries.compiled(scope, message_id, first, remuneration=False) == before
        assert "#1f5fa8" in previews.preview_draft(scope, draft, at=at).preview.html
        second = actions.edit(scope, message_id, draft, based_on_revision=first, at=at)
        assert second == first + 1
        after = queries.compiled(scope, message_id, second, remuneration=False)
        assert after.content_hash != before.content_hash
        assert "Zq kind wishes" in after.text
        assert actions.edit(scope, message_id, draft, based_on_revision=second, at=at) == second

    def test_kit_is_sealed_and_cannot_be_changed_in_the_database(self, scope, at):
        actions.save_brand(scope, KIT, based_on=None, at=at)
        with in_scope(scope), connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(r)::text || encode(sealed, 'escape') FROM composer_brand r")
            assert "Zq kind" not in cursor.fetchone()[0]
        for change in ({"number": 2}, {"sealed": b"x"}):
            with pytest.raises(ProgrammingError), transaction.atomic(), in_scope(scope):
                BrandRow.objects.update(**change)

    def test_strangers_and_readers(self, scope, stranger_scope, scope_of, at):
        actions.save_brand(scope, KIT, based_on=None, at=at)
        assert brands.brand(stranger_scope, number=None) == Brand()
        with pytest.raises(NotFound):
            brands.brand(stranger_scope, number=1)
        with pytest.raises(NotAllowed):
            actions.save_brand(scope_of("chloe"), Brand(), based_on=1, at=at)
