"""Verdicts decided once more from their sealed facts; what campaigns say of how often they wrote; what they bind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bedside.correspondence.campaigns import actions
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.history import mails_of_campaigns
from bedside.correspondence.campaigns.models import CampaignRow, RecipientRow
from bedside.correspondence.campaigns.replaying import recipient_of, replay_recipient
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.consent.actions import refuse
from bedside.records.consent.rules import Category, Sensitivity
from bedside.safeguards.audit.queries import entries
from tests.correspondence.building import approve_as, authorize, make_plan


def submitted(scope, at, **changes):
    campaign_id = actions.create(scope, make_plan(scope, at=at, **changes), at=at)
    actions.submit(scope, campaign_id, at=at)
    return campaign_id


def codes_of(scope, campaign_id, patient_id):
    with in_scope(scope):
        return RecipientRow.objects.get(campaign_id=campaign_id, patient_id=patient_id).codes


def test_replays_a_yes_and_a_no_to_the_same_answer_and_says_so_in_the_ledger(scope, people, at):
    willing, unwilling = people[0], people[1]
    refuse(scope, unwilling.id, category=Category.NEWSLETTER, source="paper", at=at)
    campaign_id = submitted(scope, at)
    for person, decision in ((willing, "allow"), (unwilling, "suppress")):
        number = recipient_of(scope, campaign_id, person.id)
        (replayed,) = replay_recipient(scope, campaign_id, number, at=at)
        assert replayed.is_same
        assert replayed.now.decision.value == decision
        assert replayed.when == "submission"
    kind = "campaign.verdict_replayed"
    assert len(entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=9)) == 2


def test_another_answer_than_on_record_is_told(scope, people, at):
    refuse(scope, people[0].id, category=Category.NEWSLETTER, source="paper", at=at)
    campaign_id = submitted(scope, at)
    number = recipient_of(scope, campaign_id, people[0].id)
    with in_scope(scope):
        RecipientRow.objects.filter(id=number).update(codes=["deceased"])
    (replayed,) = replay_recipient(scope, campaign_id, number, at=at)
    assert not replayed.is_same


def test_nobody_is_found_who_is_not_in_the_campaign(scope, people, at):
    with pytest.raises(NotFound):
        recipient_of(scope, submitted(scope, at), new_id())


@pytest.mark.row("AUT-04", "MKT-03")
def test_marketing_goes_to_people_who_signed_for_its_purpose(scope, people, at):
    later = at + timedelta(days=3)
    authorize(scope, people[0].id, at=at)
    marketing = {"message_class": "marketing"}
    signed = submitted(scope, later, **marketing, authorization_purpose="offers")
    other = submitted(scope, later, **marketing, authorization_purpose="wellness")
    unchosen = submitted(scope, later, **marketing, authorization_purpose="")
    assert codes_of(scope, signed, people[0].id) == ["basis_marketing"]
    assert codes_of(scope, other, people[0].id) == ["authorization_other_purpose"]
    assert codes_of(scope, unchosen, people[1].id)[0] == "authorization_missing"
    assert codes_of(scope, unchosen, people[0].id) == ["authorization_purpose_missing"]


@pytest.mark.row("SEN-23")
def test_what_a_campaign_may_reveal_makes_everybody_wait_for_the_portal(scope, people, at):
    campaign_id = submitted(scope, at + timedelta(days=3), sensitivities=(Sensitivity.HIV_STI,))
    assert "portal_missing" in codes_of(scope, campaign_id, people[0].id)
    assert campaigns.campaign(scope, campaign_id).plan.sensitivities == (Sensitivity.HIV_STI,)


def test_a_purpose_that_is_no_code_is_refused(scope, people, at):
    with pytest.raises(Refusal) as caught:
        actions.create(scope, replace(make_plan(scope, at=at), authorization_purpose="Jane's offers"), at=at)
    assert caught.value.code == "authorization_purpose"


@pytest.mark.parametrize("change", [{"authorization_purpose": "other"}, {"sensitivities": ["genetic"]}])
def test_another_purpose_or_sensitivity_voids_the_approval(scope_of, people, at, change):
    omar, ada = scope_of("omar"), scope_of("ada")
    campaign_id = submitted(omar, at)
    approve_as(ada, campaign_id, at=at)
    assert campaigns.approval_holds(omar, campaign_id)
    with in_scope(omar):
        CampaignRow.objects.filter(id=campaign_id).update(**change)
    assert not campaigns.approval_holds(omar, campaign_id)


@pytest.mark.row("CON-10")
@pytest.mark.parametrize(
    ("state", "ago", "counts"),
    [
        ("delivered", timedelta(days=1), 1),
        ("delivered", timedelta(days=40), 0),
        ("handing_over", timedelta(days=40), 1),
        ("in_doubt", timedelta(days=1), 1),
        ("in_doubt", timedelta(days=40), 0),
        ("waiting", timedelta(days=1), 0),
        ("failed", timedelta(days=1), 0),
    ],
)
def test_counts_what_arrived_is_on_its_way_or_in_doubt(scope, people, at, state, ago, counts):
    campaign_id, person = submitted(scope, at), people[0]
    with in_scope(scope):
        RecipientRow.objects.filter(campaign_id=campaign_id, patient_id=person.id).update(
            state=state,
            handed_over_at=at - ago,
            first_attempt_at=at - ago,
            tls_version="TLSv1.3",
            certificate_sha256=b"c" * 32,
        )
    since = at - timedelta(days=30)

    def counted(category, apart_from):
        return mails_of_campaigns(scope, [person.id], category=category, since=since, apart_from=apart_from)

    assert counted(Category.NEWSLETTER, new_id()).get(person.id, 0) == counts
    assert counted(Category.NEWSLETTER, campaign_id) == {}
    assert counted(Category.OFFERS, new_id()) == {}
