"""The page of the brand kit: what is typed is kept, what cannot be read is refused with what can."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bedside.decisions.composer import actions, brands
from bedside.decisions.composer.rules import Brand

pytestmark = pytest.mark.django_db


def typed(**changes: str) -> dict[str, str]:
    return {
        "based_on": "0", "do": "save", "strong": "#1f5fa8", "pale": "#e9f1fa", "font": "georgia",
        "signature": "Zq wishes", "social-facebook": "https://facebook.com/maple", **changes,
    }  # fmt: skip


def test_saves_what_was_chosen_and_shows_it(signed_in, scope):
    client = signed_in("ana")
    assert client.post(reverse("message_brand"), typed()).status_code == 302
    saved = brands.brand(scope, number=None)
    assert (saved.strong, saved.font, saved.signature) == ("#1f5fa8", "georgia", "Zq wishes")
    assert "Zq wishes" in client.get(reverse("message_brand")).content.decode()
    assert "#1f5fa8" in client.get(reverse("message_brand_frame")).content.decode()


def test_colour_that_cannot_be_read_is_refused_with_the_nearest_and_nothing_is_lost(signed_in, scope):
    client = signed_in("ana")
    answer = client.post(reverse("message_brand"), typed(strong="#7fb3ff"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Zq wishes" in page
    assert brands.brand_number(scope) is None
    nearest = answer.context["refused"].nearest
    taken = client.post(reverse("message_brand"), typed(strong="#7fb3ff", do=f"strong-{nearest}"))
    assert taken.context["kit"].strong == nearest
    kept = typed(strong=nearest, pale=taken.context["kit"].pale)
    assert client.post(reverse("message_brand"), kept).status_code == 302


def test_tint_follows_the_main_colour_if_asked(signed_in, scope):
    signed_in("ana").post(
        reverse("message_brand"), typed(strong="#7a3b73", pale="#000000", pale_follows="on")
    )
    assert brands.brand(scope, number=None).pale != "#000000"


def test_second_of_two_who_save_is_told_and_keeps_what_was_typed(signed_in, scope, at):
    client = signed_in("ana")
    actions.save_brand(scope, Brand(signature="Of somebody else"), based_on=None, at=at)
    answer = client.post(reverse("message_brand"), typed())
    assert answer.status_code == 409
    assert "Zq wishes" in answer.content.decode()
    assert client.post(reverse("message_brand"), typed(based_on="1")).status_code == 302


def test_picture_of_what_is_typed_saves_nothing_and_can_do_nothing(signed_in, scope):
    answer = signed_in("ana").post(reverse("message_brand_frame"), typed(strong="#7a3b73", pale="#f6ecf4"))
    assert "#7a3b73" in answer.content.decode()
    assert brands.brand_number(scope) is None
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("changes", [{"font": "comic"}, {"based_on": "x"}])
def test_forms_that_no_page_sends_are_refused(signed_in, scope, changes):
    assert signed_in("ana").post(reverse("message_brand"), typed(**changes)).status_code == 422
    assert brands.brand_number(scope) is None


def test_others_do_not_see_it(signed_in):
    client = signed_in("chloe")
    assert client.get(reverse("message_brand")).status_code == 403
    assert client.get(reverse("message_brand_frame")).status_code == 403
