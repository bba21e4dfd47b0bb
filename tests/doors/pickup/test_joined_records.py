"""Links in mails to a record that was joined to another: what is said by them holds for the one that is mailed now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import Refusal
from bedside.records.charts.merging import merge_people
from bedside.records.consent import actions, queries
from bedside.records.consent.rules import Answer, Category, Source
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def stays(scope: Scope, at: datetime, jane: UUID) -> UUID:
    """The record that Jane's became after the mail had gone out: with another address, and a yes."""
    other = add_patient(scope, at=at, email="jane@example.net").id
    actions.grant(scope, other, category=Category.OFFERS, source=Source.PHONE, at=at)
    merge_people(scope, from_patient=jane, to_patient=other, at=at)
    return other


def offers(scope: Scope, patient_id: UUID) -> Answer:
    return queries.permissions_of(scope, [patient_id])[patient_id].permissions[Category.OFFERS].answer


@pytest.mark.parametrize("body", [ONE_CLICK, {}], ids=["a mail program", "a person"])
def test_a_no_holds_for_the_record_that_is_mailed_now(
    door: Client, scope: Scope, stays: UUID, token_for: Callable[[object], str], body: dict[str, str]
) -> None:
    assert offers(scope, stays) is Answer.GRANTED
    assert door.post(f"/u/{token_for(Category.OFFERS)}", body).status_code == 200
    assert offers(scope, stays) is Answer.REFUSED


def test_a_choice_holds_for_the_record_that_is_mailed_now(
    door: Client, scope: Scope, stays: UUID, token_for: Callable[[object], str]
) -> None:
    door.post(f"/p/{token_for(Category.OFFERS)}", {"act": "stop_all"})
    assert queries.permissions_of(scope, [stays])[stays].stopped_everything_at is not None


def test_an_old_link_shows_no_address_and_says_no_yes(
    door: Client, scope: Scope, stays: UUID, token_for: Callable[[object], str]
) -> None:
    token = token_for(Category.NEWSLETTER)
    assert "example.net" not in door.get(f"/p/{token}").content.decode()
    door.post(f"/p/{token}", {"newsletter": "yes"})
    held = queries.permissions_of(scope, [stays])[stays]
    assert held.permissions[Category.NEWSLETTER].answer is not Answer.GRANTED


def test_takes_no_word_of_what_is_left_of_a_record(
    scope: Scope, at: datetime, jane: UUID, stays: UUID
) -> None:
    """As from a page that staff had open while somebody else joined the two."""
    with pytest.raises(Refusal) as refused:
        actions.refuse(scope, jane, category=Category.OFFERS, source=Source.PHONE, at=at)
    assert refused.value.code == "joined_record"
    assert offers(scope, stays) is Answer.GRANTED
