"""Saying yes by link: only whoever reads the present mailbox, never against what staff recorded, and a short undo."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground import clock
from bedside.records.consent import actions, queries
from bedside.records.consent.links import seal_link
from bedside.records.consent.rules import Answer, Category, ImportedPermission, Source, SuppressionReason
from bedside.records.patients import actions as patients
from bedside.records.patients import queries as patient_queries
from tests.records.consent.people import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
_ASK = "please ask us in person or by phone"


def answer(scope: Scope, patient_id: UUID, category: Category = Category.OFFERS) -> Answer:
    return queries.permissions_of(scope, [patient_id])[patient_id].permissions[category].answer


def click_of(page: str) -> str:
    """The proof of the click that a page holds."""
    found = re.search(r'name="click" value="([^"]+)"', page)
    return found[1] if found else ""


@pytest.fixture(params=["too old", "to another address", "of no campaign", "of the first format"])
def weak(request: pytest.FixtureRequest, token_for: Callable[..., str], scope: Scope, jane: UUID) -> str:
    """A link for offers that is good for saying no only."""
    if request.param == "of the first format":
        return seal_link(
            practice_id=scope.practice_id, patient_id=jane, campaign_id=jane, category=Category.OFFERS
        )
    changes = {
        "too old": {"days": 61},
        "to another address": {"address": "former@example.net"},
        "of no campaign": {"of_campaign": False},
    }
    return token_for(Category.OFFERS, **changes[request.param])


def test_a_weak_link_says_no_and_never_yes(
    door: Client, scope: Scope, jane: UUID, at: datetime, weak: str
) -> None:
    actions.refuse(scope, jane, category=Category.NEWSLETTER, source=Source.UNSUBSCRIBE_LINK, at=at)
    page = door.post(f"/p/{weak}", {"newsletter": "yes", "services": "yes", "offers": "no"})
    assert "We could not start all the mails" in page.content.decode()
    assert answer(scope, jane, Category.NEWSLETTER) is Answer.REFUSED
    assert answer(scope, jane, Category.SERVICES) is Answer.UNKNOWN
    assert answer(scope, jane) is Answer.REFUSED
    door.post(f"/p/{weak}", {"act": "stop_all"})
    refused = door.post(f"/p/{weak}", {"act": "resume"}).content.decode()
    assert _ASK in refused
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is not None


def test_a_weak_link_without_the_click_undoes_nothing(
    door: Client, scope: Scope, jane: UUID, weak: str
) -> None:
    """Somebody else's click: whoever undoes it does not hold the page that answered it."""
    door.post(f"/u/{weak}", ONE_CLICK)
    for forged in ({}, {"click": "x:y:z"}):
        page = door.post(f"/u/{weak}/undo?lang=es", forged)
        assert page.status_code == 403
        assert "hable con nosotros" in page.content.decode()
    assert answer(scope, jane) is Answer.REFUSED


@pytest.mark.parametrize("before", [Answer.UNKNOWN, Answer.GRANTED, Answer.REFUSED])
def test_ones_own_click_can_be_undone_at_once_and_gives_no_more_than_was(
    door: Client, scope: Scope, jane: UUID, at: datetime, weak: str, before: Answer
) -> None:
    if before is not Answer.UNKNOWN:
        said = ImportedPermission(
            patient_id=jane, category=Category.OFFERS, granted=before is Answer.GRANTED, source="import:1"
        )
        actions.record_imported(scope, [said], [], at=at)
    held = queries.permissions_of(scope, [jane])
    click = click_of(door.post(f"/u/{weak}", ONE_CLICK).content.decode())
    assert answer(scope, jane) is Answer.REFUSED
    assert door.post(f"/u/{weak}/undo", {"click": click}).status_code == 200
    assert queries.permissions_of(scope, [jane]) == held
    assert queries.suppressed_addresses(scope, {jane: ADDRESS}) == {}


