"""What receiving a campaign reveals: found when it is submitted, bound to the approval, told to the gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from bedside.correspondence.campaigns import actions, queries
from bedside.correspondence.campaigns.models import CampaignRow
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState, Revealed
from bedside.decisions.segments import actions as segments
from bedside.decisions.segments.rules import from_json
from bedside.decisions.segments.rules.reveals import Cause, Level
from bedside.ground.errors import Refusal
from bedside.ground.scope import in_scope
from bedside.kit.terminology import System
from bedside.records.charts.actions import save_entries
from bedside.records.consent.rules import Sensitivity
from bedside.records.patients.actions import change
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from tests.correspondence.building import approve_as, make_people, make_plan
from tests.records.charts.people import condition

WALKERS = from_json({"field": "interests", "is": "has", "value": "walking"})


def begin(scope, at, *, rule=WALKERS, **changes):
    plan = make_plan(scope, at=at, **changes)
    segment_id = segments.save(scope, segment_id=None, name=f"Some {plan.message_id}", rule=rule, at=at)
    return actions.create(scope, replace(plan, segment_id=segment_id), at=at)


def submitted(scope, at, **changes):
    campaign_id = begin(scope, at, **changes)
    actions.submit(scope, campaign_id, at=at)
    return campaign_id


@pytest.fixture
def at():
    """When the gate's rules about sensitive mail are in force."""
    return datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


@pytest.fixture
def walkers(scope, at):
    """Of 60 people the first 20 walk and the last three play bridge; `having` gives some of them a diagnosis."""
    people = make_people(scope, 60, at=at)
    for one in people[:20]:
        change(scope, replace(one, interests=("walking",)), at=at)
    for one in people[57:]:
        change(scope, replace(one, interests=("bridge",)), at=at)

    def having(code: str, who: slice = slice(18)) -> None:
        save_entries(
            scope,
            {one.id: [condition(codes=((System.ICD10CM, code),))] for one in people[who]},
            at=at,
            for_member=None,
        )

    return having


def found(scope, campaign_id):
    return queries.campaign(scope, campaign_id).reveal


def recorded(scope, campaign_id):
    told = entries(
        scope, before_id=None, kind="campaign.reveal_found", actor_id="", subject=str(campaign_id), limit=5
    )
    return [dict(entry.details) for entry in told]


@pytest.mark.row("MKT-17")
def test_keeps_what_the_frozen_audience_reveals(scope, walkers, at):
    walkers("E11.9")
    campaign_id = submitted(scope, at)
    campaign = queries.campaign(scope, campaign_id)
    [one] = campaign.reveal.findings
    assert (one.key, one.cause, one.level) == ("diabetes", Cause.RECIPIENTS, Level.PHI)
    assert one.certainty == pytest.approx(0.9)
    assert campaign.is_phi
    assert (
        queries.numbers(scope, campaign_id).count(RecipientState.WAITING) == 20
    )  # over verified TLS, as ever


def test_a_fair_audience_reveals_nothing(scope, walkers, at):
    campaign = queries.campaign(scope, submitted(scope, at))
    assert campaign.reveal.findings == ()
    assert not campaign.is_phi


def test_a_draft_has_nothing_found(scope, walkers, at):
    assert queries.campaign(scope, begin(scope, at)).reveal is None


@pytest.mark.row("MKT-17")
def test_what_is_counted_stands_whatever_the_author_said(scope, walkers, at):
    walkers("E11.9")
    campaign_id = submitted(scope, at, revealed=Revealed.NOTHING)
    assert queries.campaign(scope, campaign_id).is_phi


@pytest.mark.row("SEN-01", "SEN-23")
def test_tells_the_gate_of_a_class_that_nobody_ticked(scope, walkers, at):
    walkers("B20")
    campaign_id = submitted(scope, at)
    facts = queries.facts_of_message(scope, campaign_id, approved=True, encrypted_route=True)
    assert facts.sensitivities == (Sensitivity.HIV_STI,)
    numbers = queries.numbers(scope, campaign_id)
    assert numbers.count(RecipientState.WAITING) == 0  # from the portal only
    assert numbers.count(RecipientState.HELD) == 20


@pytest.mark.row("SEN-01")
def test_marketing_about_it_needs_a_signature_that_names_it(scope, walkers, at):
    walkers("F32.9")
    campaign_id = submitted(scope, at, message_class="marketing", purpose="offer")
    numbers = queries.numbers(scope, campaign_id)
    assert numbers.count(RecipientState.WAITING) == 0
    assert numbers.count(RecipientState.SUPPRESSED) == 20


