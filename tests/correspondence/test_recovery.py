"""What is done about senders that died, told from their journals and claims."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.testing import InMemoryConnector

from bedside.correspondence.campaigns import actions, progress, settling
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.rules import CampaignState
from bedside.correspondence.delivery import claims, recovery
from bedside.correspondence.delivery.journal import Answer, Heading, Intent, Journal, Route, leftovers
from bedside.correspondence.delivery.models import ClaimRow
from bedside.correspondence.delivery.queries import balance
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue
from bedside.ground.scope import in_scope
from bedside.kit.transport.smtp import Outcome
from bedside.records.consent.queries import suppressed_addresses
from tests.correspondence.building import approve_as, make_plan


@pytest.fixture
def sending(scope, approver, people, at):
    campaign_id = actions.create(scope, make_plan(scope, at=at), at=at)
    actions.submit(scope, campaign_id, at=at)
    approve_as(approver, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    progress.start(claims.sender_scope(scope.practice_id), campaign_id, at=at)
    return campaign_id


def _claimed(scope, campaign_id, at):
    """A sender that has taken everybody and written the heading of its journal."""
    heading = Heading(
        practice_id=scope.practice_id, campaign_id=campaign_id, claim_id=new_id(), chunk_no=0,
        message_class="general_health", host="relay.example",
    )  # fmt: skip
    journal = Journal.create(claims.journal_folder(), heading)
    taken = claims.take(claims.sender_scope(scope.practice_id), heading, at=at)
    return heading, journal, taken


def _told(journal, one, at, outcome, code, enhanced):
    journal.intent(
        one.recipient_id, Intent(attempt=one.attempt, connection=1, at=at, content_sha256=b"s" * 32)
    )
    if outcome is not None:
        answer = Answer(
            attempt=one.attempt, connection=1, at=at, outcome=outcome, code=code, enhanced=enhanced
        )
        journal.answer(one.recipient_id, answer)


def _states(scope, campaign_id):
    return {state.value: count for state, count in campaigns.numbers(scope, campaign_id).by_state.items()}


def test_journal_of_a_dead_sender_decides_for_each_person(scope, people, sending, at):
    _, journal, taken = _claimed(scope, sending, at)
    route = Route(
        tls_version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", certificate_sha256=b"f" * 32, peer="p:25"
    )
    journal.opened(1, route)
    _told(journal, taken[0], at, Outcome.ACCEPTED, 250, "2.0.0")
    _told(journal, taken[1], at, Outcome.PERMANENT, 550, "5.1.1")
    _told(journal, taken[2], at, None, 0, "")
    journal.leave()
    done = recovery.recover(at=at)
    assert (done.stored, done.in_doubt, done.back) == (2, 1, len(people) - 3)
    assert _states(scope, sending) == {
        "delivered": 1, "failed": 1, "in_doubt": 1, "waiting": len(people) - 3,
    }  # fmt: skip
    line = campaigns.recipients(scope, sending, state="delivered", code="", offset=0, limit=1)[0][0]
    assert campaigns.explanation(scope, sending, line.id).certificate_sha256 == (b"f" * 32).hex()
    gone = next(one for one in people if one.id == taken[1].patient_id)
    assert suppressed_addresses(scope, {gone.id: gone.email})
    assert leftovers(claims.journal_folder()) == []
    assert balance(scope, sending).agrees


def test_journal_of_a_living_sender_is_left_alone(scope, people, sending, at):
    _, journal, _ = _claimed(scope, sending, at)
    assert recovery.recover(at=at) == recovery.Recovered()
    assert _states(scope, sending) == {"handing_over": len(people)}
    journal.discard()


def test_people_of_a_vanished_machine_are_in_doubt_after_a_while(scope, people, sending, at):
    heading, journal, _ = _claimed(scope, sending, at)
    journal.discard()  # the disk went with the machine
    with in_scope(scope):
        ClaimRow.objects.filter(id=heading.claim_id).update(machine=new_id())
    recovery.sweep(at=at + timedelta(minutes=1))
    assert _states(scope, sending) == {"handing_over": len(people)}
    recovery.sweep(at=at + timedelta(minutes=20))
    assert _states(scope, sending) == {"in_doubt": len(people)}
    assert campaigns.campaign(scope, sending).state is CampaignState.FINISHED
    assert balance(scope, sending).agrees


def test_chunk_whose_job_was_lost_is_enqueued_again(scope, people, sending, at):
    with in_scope(scope):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'delivery.chunk'")
    recovery.sweep(at=at)
    recovery.sweep(at=at)
    jobs = ProcrastinateJob.objects.filter(task_name="delivery.chunk", args__campaign_id=str(sending))
    assert jobs.count() == 1


def test_sender_that_was_given_up_changes_nothing_any_more(scope, people, sending, at):
    heading, journal, taken = _claimed(scope, sending, at)
    journal.discard()
    row = ClaimRow.objects.none()
    with in_scope(scope):
        ClaimRow.objects.filter(id=heading.claim_id).update(machine=new_id())
        row = ClaimRow.objects.get(id=heading.claim_id)
    own = claims.sender_scope(scope.practice_id)
    recovery.give_up_claim(own, row, at=at)
    late = settling.Settled(
        recipient_id=taken[0].recipient_id, patient_id=taken[0].patient_id,
        state=progress.RecipientState.FAILED, codes=("refused_permanently",),
    )  # fmt: skip
    assert settling.settle(own, sending, heading.claim_id, [late]) == 0


def test_job_added_inside_a_worker_joins_the_transaction(scope, sending):
    before = ProcrastinateJob.objects.count()
    with app.replace_connector(InMemoryConnector()):
        enqueue("delivery.chunk", practice_id=scope.practice_id, campaign_id=sending, chunk_no=5)
    assert ProcrastinateJob.objects.count() == before + 1


def test_job_arguments_hold_ids_and_numbers_only(scope, people, sending):
    for args in ProcrastinateJob.objects.values_list("args", flat=True):
        assert set(args) <= {"practice_id", "campaign_id", "chunk_no", "version"}
