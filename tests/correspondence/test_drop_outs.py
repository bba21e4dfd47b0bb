"""Who drops out of a campaign and why: counted, kept, and changed for many at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.correspondence.campaigns import actions, queries
from bedside.doors.web.campaigns import dropping
from bedside.records.consent import actions as consent
from bedside.records.consent.letter_claims import letters_of
from bedside.records.consent.rules import Category, LetterKind
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from tests.correspondence.building import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

ADDRESSES = "campaign_confirm_addresses"


@pytest.fixture
def campaign_id(scope_of: Callable[[str], Scope], people: list[Patient], at: datetime) -> UUID:
    """Three of the twelve said no, one of them to all mail."""
    ana = scope_of("ana")
    for one in people[:2]:
        consent.refuse(ana, one.id, category=Category.NEWSLETTER, source="phone", at=at)
    consent.stop_everything(ana, people[2].id, source="phone", at=at)
    made = actions.create(ana, make_plan(ana, at=at), at=at)
    actions.submit(ana, made, at=at)
    return made


@pytest.fixture
def unproven(monkeypatch: pytest.MonkeyPatch, people: list[Patient], campaign_id: UUID) -> list[UUID]:
    """Five people of the campaign, as if their addresses were not proven."""
    found = [one.id for one in people[:5]]
    monkeypatch.setattr(dropping, "_unproven", lambda scope, which: found)  # noqa: ARG005
    return found


def letters(scope: Scope, at: datetime) -> int:
    return sum(one.kind is LetterKind.CONFIRM_ADDRESS for one in letters_of(scope, at=at))


@pytest.mark.row("MKT-25")
def test_the_ledger_keeps_who_was_dropped_for_what_and_the_page_says_the_same(
    signed_in: Callable[[str], Client], scope: Scope, campaign_id: UUID
) -> None:
    """The ledger is added to and never changed: a leaf for each person, and the counts of all of them."""
    (frozen,) = entries(
        scope, before_id=None, kind="campaign.audience_frozen", actor_id="", subject=str(campaign_id), limit=5
    )
    asked = entries(scope, before_id=None, kind="campaign.gate_asked", actor_id="", subject="", limit=50)
    kept: Counter[str] = Counter()
    for one in asked:
        if one.details["decision"] != "allow":
            kept[str(one.details["code"])] += one.count
    shown = {one.line.code: one.line.length for one in dropping.drop_outs(scope, campaign_id)}
    assert shown == dict(kept)
    assert sum(shown.values()) == frozen.details["suppressed"] + frozen.details["held"] == 3
    text = signed_in("omar").get(reverse("campaign_dropping", args=[campaign_id])).content.decode()
    for one in dropping.drop_outs(scope, campaign_id):
        assert one.line.citation
        assert one.line.citation in text.replace("&#x27;", "'")
    assert "Only they can change it." in text


def test_gives_counts_without_a_person_as_a_file(
    signed_in: Callable[[str], Client], campaign_id: UUID, people: list[Patient]
) -> None:
    answer = signed_in("omar").get(reverse("campaign_drop_counts", args=[campaign_id]))
    text = answer.content.decode()
    assert "what_would_change_it" in text.splitlines()[0]
    assert "stopped_everything" in text
    assert not any(one.email in text for one in people)


def test_sends_confirmation_mails_once_in_30_days(
    signed_in: Callable[[str], Client], scope: Scope, campaign_id: UUID, unproven: list[UUID], at: datetime
) -> None:
    client, address = signed_in("omar"), reverse(ADDRESSES, args=[campaign_id])
    assert "5 of 5 can be asked now" in client.get(address).content.decode()
    assert letters(scope, at) == 0  # asking to see the page sends nothing
    assert client.post(address).status_code == 302
    assert letters(scope, at) == 5
    assert "There is nobody left to ask." in client.get(address).content.decode()
    client.post(address)
    assert letters(scope, at) == 5


def test_goes_on_where_there_are_more_than_one_page_can_ask(
    signed_in: Callable[[str], Client],
    scope: Scope,
    campaign_id: UUID,
    unproven: list[UUID],
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dropping, "AT_ONCE_MAX", 2)
    client, address = signed_in("omar"), reverse(ADDRESSES, args=[campaign_id])
    answers = [client.post(address).url for _ in range(3)]
    assert answers == [address, address, reverse("campaign_dropping", args=[campaign_id])]
    assert letters(scope, at) == 5


def test_finds_those_whose_address_is_not_proven(
    scope: Scope, scope_of: Callable[[str], Scope], people: list[Patient], at: datetime
) -> None:
    change_profile(scope, replace(profile(scope), address_proof_required=True), at=at)
    ana = scope_of("ana")
    made = actions.create(ana, make_plan(ana, at=at), at=at)
    actions.submit(ana, made, at=at + timedelta(minutes=1))
    held = queries.numbers(scope, made).by_reason
    expected = sum(count for (_, code), count in held.items() if code == dropping.PROVE)
    assert len(dropping._unproven(scope, made)) == expected


def test_only_who_records_consent_may_ask(
    signed_in: Callable[[str], Client], campaign_id: UUID, unproven: list[UUID]
) -> None:
    assert signed_in("ada").post(reverse(ADDRESSES, args=[campaign_id])).status_code == 403
