"""Sign-up forms as staff make, publish and retire them; keys shown once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from bedside.records.signups import actions, queries
from tests.records.signups.forms import answers, definition, promise, published, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope

AMISS = 422


@pytest.fixture
def client(signed_in: Callable[[str], Client]) -> Client:
    return signed_in("omar")


def typed(**changes: Any) -> dict[str, Any]:
    whole = {
        "name": "Desk", "relationship": "patient", "categories": ["newsletter"], "asked": ["first_name"],
        "websites": "https://www.maple.example/", "title_en": "Tips", "why_en": "Ideas.", "based_on": "1",
    }  # fmt: skip
    return {**whole, **changes}


def test_staff_make_look_at_publish_and_retire_a_form(client: Client, scope: Scope, at: datetime) -> None:
    promise(scope, at=at)
    where = client.post("/sign-ups/new/").headers["Location"]
    client.post(where, typed())
    [made] = queries.forms(scope)
    assert (made.definition.name, made.definition.websites) == ("Desk", ("https://www.maple.example",))
    piece = client.post(
        f"{where}check/", typed(why_en="Other ideas."), headers={"HX-Request": "true"}
    ).content.decode()
    assert "Other ideas." in piece
    assert "At most 4 mails a month." in piece
    assert queries.form(scope, made.id).definition.texts["en"].why == "Ideas."
    client.post(f"{where}publish/", {"based_on": "2"})
    assert queries.form(scope, made.id).is_open
    page = client.get(where).content.decode()
    assert page.count(made.address) == 4
    client.post(f"{where}retire/")
    assert queries.form(scope, made.id).is_retired


@pytest.mark.row("CON-10")
def test_a_form_without_a_stated_frequency_is_not_published(
    client: Client, scope: Scope, at: datetime
) -> None:
    form_id = actions.save_form(scope, None, definition(), at=at)
    answer = client.post(f"/sign-ups/{form_id}/publish/", {"based_on": "1"})
    assert answer.status_code == AMISS
    assert "how often" in answer.content.decode()
    assert not queries.form(scope, form_id).is_open


def test_what_somebody_else_saved_is_not_overwritten(client: Client, scope: Scope, at: datetime) -> None:
    form_id = actions.save_form(scope, None, definition(), at=at)
    actions.save_form(scope, form_id, definition(name="Theirs"), based_on=1, at=at)
    answer = client.post(f"/sign-ups/{form_id}/", typed())
    assert answer.status_code == AMISS
    assert 'value="Desk"' in answer.content.decode()
    assert queries.form(scope, form_id).definition.name == "Theirs"


def test_the_list_counts_who_waits(client: Client, scope: Scope, at: datetime) -> None:
    form = published(scope, at=at)
    send(scope, form, answers(), at=at)
    page = re.sub(r"\s+", " ", client.get("/sign-ups/").content.decode())
    assert "Open, version 1" in page
    assert re.findall(r'<td class="num"[^>]*>([^<]*)</td>', page) == ["1", "0", "0"]


def test_a_key_is_shown_once(client: Client, scope: Scope) -> None:
    answer = client.post("/sign-ups/keys/", {"act": "make", "name": "website"})
    assert "bedside_intake_" in answer.content.decode()
    again = client.get("/sign-ups/keys/").content.decode()
    assert "bedside_intake_" not in again
    assert "website" in again
    client.post("/sign-ups/keys/", {"act": "revoke", "name": "website"})
    [key] = queries.intake_keys(scope)
    assert key.revoked_at is not None
