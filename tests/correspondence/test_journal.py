"""The journal tells the truth after any death, and never more than was written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bedside.correspondence.delivery.journal import (
    RECORD_BYTES,
    Answer,
    Heading,
    Intent,
    Journal,
    Route,
    leftovers,
    read_story,
    take_over,
)
from bedside.correspondence.delivery.rules import judge_doubt, next_attempt
from bedside.ground.identity import new_id
from bedside.kit.transport.smtp import Outcome

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def _heading() -> Heading:
    return Heading(
        practice_id=new_id(), campaign_id=new_id(), claim_id=new_id(), chunk_no=7,
        message_class="general_health", host="relay.example",
    )  # fmt: skip


def _intent() -> Intent:
    return Intent(attempt=1, connection=3, at=AT, content_sha256=b"s" * 32)


def _filled(folder, heading: Heading) -> Journal:
    journal = Journal.create(folder, heading)
    route = Route(
        tls_version="TLSv1.3",
        cipher="TLS_AES_256_GCM_SHA384",
        certificate_sha256=b"f" * 32,
        peer="192.0.2.1:25",
    )
    journal.opened(3, route)
    for number in (11, 12):
        journal.intent(number, _intent())
    journal.answer(
        11, Answer(attempt=1, connection=3, at=AT, outcome=Outcome.ACCEPTED, code=250, enhanced="2.0.0")
    )
    return journal


def test_tells_what_was_answered_and_what_was_only_begun(tmp_path):
    heading = _heading()
    journal = _filled(tmp_path, heading)
    story = read_story(journal.path.read_bytes())
    assert story.heading == heading
    assert story.intents == {11: _intent(), 12: _intent()}
    assert story.answers[11].outcome is Outcome.ACCEPTED
    assert story.answers[11].enhanced == "2.0.0"
    assert story.routes[3].cipher == "TLS_AES_256_GCM_SHA384"
    journal.discard()


def test_journal_of_a_living_owner_is_left_alone(tmp_path):
    journal = _filled(tmp_path, _heading())
    assert take_over(journal.path) is None
    journal.leave()
    with take_over(journal.path) as abandoned:
        assert take_over(journal.path) is None  # one at a time
        abandoned.done()
    assert leftovers(tmp_path) == []


def test_discarded_journal_is_gone(tmp_path):
    journal = _filled(tmp_path, _heading())
    journal.discard()
    assert leftovers(tmp_path) == []


@given(cut=some.integers(0, RECORD_BYTES * 5), flipped=some.integers(0, RECORD_BYTES * 5 - 1))
def test_torn_and_damaged_records_end_the_story(tmp_path_factory, cut, flipped):
    journal = _filled(tmp_path_factory.mktemp("journal"), _heading())
    whole = journal.path.read_bytes()
    journal.discard()
    cut_story = read_story(whole[:cut])
    damaged = bytearray(whole)
    damaged[flipped] ^= 0x40
    for story, good in (
        (cut_story, cut // RECORD_BYTES),
        (read_story(bytes(damaged)), flipped // RECORD_BYTES),
    ):
        if good == 0:
            assert story is None
        else:
            assert 11 not in story.answers or good == 5
            assert len(story.intents) <= max(0, good - 2)


def test_full_disk_stops_before_content(tmp_path, monkeypatch):
    journal = Journal.create(tmp_path, _heading())
    monkeypatch.setattr("os.write", lambda *_: 10)
    with pytest.raises(OSError, match="disk is full"):
        journal.intent(1, _intent())
    monkeypatch.undo()
    journal.discard()


@pytest.mark.parametrize(("attempt", "delay_s"), [(1, 60), (2, 600), (3, 600), (9, 600)])
def test_last_delay_repeats_until_the_time_is_up(attempt, delay_s):
    moment = next_attempt(
        attempt=attempt, first_attempt_at=AT, at=AT, delays_s=[60, 600], give_up_after_s=3600, chance=0.0
    )
    assert (moment - AT).total_seconds() == delay_s
    late = next_attempt(
        attempt=attempt, first_attempt_at=AT, at=AT, delays_s=[60, 600], give_up_after_s=30, chance=0.0
    )
    assert late is None


@pytest.mark.parametrize("message_class", ["marketing", "general_health", "fundraising", "legal_notice"])
def test_only_care_is_sent_again_in_doubt(message_class):
    assert not judge_doubt(message_class).tries_again
    assert judge_doubt("treatment").tries_again
