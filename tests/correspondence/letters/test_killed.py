"""Service mails and processes that die: nothing lost, nothing sent twice, what is unclear is in doubt."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.correspondence.delivery import claims
from bedside.correspondence.delivery.journal import Answer, Heading, Intent, Journal, Route, leftovers
from bedside.correspondence.letters import actions, recovery
from bedside.correspondence.letters.sending import journals
from bedside.ground.identity import new_id
from bedside.kit.transport.behaviour import Behaviour, Moment
from bedside.kit.transport.smtp import Outcome
from bedside.records.consent.letter_claims import take_letters
from tests.correspondence.letters.writing_to import ADDRESS, owe, row, send
from tests.correspondence.test_processes import installation as installation  # noqa: PLC0414  a fixture
from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from tests.correspondence.building import Post
    from tests.correspondence.test_processes import Installation

SHA = bytes(range(32))


def run(installation: Installation, *arguments: str) -> dict:
    done = warm().run(
        *arguments, module="tests.correspondence.letters.preparing", environ=installation.environ
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def wait_done(installation: Installation, practice_id: str, *, within_s: float = 120) -> dict[str, int]:
    deadline = time.monotonic() + within_s
    while True:
        told = run(installation, "report", practice_id)
        if not {"owed", "in_hand"} & set(told):
            return told
        assert time.monotonic() < deadline, f"{told} {installation.log.read_text()[-2000:]}"
        time.sleep(0.5)


@pytest.mark.processes
def test_kill_9_in_the_middle_loses_no_letter_and_sends_none_twice(installation: Installation) -> None:
    letters = 300
    practice_id = run(installation, "prepare", str(letters))["practice_id"]
    for so_far in (30, 120):
        with installation.worker() as worker:
            installation.wait_received(so_far)
            worker.kill()
            worker.wait(10)
    with installation.worker():
        told = wait_done(installation, practice_id)
    received, in_doubt = installation.received(), told.get("in_doubt", 0)
    assert max(received.values()) == 1
    assert told["sent"] + in_doubt == letters
    assert told["in_ledger"] == told["sent"]
    assert told["sent"] <= len(received) <= told["sent"] + in_doubt
    assert in_doubt <= 2 * 2  # two kills, two connections
    assert "planted" not in installation.log.read_text().lower()


@pytest.mark.processes
def test_a_letter_leaves_within_seconds(installation: Installation) -> None:
    with installation.worker():
        practice_id = run(installation, "prepare", "1")["practice_id"]
        began = time.monotonic()
        installation.wait_received(1, within_s=20)
        assert time.monotonic() - began < 5
        assert wait_done(installation, practice_id)["sent"] == 1


def taken_by_somebody_dead(scope: Scope, at: datetime) -> tuple[UUID, Journal]:
    """A letter in hand of a claim, and the journal of its process."""
    letter_id, claim_id = owe(scope, at), new_id()
    heading = Heading(
        practice_id=scope.practice_id, campaign_id=new_id(), claim_id=claim_id, chunk_no=0,
        message_class="account_transactional", host="relay.example",
    )  # fmt: skip
    journal = Journal.create(journals(), heading)
    take_letters(scope, claim_id=claim_id, machine=claims.machine_id(), limit=9, at=at)
    journal.opened(1, Route(tls_version="TLSv1.3", cipher="X", certificate_sha256=SHA, peer="[127.0.0.1]:25"))
    return letter_id, journal


def test_what_was_never_on_the_wire_is_owed_as_before(scope: Scope, at: datetime) -> None:
    letter_id, journal = taken_by_somebody_dead(scope, at)
    journal.leave()
    assert recovery.recover(at=at) == 1
    assert (row(scope, letter_id).state, row(scope, letter_id).attempt) == ("owed", 0)
    assert leftovers(journals()) == []


def test_content_without_an_answer_is_in_doubt_and_stays_so(
    scope: Scope, at: datetime, post_office: Callable[..., Post]
) -> None:
    post = post_office()
    letter_id, journal = taken_by_somebody_dead(scope, at)
    journal.intent(1, Intent(attempt=1, connection=1, at=at, content_sha256=SHA))
    journal.leave()
    recovery.recover(at=at)
    assert (row(scope, letter_id).state, row(scope, letter_id).codes) == ("in_doubt", ["in_doubt"])
    assert send(scope, at + timedelta(days=1)) == 0
    actions.retry(scope, letter_id, at=at)  # a person decides
    assert send(scope, at) == 1
    assert post.received() == [ADDRESS]


def test_an_answer_in_the_journal_is_stored_with_its_proof(scope: Scope, at: datetime) -> None:
    letter_id, journal = taken_by_somebody_dead(scope, at)
    journal.intent(1, Intent(attempt=1, connection=1, at=at, content_sha256=SHA))
    journal.answer(
        1, Answer(attempt=1, connection=1, at=at, outcome=Outcome.ACCEPTED, code=250, enhanced="2.0.0")
    )
    journal.leave()
    recovery.recover(at=at)
    sent = row(scope, letter_id)
    assert (sent.state, sent.tls_version, sent.reply_code) == ("sent", "TLSv1.3", 250)
    assert sent.content_sha256 == SHA.hex()
    assert sent.sealed is None


def test_a_living_process_keeps_its_letters(scope: Scope, at: datetime) -> None:
    letter_id, journal = taken_by_somebody_dead(scope, at)
    try:
        assert recovery.recover(at=at) == 0
        recovery.sweep(at=at + timedelta(hours=1))
        assert row(scope, letter_id).state == "in_hand"
    finally:
        journal.discard()


def test_a_machine_that_vanished_leaves_its_letters_in_doubt(scope: Scope, at: datetime) -> None:
    letter_id = owe(scope, at)
    take_letters(scope, claim_id=new_id(), machine=new_id(), limit=9, at=at)
    recovery.sweep(at=at + timedelta(minutes=10))
    assert row(scope, letter_id).state == "in_hand"
    recovery.sweep(at=at + timedelta(minutes=16))
    assert row(scope, letter_id).state == "in_doubt"


def test_a_connection_that_breaks_after_the_content_is_in_doubt(
    scope: Scope, at: datetime, post_office: Callable[..., Post]
) -> None:
    post_office(Behaviour(close_at=Moment.CONTENT))
    letter_id = owe(scope, at)
    send(scope, at)
    assert row(scope, letter_id).state == "in_doubt"
    assert send(scope, at + timedelta(hours=1)) == 0


def test_campaigns_recovery_leaves_the_journals_of_letters_alone(scope: Scope, at: datetime) -> None:
    from bedside.correspondence.delivery.recovery import recover

    letter_id, journal = taken_by_somebody_dead(scope, at)
    journal.leave()
    recover(at=at)
    assert len(leftovers(journals())) == 1
    recovery.recover(at=at)
    assert row(scope, letter_id).state == "owed"