def test_a_click_is_undone_for_an_hour_only(
    door: Client, scope: Scope, jane: UUID, weak: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    click = click_of(door.post(f"/u/{weak}", ONE_CLICK).content.decode())
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert door.post(f"/u/{weak}/undo", {"click": click}).status_code == 403
    assert answer(scope, jane) is Answer.REFUSED


def test_a_click_that_changed_nothing_gives_nothing_to_undo(
    door: Client, scope: Scope, jane: UUID, weak: str
) -> None:
    door.post(f"/u/{weak}", ONE_CLICK)
    page = door.post(f"/u/{weak}", ONE_CLICK).content.decode()
    assert click_of(page) == ""
    assert "/undo" not in page


def test_a_stop_of_everything_on_the_page_can_be_taken_back_at_once(
    door: Client, scope: Scope, jane: UUID, weak: str
) -> None:
    click = click_of(door.post(f"/p/{weak}", {"act": "stop_all"}).content.decode())
    door.post(f"/p/{weak}", {"act": "resume", "click": click})
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is None
    assert queries.suppressed_addresses(scope, {jane: ADDRESS}) == {}


@pytest.mark.parametrize("source", [Source.PAPER, Source.PHONE, Source.IN_PERSON])
@pytest.mark.parametrize("clicked_first", [True, False])
def test_no_link_turns_round_what_staff_recorded(
    door: Client, scope: Scope, jane: UUID, at: datetime, token_for: Callable[..., str], source: Source,
    *, clicked_first: bool,
) -> None:  # fmt: skip
    token = token_for(Category.OFFERS)
    click = click_of(door.post(f"/u/{token}", ONE_CLICK).content.decode()) if clicked_first else ""
    actions.refuse(scope, jane, category=Category.OFFERS, source=source, at=at)
    assert door.post(f"/u/{token}/undo", {"click": click}).status_code == 403
    page = door.post(f"/p/{token}", {"offers": "yes", "newsletter": "yes"}).content.decode()
    assert "We could not start all the mails" in page
    assert answer(scope, jane) is Answer.REFUSED
    assert answer(scope, jane, Category.NEWSLETTER) is Answer.GRANTED


@pytest.mark.parametrize("clicked_first", [True, False])
def test_no_link_ends_a_stop_that_staff_recorded(
    door: Client,
    scope: Scope,
    jane: UUID,
    at: datetime,
    token_for: Callable[..., str],
    *,
    clicked_first: bool,
) -> None:
    token = token_for(None)
    click = click_of(door.post(f"/u/{token}", ONE_CLICK).content.decode()) if clicked_first else ""
    actions.stop_everything(scope, jane, source=Source.PHONE, at=at)
    assert door.post(f"/u/{token}/undo", {"click": click}).status_code == 403
    door.post(f"/p/{token}", {"newsletter": "yes"})
    held = queries.permissions_of(scope, [jane])[jane]
    assert held.stopped_everything_at is not None
    assert held.permissions[Category.NEWSLETTER].answer is Answer.UNKNOWN


def test_no_link_lifts_an_address_that_staff_was_asked_to_suppress(
    door: Client, scope: Scope, jane: UUID, at: datetime, token_for: Callable[..., str]
) -> None:
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.ASKED, at=at)
    assert door.post(f"/u/{token_for(Category.OFFERS)}/undo").status_code == 403
    assert queries.suppressed_addresses(scope, {jane: ADDRESS})[jane].covers(Category.OFFERS)


def test_shows_nothing_of_an_address_the_link_was_not_sent_to(
    door: Client, scope: Scope, jane: UUID, at: datetime, token_for: Callable[..., str]
) -> None:
    token = token_for(Category.OFFERS)
    assert "j•••@example.org" in door.get(f"/p/{token}").content.decode()
    moved = replace(patient_queries.get(scope, jane), email="new.name@elsewhere.example.net")
    patients.change(scope, moved, at=at)
    for response in (door.get(f"/u/{token}"), door.get(f"/p/{token}"), door.post(f"/u/{token}")):
        text = response.content.decode()
        assert "•••" not in text
        assert "elsewhere" not in text
    assert answer(scope, jane) is Answer.REFUSED
