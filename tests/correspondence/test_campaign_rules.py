"""Which verb is for which state; what an approval is bound to."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bedside.correspondence.campaigns.rules import (
    TRANSITIONS,
    Approvable,
    CampaignState,
    Verb,
    approval_hash,
    audience_digest,
    next_state,
    verbs_from,
)
from bedside.ground.errors import Refusal

S, V = CampaignState, Verb

EVERY_CELL = [(state, verb) for state in CampaignState for verb in Verb]


@pytest.mark.parametrize(("state", "verb"), EVERY_CELL)
def test_only_listed_verbs_move_a_campaign(state, verb):
    if (state, verb) in TRANSITIONS:
        assert next_state(state, verb) is TRANSITIONS[state, verb]
    else:
        with pytest.raises(Refusal):
            next_state(state, verb)


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (S.DRAFT, {V.EDIT, V.SUBMIT, V.CANCEL}),
        (S.PREPARING, {V.ASK_APPROVAL, V.WITHDRAW}),
        (S.WAITING_FOR_APPROVAL, {V.WITHDRAW, V.APPROVE, V.REJECT, V.CANCEL}),
        (S.APPROVED, {V.WITHDRAW, V.SCHEDULE, V.CANCEL}),
        (S.SCHEDULED, {V.WITHDRAW, V.START, V.PAUSE, V.CANCEL}),
        (S.SENDING, {V.PAUSE, V.CANCEL, V.FINISH}),  # never back to draft once somebody was written to
        (S.PAUSED, {V.RESUME, V.CANCEL}),
        (S.FINISHED, set()),
        (S.CANCELLED, set()),
    ],
)
def test_each_state_allows_exactly_these(state, verbs):
    assert verbs_from(state) == verbs


def test_nothing_is_sent_without_approval():
    """Every way from draft to sending leads through approve."""
    reached, frontier = {S.DRAFT}, [S.DRAFT]
    while frontier:
        here = frontier.pop()
        for (origin, verb), following in TRANSITIONS.items():
            if origin is here and verb is not V.APPROVE and following not in reached:
                reached.add(following)
                frontier.append(following)
    assert S.SENDING not in reached
    assert S.SCHEDULED not in reached


APPROVABLE = Approvable(
    campaign_id=UUID(int=1),
    content_hash=b"c" * 32,
    audience_rule=b'{"all":[]}',
    audience_digest=b"d" * 32,
    audience_count=3,
    sender_name="Maple",
    sender_address="hello@maple.example",
    reply_address="",
    postal_address="1 Maple Street",
    message_class="marketing",
    category="offers",
    purpose="offer",
    remuneration=False,
    basis_recorded=False,
    send_at=None,
    authorization_purpose="",
    sensitivities=(),
    revealed="",
)
CHANGES = {
    "campaign_id": UUID(int=2),
    "content_hash": b"x" * 32,
    "audience_rule": b'{"any":[]}',
    "audience_digest": b"y" * 32,
    "audience_count": 4,
    "sender_name": "Elm",
    "sender_address": "hello@elm.example",
    "reply_address": "reply@maple.example",
    "postal_address": "2 Maple Street",
    "message_class": "treatment",
    "category": "reminders",
    "purpose": "remind",
    "remuneration": True,
    "basis_recorded": True,
    "send_at": datetime(2026, 12, 1, tzinfo=UTC),
    "authorization_purpose": "cosmetic_offers",
    "sensitivities": ("hiv_sti",),
    "revealed": "condition",
    "found": "ab" * 32,
}


@pytest.mark.parametrize("name", [field.name for field in fields(Approvable)])
def test_every_single_change_gives_another_hash(name):
    assert approval_hash(replace(APPROVABLE, **{name: CHANGES[name]})) != approval_hash(APPROVABLE)


def test_parts_of_the_hash_cannot_slide_into_each_other():
    one = replace(APPROVABLE, sender_name="ab", sender_address="c")
    other = replace(APPROVABLE, sender_name="a", sender_address="bc")
    assert approval_hash(one) != approval_hash(other)


def test_audience_digest_is_about_everybody():
    people = b"".join(UUID(int=number).bytes for number in range(5))
    assert audience_digest(people) != audience_digest(people[:-16])
    assert audience_digest(people) != audience_digest(people[16:])
