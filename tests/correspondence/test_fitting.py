"""Whether an audience fits its kind of mail, what the mere mail reveals, and that no kind is ever chosen for anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from bedside.correspondence.campaigns import actions, queries
from bedside.correspondence.campaigns.fitting import obstacles, telling
from bedside.correspondence.campaigns.models import CampaignRow
from bedside.correspondence.campaigns.nouns import Plan
from bedside.correspondence.campaigns.rules import CampaignState, Revealed
from bedside.decisions.composer import actions as composer
from bedside.decisions.composer.queries import draft_of
from bedside.decisions.composer.rules.starters import starters
from bedside.decisions.gate.rules import MessageClass
from bedside.decisions.segments import actions as segments
from bedside.decisions.segments.rules import All, from_json
from bedside.ground.errors import Refusal
from bedside.ground.scope import in_scope
from bedside.records.consent.rules import Sensitivity
from bedside.safeguards.practices.models import PracticeProfile
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.practices.rules import Specialty
from tests.correspondence.building import approve_as, make_plan

NOT_ASTHMA = from_json({"not": {"field": "conditions", "is": "has", "value": "asthma"}})
GROWN = from_json({"field": "age", "is": "at_least", "value": 18})
FUNDRAISING, NEWSLETTER = MessageClass.FUNDRAISING, MessageClass.GENERAL_HEALTH


def plan_for(scope, rule, *, at, **changes):
    segment_id = segments.save(scope, segment_id=None, name="Some", rule=rule, at=at)
    return replace(make_plan(scope, at=at), segment_id=segment_id, **changes)


@pytest.mark.row("MKT-17", "MKT-20")
@pytest.mark.parametrize(
    ("of_class", "rule", "specialty", "said", "codes"),
    [
        (NEWSLETTER, GROWN, "primary_care", False, []),
        (NEWSLETTER, NOT_ASTHMA, "primary_care", False, ["reveals"]),
        (NEWSLETTER, NOT_ASTHMA, "primary_care", True, []),
        (FUNDRAISING, NOT_ASTHMA, "primary_care", True, ["fundraising_fields"]),
        (FUNDRAISING, NOT_ASTHMA, "primary_care", False, ["fundraising_fields", "reveals"]),
        (FUNDRAISING, GROWN, "primary_care", False, []),
        *((NEWSLETTER, All(()), kind, False, ["reveals"]) for kind in (
            "mental_health", "substance_use", "reproductive_health", "oncology", "weight_management",
        )),
        (NEWSLETTER, All(()), "oncology", True, []),
        (NEWSLETTER, All(()), "hospital", False, []),
    ],
)  # fmt: skip
def test_names_every_obstacle(scope, of_class, rule, specialty, said, codes):
    practice = replace(profile(scope), specialty=Specialty(specialty), part2_program=False)
    found = obstacles(rule, practice, message_class=of_class, says_what_it_reveals=said)
    assert [one.code for one in found] == codes


@pytest.mark.row("MKT-17")
def test_a_substance_use_program_is_telling_whatever_its_specialty(scope):
    practice = replace(profile(scope), specialty=Specialty.PRIMARY_CARE, part2_program=True)
    assert len(telling(None, practice)) == 1
    assert len(telling(NOT_ASTHMA, practice)) == 2


@pytest.mark.row("MKT-20")
def test_fundraising_by_a_diagnosis_is_refused_with_the_field_named(scope, people, at):
    diagnosis = segments.save(scope, segment_id=None, name="Not asthma", rule=NOT_ASTHMA, at=at)
    plan = make_plan(scope, message_class=FUNDRAISING.value, segment_id=diagnosis, at=at)
    plan = replace(plan, revealed=Revealed.CONDITION, basis_recorded=True)
    campaign_id = actions.create(scope, plan, at=at)
    with pytest.raises(Refusal, match="may not choose people by “Conditions”"):
        actions.submit(scope, campaign_id, at=at)
    allowed = segments.save(scope, segment_id=None, name="Grown", rule=GROWN, at=at)
    actions.edit(scope, campaign_id, replace(plan, segment_id=allowed), based_on=1, at=at)
    actions.submit(scope, campaign_id, at=at)
    assert queries.campaign(scope, campaign_id).state is CampaignState.WAITING_FOR_APPROVAL


@pytest.mark.row("MKT-17")
def test_what_it_reveals_is_said_before_submitting_and_part_of_the_approval(scope, approver, people, at):
    plan = plan_for(scope, NOT_ASTHMA, at=at)
    campaign_id = actions.create(scope, plan, at=at)
    with pytest.raises(Refusal) as caught:
        actions.submit(scope, campaign_id, at=at)
    assert caught.value.code == "reveals"
    said = replace(plan, revealed=Revealed.CONDITION)
    actions.edit(scope, campaign_id, said, based_on=1, at=at)
    actions.submit(scope, campaign_id, at=at)
    approve_as(approver, campaign_id, at=at)
    assert queries.approval_holds(scope, campaign_id)
    assert queries.campaign(scope, campaign_id).plan.revealed is Revealed.CONDITION
    with in_scope(scope):
        CampaignRow.objects.filter(id=campaign_id).update(revealed="nothing")
    assert not queries.approval_holds(scope, campaign_id)


@pytest.mark.row("MKT-17")
def test_nothing_and_something_contradict_each_other(scope, at):
    plan = replace(make_plan(scope, at=at), revealed=Revealed.NOTHING, sensitivities=(Sensitivity.HIV_STI,))
    with pytest.raises(Refusal) as caught:
        actions.create(scope, plan, at=at)
    assert caught.value.code == "reveals"
    campaign_id = actions.create(scope, replace(plan, revealed=None), at=at)
    with pytest.raises(IntegrityError), in_scope(scope), transaction.atomic():
        CampaignRow.objects.filter(id=campaign_id).update(revealed="nothing")


FORM = {"name": "Winter", "message_class": "general_health", "purpose": "inform", "remuneration": "no"}


@pytest.mark.row("MKT-17")
def test_a_telling_practice_is_asked_on_the_first_page(signed_in, scope):
    with in_scope(scope):
        PracticeProfile.objects.filter(practice_id=scope.practice_id).update(specialty="oncology")
    client = signed_in("omar")
    assert "may tell what somebody is treated for" in client.get("/campaigns/new/").content.decode()
    silent = client.post("/campaigns/new/", FORM)
    assert (silent.status_code, b"Tick what the mail may reveal" in silent.content) == (422, True)
    torn = client.post("/campaigns/new/", {**FORM, "reveals": ["nothing", "genetic"]})
    assert (torn.status_code, b"Either tick what the mail" in torn.content) == (422, True)
    assert client.post("/campaigns/new/", {**FORM, "reveals": "nothing"}).status_code == 302
    (made,) = queries.campaigns(scope)
    assert made.plan.revealed is Revealed.NOTHING
    assert b'value="nothing" checked' in client.get(reverse("campaign_kind", args=[made.id])).content


@pytest.mark.row("MKT-17", "MKT-20")
def test_the_steps_name_what_is_in_the_way_and_lead_there(signed_in, scope, people, at):
    client = signed_in("omar")
    plan = plan_for(scope, NOT_ASTHMA, at=at)
    campaign_id = actions.create(scope, plan, at=at)
    review = client.get(reverse("campaign_review", args=[campaign_id])).content.decode()
    assert "what this mail may reveal" in review
    assert f"{reverse('campaign_kind', args=[campaign_id])}#reveals" in review
    assert 'type="submit" disabled' in review
    kind = client.get(reverse("campaign_kind", args=[campaign_id])).content.decode()
    assert "People are chosen by what they have" in kind
    asking = actions.create(scope, replace(plan, message_class=FUNDRAISING.value, segment_id=None), at=at)
    chosen = {"segment": str(plan.segment_id), "based_on": "1"}
    refused = client.post(reverse("campaign_audience", args=[asking]), chosen)
    assert (refused.status_code, "“Conditions”" in refused.content.decode()) == (422, True)


@pytest.mark.row("MKT-16")
@pytest.mark.parametrize("key", list(starters()))
def test_no_message_to_begin_with_has_a_kind_already(scope, at, key):
    message_id = composer.create(scope, name="", starter=key, at=at)
    assert draft_of(scope, message_id, revision=None).message_class is None


@pytest.mark.row("MKT-16")
def test_the_recall_suggests_and_the_author_chooses(signed_in, scope, people, at):
    recall = starters()["recall"]
    assert recall.suggested == (MessageClass.TREATMENT, MessageClass.OPERATIONS_OWN_SERVICE)
    message_id = composer.create(scope, name="Recall", starter="recall", at=at)
    page = signed_in("omar").get("/campaigns/new/").content.decode()
    radios = [part.split(">")[0] for part in page.split('name="message_class"')[1:]]
    assert len(radios) == len(MessageClass)
    assert not any("checked" in radio for radio in radios)
    with pytest.raises(Refusal) as caught:
        actions.create(scope, Plan(name="Recall", message_class="", purpose="remind"), at=at)
    assert caught.value.code == "message_class"
    assert draft_of(scope, message_id, revision=None).message_class is None
