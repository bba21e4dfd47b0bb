"""What somebody says after the gate was asked and before their message is on the wire still counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bedside.correspondence.campaigns import actions, progress
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.delivery.chunks import deliver_chunk
from bedside.correspondence.delivery.claims import sender_scope
from bedside.correspondence.delivery.letters import Writer
from bedside.correspondence.delivery.queries import balance
from bedside.records.consent import actions as consent
from bedside.records.consent.rules import Category, Evidence
from bedside.records.consent.together import No, say_no_together
from tests.correspondence.building import approve_as, make_plan
from tests.records.consent.people import as_patient

SOURCE = "preference_page"


@pytest.fixture
def at():
    """After the day from which the rules on pauses and on how often hold."""
    return datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def _pause(scope, who, at):
    consent.pause(scope, who, until=at.date() + timedelta(days=30), source=SOURCE, at=at)


def _less_often(scope, who, at):
    consent.choose_frequency(scope, who, category=Category.NEWSLETTER, monthly_max=0, source=SOURCE, at=at)


def _only_reminders(scope, who, at):
    consent.only_reminders(scope, who, source=SOURCE, at=at)


def _one_click(scope, who, at):
    no = No(scope=scope, category=Category.NEWSLETTER, source="unsubscribe_link", at=at, evidence=Evidence())
    say_no_together([no])


def _yes(scope, who, at):
    consent.grant(scope, who, category=Category.OFFERS, source=SOURCE, at=at)


@pytest.fixture
def send(scope, approver, people, post_office, monkeypatch, at):
    """Sends to everybody; `act` happens in the middle, when everybody is cleared and nobody's message is on the wire."""

    def give(act):
        post = post_office()
        campaign_id = actions.create(scope, make_plan(scope, at=at), at=at)
        actions.submit(scope, campaign_id, at=at)
        approve_as(approver, campaign_id, at=at)
        actions.schedule(scope, campaign_id, at=at)
        write, done = Writer.write, []

        def and_meanwhile(writer, cleared, claimed, **named):
            if not done:
                done.append(act(as_patient(scope, people[3].id), people[3].id, at))
            return write(writer, cleared, claimed, **named)

        monkeypatch.setattr(Writer, "write", and_meanwhile)
        assert progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
        deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)
        assert done, "nothing happened in the middle"
        assert balance(scope, campaign_id).agrees
        return post.received(), campaigns.numbers(scope, campaign_id)

    return give


@pytest.mark.row("CSP-07", "CON-10")
@pytest.mark.parametrize("act", [_pause, _less_often, _only_reminders, _one_click])
def test_keeps_what_is_said_between_the_gate_and_the_wire(send, people, act):
    received, numbers = send(act)
    assert people[3].email not in received
    assert len(received) == len(people) - 1
    assert sum(numbers.by_state.values()) == len(people)


def test_mails_who_said_something_that_changes_nothing(send, people):
    received, _ = send(_yes)
    assert sorted(received) == sorted(one.email for one in people)
