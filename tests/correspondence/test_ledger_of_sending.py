"""Every message has a leaf in the ledger, and while the ledger cannot be written nothing is sent (promise P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedside.correspondence.campaigns import actions, progress
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.rules import CampaignState
from bedside.correspondence.delivery import chunks, jobs, recovery
from bedside.correspondence.delivery.chunks import deliver_chunk
from bedside.correspondence.delivery.claims import sender_scope
from bedside.records.consent import actions as consent
from bedside.records.consent.rules import Category
from bedside.safeguards.audit.actions import LedgerUnwritable
from bedside.safeguards.audit.queries import entries
from tests.correspondence.building import approve_as, make_plan
from tests.support.ledger import ledger_unwritable

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@pytest.fixture
def started(scope, approver, people, at) -> UUID:
    campaign_id = actions.create(scope, make_plan(scope, at=at), at=at)
    actions.submit(scope, campaign_id, at=at)
    approve_as(approver, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    assert progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
    return campaign_id


def send(scope, campaign_id, *, at: datetime) -> None:
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)


def acts_on(scope, patient_id) -> list[tuple[str, str, str]]:
    """(kind, how it ended, code) of what the campaign did with one person, oldest first."""
    found = entries(
        scope, before_id=None, kind="", actor_id="", subject="", limit=50, person=patient_id
    )  # fmt: skip
    return [
        (entry.kind, entry.outcome, str(entry.details.get("code", "")))
        for entry in reversed(found)
        if entry.kind.startswith("campaign.")
    ]


def test_tells_of_each_person_what_was_decided_and_what_became_of_it(scope, people, started, post_office, at):
    post_office()
    consent.refuse(scope, people[0].id, category=Category.NEWSLETTER, source="phone", at=at)
    send(scope, started, at=at)
    assert acts_on(scope, people[1].id) == [
        ("campaign.gate_asked", "done", "basis_general_health"),
        ("campaign.handed_over", "done", "accepted"),
    ]
    kinds = [(kind, outcome) for kind, outcome, _ in acts_on(scope, people[0].id)]
    assert kinds == [("campaign.gate_asked", "done"), ("campaign.withheld", "refused")]
    [taken] = entries(scope, before_id=None, kind="campaign.chunk_taken", actor_id="", subject="", limit=5)
    assert taken.details["people"] == len(people)


def test_hands_nothing_over_while_the_ledger_cannot_be_written(scope, people, started, post_office, at):
    post = post_office()
    with ledger_unwritable(), pytest.raises(LedgerUnwritable):
        send(scope, started, at=at)
    assert post.received() == []
    assert campaigns.numbers(scope, started).by_state == {"waiting": len(people)}
    send(scope, started, at=at)
    send(scope, started, at=at)
    assert sorted(post.received()) == sorted(one.email for one in people)


def test_the_job_of_such_a_chunk_ends_and_leaves_it_to_the_sweep(started, scope, monkeypatch):
    def unwritable(*_: object, **__: object) -> None:
        raise LedgerUnwritable

    monkeypatch.setattr(jobs, "deliver_chunk", unwritable)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    jobs.chunk(practice_id=str(scope.practice_id), campaign_id=str(started), chunk_no=0)


def test_what_was_sent_when_the_ledger_went_away_is_told_later_and_never_sent_again(
    scope, people, started, post_office, at, monkeypatch
):
    post = post_office()

    def unwritable(*_: object, **__: object) -> None:
        raise LedgerUnwritable

    with monkeypatch.context() as away:
        away.setattr(chunks, "close_claim", unwritable)
        with pytest.raises(LedgerUnwritable):
            send(scope, started, at=at)
    assert len(post.received()) == len(people)
    assert entries(scope, before_id=None, kind="campaign.chunk_sent", actor_id="", subject="", limit=5) == []
    recovery.recover(at=at)
    send(scope, started, at=at)
    assert len(post.received()) == len(people)
    assert acts_on(scope, people[3].id)[-1][:2] == ("campaign.handed_over", "done")
    assert campaigns.state_of(scope, started) is CampaignState.FINISHED