@pytest.mark.row("SEN-06")
def test_nobody_approves_it_under_a_telling_name(scope, approver, walkers, at):
    walkers("B20")
    change_profile(scope, replace(profile(scope), sender_name="Maple Street HIV Care"), at=at)
    campaign_id = submitted(scope, at)
    with pytest.raises(Refusal) as refused:
        approve_as(approver, campaign_id, at=at, ready=False)
    assert refused.value.code == "sender_not_neutral"
    change_profile(scope, replace(profile(scope), sender_name="Maple Street"), at=at)
    approve_as(approver, campaign_id, at=at, ready=False)
    assert queries.campaign(scope, campaign_id).state is CampaignState.APPROVED


def test_a_telling_name_is_no_obstacle_to_other_mail(scope, approver, walkers, at):
    walkers("E11.9")
    change_profile(scope, replace(profile(scope), sender_name="Maple Street HIV Care"), at=at)
    campaign_id = submitted(scope, at)
    approve_as(approver, campaign_id, at=at)
    assert queries.campaign(scope, campaign_id).state is CampaignState.APPROVED


def test_an_approval_is_bound_to_what_was_found(scope, approver, walkers, at):
    walkers("E11.9")
    campaign_id = submitted(scope, at)
    other = submitted(scope, at)
    approve_as(approver, campaign_id, at=at)
    assert queries.approval_holds(scope, campaign_id)
    with in_scope(scope):
        row = CampaignRow.objects.get(id=campaign_id)
        CampaignRow.objects.filter(id=campaign_id).update(reveal_sealed=None, reveal_level="")
    assert not queries.approval_holds(scope, campaign_id)
    with in_scope(scope):
        CampaignRow.objects.filter(id=campaign_id).update(
            reveal_sealed=row.reveal_sealed, reveal_level=row.reveal_level
        )
    assert queries.approval_holds(scope, campaign_id)
    assert found(scope, other) == found(scope, campaign_id)


def test_a_campaign_taken_back_is_counted_anew(scope, walkers, at):
    campaign_id = submitted(scope, at)
    actions.withdraw(scope, campaign_id, at=at)
    assert found(scope, campaign_id) is None
    walkers("E11.9")
    actions.submit(scope, campaign_id, at=at)
    assert found(scope, campaign_id).level is Level.PHI


def test_the_ledger_says_which_groups_and_nothing_of_few_people(scope, walkers, at):
    walkers("E11.9")
    assert recorded(scope, submitted(scope, at)) == [{"level": "phi", "groups": "diabetes"}]
    walkers("B20", slice(57, 60))
    bridge = from_json({"field": "interests", "is": "has", "value": "bridge"})
    assert recorded(scope, submitted(scope, at, rule=bridge)) == [{"level": "special", "groups": ""}]


def test_what_was_found_is_sealed(scope, walkers, at):
    walkers("E11.9")
    submitted(scope, at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, '') FROM campaigns_campaign c")
        stored = cursor.fetchone()[0]
    assert b"diabetes".hex() not in stored
    assert "diabetes" not in stored


def test_the_database_knows_no_level_without_what_was_found(scope, walkers, at):
    campaign_id = submitted(scope, at)
    with pytest.raises(IntegrityError), in_scope(scope), transaction.atomic():
        CampaignRow.objects.filter(id=campaign_id).update(reveal_level="")


def test_a_large_audience_is_counted_by_its_job(scope, walkers, at, monkeypatch):
    from bedside.correspondence.campaigns import audience

    monkeypatch.setattr(audience, "AT_ONCE_MAX", 0)
    walkers("E11.9")
    campaign_id = submitted(scope, at)
    assert found(scope, campaign_id) is None
    version = queries.campaign(scope, campaign_id).version
    actions.prepare(scope, campaign_id, version=version, at=at)
    assert found(scope, campaign_id).level is Level.PHI


def test_its_author_sees_it_before_submitting_and_its_approver_before_deciding(
    signed_in, scope_of, walkers, at
):
    walkers("E11.9")
    ana = scope_of("ana")
    campaign_id = begin(ana, at, revealed=Revealed.NOTHING)
    page = signed_in("ana").get(f"/campaigns/{campaign_id}/review/").content.decode()
    assert "What getting it reveals" in page
    assert "in an inbox can guess" in page
    assert "What would tell less" in page
    actions.submit(ana, campaign_id, at=at)
    page = signed_in("ada").get(f"/campaigns/{campaign_id}/decide/").content.decode()
    assert "in an inbox can guess" in page
    assert "The author said that it reveals nothing" in page
    assert "What getting it reveals" in signed_in("ana").get(f"/campaigns/{campaign_id}/").content.decode()
