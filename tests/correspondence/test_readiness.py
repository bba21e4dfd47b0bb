"""Nothing goes while one of the seventeen questions is open: not when it is scheduled, started, or under way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bedside.correspondence.campaigns import actions, progress
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.readiness import forget_readiness
from bedside.correspondence.campaigns.rules import CampaignState
from bedside.correspondence.delivery.claims import sender_scope
from bedside.correspondence.delivery.trying import ask_for_trial, trials_of, try_out
from bedside.decisions.composer import actions as composer
from bedside.decisions.composer.queries import draft_of
from bedside.decisions.preflight import actions as preflight
from bedside.decisions.preflight.queries import sheets, stated, statements
from bedside.decisions.preflight.rules import Light, Question, Register
from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.scope import Actor, ActorKind
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Role, rights_of
from tests.correspondence.building import approve_as, make_plan, make_ready

ORGANISATIONAL = {
    Question.ACCESS, Question.PROCEDURE, Question.TRAINING, Question.AGREEMENTS, Question.TEST, Question.TRUST,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _asked_anew():
    forget_readiness()


@pytest.fixture
def officer(scope):
    return replace(
        scope,
        actor=Actor(kind=ActorKind.STAFF, id=str(UUID(int=17))),
        rights=rights_of([Role.COMPLIANCE_OFFICER]),
    )


def submitted(scope, at, **changes) -> UUID:
    campaign_id = actions.create(scope, make_plan(scope, at=at, **changes), at=at)
    actions.submit(scope, campaign_id, at=at)
    return campaign_id


def approved(scope, approver, at, **changes) -> UUID:
    """Approved, and nothing said about any question."""
    campaign_id = submitted(scope, at, **changes)
    shown = campaigns.hash_to_approve(approver, campaign_id)
    actions.approve(approver, campaign_id, expected_hash=shown, comment="", at=at)
    return campaign_id


def open_questions(scope, campaign_id, at) -> set[Question]:
    return {one.question for one in campaigns.readiness(scope, campaign_id, at=at).blocking}


def answer(scope, campaign_id, question, at):
    found = campaigns.readiness(scope, campaign_id, at=at)
    return next(one for one in found.answers if one.question is question)


def waive(officer, campaign_id, question, at, *, words="It is a test.") -> None:
    mark = answer(officer, campaign_id, question, at).mark.hex()
    actions.waive(officer, campaign_id, question, mark=mark, words=words, at=at)


def test_what_nobody_has_stated_is_open(scope, approver, people, at):
    assert open_questions(scope, approved(scope, approver, at), at) == ORGANISATIONAL


@pytest.mark.row("MKT-25")
def test_nothing_is_scheduled_while_a_question_is_open(scope, approver, officer, people, at):
    campaign_id = approved(scope, approver, at)
    with pytest.raises(Refusal, match=r"Question 1 of 17 is open: .* \(5 more are open\.\)"):
        actions.schedule(scope, campaign_id, at=at)
    for register in Register:
        preflight.state(officer, register, until=at.date() + timedelta(days=30), words="", at=at)
    assert open_questions(scope, campaign_id, at) == {Question.ACCESS, Question.TEST}
    waive(officer, campaign_id, Question.ACCESS, at)
    with pytest.raises(Refusal, match=r"Question 12 of 17 is open: .* Send it to yourself"):
        actions.schedule(scope, campaign_id, at=at)
    waive(officer, campaign_id, Question.TEST, at)
    actions.schedule(scope, campaign_id, at=at)
    assert campaigns.state_of(scope, campaign_id) is CampaignState.SCHEDULED


def test_answers_are_kept_with_the_send_and_their_digest_in_the_ledger(scope, approver, people, at):
    campaign_id = approved(scope, approver, at)
    make_ready(scope, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
    kept = sheets(scope, campaign_id)
    assert [one.stage for one in kept] == ["asked", "scheduled", "started"]
    assert [one["question"] for one in kept[-1].answers] == list(range(1, 18))
    basis = kept[-1].answers[Question.BASIS - 1]["evidence"]
    assert basis["allowed"] == len(people)
    assert kept[-1].answers[Question.ACCESS - 1]["kind"] == "waived"
    told = entries(
        scope, before_id=None, kind="preflight.answered", actor_id="", subject=str(campaign_id), limit=1
    )
    canonical = json.dumps(
        {"answers": kept[-1].answers, "bound": kept[-1].bound}, sort_keys=True, separators=(",", ":")
    )
    assert told[0].details["digest"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_statement_that_ends_stops_what_is_scheduled(scope, approver, officer, people, at):
    campaign_id = approved(scope, approver, at)
    make_ready(scope, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    preflight.take_back(officer, Register.TRAINING, words="", at=at)
    assert not progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
    found = campaigns.campaign(scope, campaign_id)
    assert (found.state, found.stop_code) == (CampaignState.PAUSED, "not_ready")
    with pytest.raises(Refusal, match="Question 5"):
        actions.resume(scope, campaign_id, at=at)
    preflight.state(officer, Register.TRAINING, until=at.date(), words="", at=at)
    actions.resume(scope, campaign_id, at=at)
    assert campaigns.state_of(scope, campaign_id) is CampaignState.SCHEDULED


def test_what_is_under_way_stops_within_seconds(scope, approver, officer, people, at):
    campaign_id = approved(scope, approver, at)
    make_ready(scope, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    sender = sender_scope(scope.practice_id)
    assert progress.start(sender, campaign_id, at=at)
    assert progress.check_approval(sender, campaign_id, at=at)
    preflight.take_back(officer, Register.AGREEMENTS, words="", at=at)
    assert progress.check_approval(sender, campaign_id, at=at + timedelta(seconds=9))
    assert not progress.check_approval(sender, campaign_id, at=at + timedelta(seconds=10))
    assert campaigns.campaign(scope, campaign_id).stop_code == "not_ready"


def test_a_waiver_needs_a_reason_a_right_and_another_person(scope, approver, officer, people, at):
    campaign_id = approved(scope, approver, at)
    with pytest.raises(Refusal, match="Say in a few words"):
        waive(officer, campaign_id, Question.TRAINING, at, words=" ")
    with pytest.raises(NotAllowed):
        waive(approver, campaign_id, Question.TRAINING, at)
    author = replace(scope, rights=scope.rights | {"answer_for_practice"})
    with pytest.raises(NotAllowed, match="worked on this campaign yourself"):
        waive(author, campaign_id, Question.TRAINING, at)
    with pytest.raises(Refusal, match="cannot be left open"):
        waive(officer, campaign_id, Question.BASIS, at)
    assert Question.TRAINING in open_questions(scope, campaign_id, at)


def test_a_word_about_something_that_has_changed_is_refused(scope, approver, officer, people, at):
    campaign_id = approved(scope, approver, at)
    shown = answer(officer, campaign_id, Question.ACCESS, at).mark.hex()
    change_profile(scope, replace(profile(scope), idle_minutes=10), at=at)
    with pytest.raises(Refusal, match="Something has changed since you looked"):
        actions.waive(officer, campaign_id, Question.ACCESS, mark=shown, words="Yes.", at=at)


def test_a_change_of_the_campaign_voids_every_word(scope, approver, officer, people, at):
    campaign_id = approved(scope, approver, at)
    make_ready(scope, campaign_id, at=at)
    assert open_questions(scope, campaign_id, at) == set()
    change_profile(scope, replace(profile(scope), sender_name="Another name"), at=at)
    assert open_questions(scope, campaign_id, at) == {Question.ACCESS, Question.TEST, Question.PLAN}


def test_nothing_can_be_said_of_a_draft(scope, officer, people, at):
    campaign_id = actions.create(scope, make_plan(scope, at=at), at=at)
    found = campaigns.readiness(scope, campaign_id, at=at)
    assert {Question.HEALTH, Question.BASIS} <= {one.question for one in found.blocking}
    mark = found.answers[Question.TRAINING - 1].mark.hex()
    with pytest.raises(Refusal, match="Submit the campaign first"):
        actions.waive(officer, campaign_id, Question.TRAINING, mark=mark, words="Yes.", at=at)


def test_states_for_a_quarter_or_a_year_and_no_longer(scope, officer, people, at):
    today = at.astimezone(profile(scope).zone).date()
    for register, days in ((Register.ACCESS, 90), (Register.TRAINING, 366)):
        preflight.state(officer, register, until=today + timedelta(days=days), words="Binder 3", at=at)
        with pytest.raises(Refusal, match="at most"):
            preflight.state(officer, register, until=today + timedelta(days=days + 1), words="", at=at)
    with pytest.raises(Refusal, match="at most"):
        preflight.state(officer, Register.DOMAIN, until=today - timedelta(days=1), words="", at=at)
    with pytest.raises(NotAllowed):
        preflight.state(scope_without(officer), Register.DOMAIN, until=today, words="", at=at)
    assert set(statements(scope, today=today + timedelta(days=90))) == {Register.ACCESS, Register.TRAINING}
    assert set(statements(scope, today=today + timedelta(days=91))) == {Register.TRAINING}
    assert [one.words for one in stated(scope)] == ["Binder 3", "Binder 3"]


def scope_without(officer):
    return replace(officer, rights=rights_of([Role.APPROVER]))


def test_another_practice_sees_none_of_it(scope, stranger_scope, approver, officer, people, at):
    campaign_id = approved(scope, approver, at)
    make_ready(scope, campaign_id, at=at)
    assert sheets(stranger_scope, campaign_id) == []
    assert stated(stranger_scope) == []
    assert trials_of(stranger_scope, campaign_id) == []


# --- a test mail


def test_a_test_is_exactly_the_mail_and_goes_to_whoever_asked(scope, approver, people, post_office, at):
    post = post_office()
    campaign_id = approved(scope, approver, at)
    test_id = ask_for_trial(approver, campaign_id, at=at)
    assert answer(scope, campaign_id, Question.TEST, at).finding.light is Light.RED
    try_out(sender_scope(scope.practice_id), test_id, at=at)
    assert post.received() == ["ada@maple.example"]
    assert b"DKIM-Signature:" in post.contents()[0]
    assert b"Maria" in post.contents()[0]
    assert not any(person.first_name.encode() in post.contents()[0] for person in people)
    (done,) = trials_of(scope, campaign_id)
    assert (done.state, done.tls_version, done.host) == ("delivered", "TLSv1.3", "relay.example")
    found = answer(scope, campaign_id, Question.TEST, at)
    assert found.may_confirm
    actions.confirm(approver, campaign_id, Question.TEST, mark=found.mark.hex(), words="", at=at)
    assert answer(scope, campaign_id, Question.TEST, at).light is Light.GREEN
    try_out(sender_scope(scope.practice_id), test_id, at=at)
    assert len(post.received()) == 1


def test_a_test_of_an_earlier_text_does_not_count(scope, approver, people, post_office, at):
    post_office()
    campaign_id = submitted(scope, at)
    try_out(sender_scope(scope.practice_id), ask_for_trial(approver, campaign_id, at=at), at=at)
    assert answer(scope, campaign_id, Question.TEST, at).may_confirm
    plan = campaigns.campaign(scope, campaign_id).plan
    actions.withdraw(scope, campaign_id, at=at)
    draft = draft_of(scope, plan.message_id, revision=None)
    composer.edit(
        scope, plan.message_id, replace(draft, subject="Another subject line"), based_on_revision=2, at=at
    )
    version = campaigns.campaign(scope, campaign_id).version
    actions.edit(scope, campaign_id, replace(plan, message_revision=None), based_on=version, at=at)
    actions.submit(scope, campaign_id, at=at)
    assert answer(scope, campaign_id, Question.TEST, at).finding.light is Light.RED


def test_a_test_that_is_not_taken_says_so(scope, approver, people, post_office, settings, at):
    post_office(trusted=False)
    campaign_id = approved(scope, approver, at)
    try_out(sender_scope(scope.practice_id), ask_for_trial(approver, campaign_id, at=at), at=at)
    (failed,) = trials_of(scope, campaign_id)
    assert (failed.state, failed.code) == ("failed", "certificate_untrusted")
    assert Question.TEST in open_questions(scope, campaign_id, at)


def test_tests_are_bounded_and_need_an_account(scope, approver, people, post_office, at):
    post_office()
    campaign_id = approved(scope, approver, at)
    for _ in range(20):
        ask_for_trial(approver, campaign_id, at=at)
    with pytest.raises(Refusal, match="At most 20 tests an hour"):
        ask_for_trial(approver, campaign_id, at=at)
    machine = replace(approver, actor=Actor(kind=ActorKind.SYSTEM, id="cli:root"))
    with pytest.raises(Refusal, match="Sign in"):
        ask_for_trial(machine, campaign_id, at=at)
    with pytest.raises(NotAllowed):
        ask_for_trial(replace(approver, rights=rights_of([Role.AUDITOR])), campaign_id, at=at)


def test_every_word_stays(scope, approver, people, at):
    from django.db import ProgrammingError, transaction

    from bedside.decisions.preflight.models import SheetRow, StatementRow, WordRow
    from bedside.ground.scope import in_scope

    campaign_id = approved(scope, approver, at)
    make_ready(scope, campaign_id, at=at)
    for model, change in (
        (SheetRow, {"answers": []}),
        (StatementRow, {"until": None}),
        (WordRow, {"kind": "confirmed"}),
    ):
        with pytest.raises(ProgrammingError), in_scope(scope), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(ProgrammingError), in_scope(scope), transaction.atomic():
            model.objects.all().delete()


def test_approving_alone_is_enough_for_no_question(scope, approver, people, at):
    campaign_id = submitted(scope, at)
    assert Question.PLAN not in open_questions(scope, campaign_id, at)
    approve_as(approver, campaign_id, at=at)
    assert open_questions(scope, campaign_id, at) == set()


def test_a_subject_that_tells_is_open_and_cannot_be_waived(scope, approver, officer, people, at):
    plan = make_plan(scope, at=at)
    draft = draft_of(scope, plan.message_id, revision=None)
    told = replace(draft, subject="Your biopsy results are ready, Maria Lopez")
    revision = composer.edit(scope, plan.message_id, told, based_on_revision=2, at=at)
    campaign_id = actions.create(scope, replace(plan, message_revision=revision), at=at)
    actions.submit(scope, campaign_id, at=at)
    found = answer(scope, campaign_id, Question.HEALTH, at)
    assert (found.light, found.finding.evidence["telling"]) == (Light.RED, "subject")
    assert answer(scope, campaign_id, Question.SUBJECT, at).light is Light.RED
    with pytest.raises(Refusal, match="cannot be left open"):
        waive(officer, campaign_id, Question.HEALTH, at)
