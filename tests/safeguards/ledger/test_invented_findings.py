"""Results of verification and of anchoring that were put into the tables past Bedside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bedside.ground.scope import in_scope
from bedside.safeguards.audit.actions import record, seal
from bedside.safeguards.audit.history import verifications
from bedside.safeguards.audit.models import Anchoring, Verification
from bedside.safeguards.audit.rules import declare
from bedside.safeguards.audit.standing import last_verification
from bedside.safeguards.audit.verifying import is_due, verify

THING = declare("sample.invented_finding", "A thing.")


@pytest.fixture
def sealed(scope, at):
    record(scope, THING, at=at)
    seal(scope, at=at)


def invent(scope, at, **said):
    fields = {"from_size": 0, "size": 1, "root": b"\0" * 32, "sound": True, "finding": "sound"} | said
    with in_scope(scope):
        Verification.objects.create(practice_id=scope.practice_id, at=at, mark=b"\0" * 32, **fields)


def test_an_invented_all_is_well_puts_no_verification_off(scope, sealed, at):
    invent(scope, at)
    assert is_due(scope, at=at)
    assert last_verification(scope) is None
    assert verifications(scope, limit=9) == []


def test_a_genuine_one_does(scope, sealed, at):
    assert verify(scope, at=at).sound
    assert not is_due(scope, at=at)
    assert last_verification(scope).sound


def test_a_genuine_one_is_found_behind_many_invented_ones(scope, sealed, at):
    verify(scope, at=at)
    for _ in range(40):
        invent(scope, at + timedelta(days=1))
    assert last_verification(scope).at == at
    assert len(verifications(scope, limit=9)) == 1


def test_the_newest_is_shown_first_and_no_more_than_asked_for(scope, sealed, at):
    times = [at + timedelta(days=days) for days in range(20)]
    for time in times:
        verify(scope, at=time)
    assert [row.at for row in verifications(scope, limit=3)] == times[:-4:-1]
    assert [row.at for row in verifications(scope, limit=50)] == times[::-1]


def test_an_invented_size_cries_no_wolf_and_is_named(scope, sealed, at):
    invent(scope, at, size=10**9)
    found = verify(scope, at=at)
    assert (found.finding, found.sound) == ("verification_foreign", False)


def test_a_genuine_result_that_was_copied_with_another_time_counts_for_nothing(scope, sealed, at):
    verify(scope, at=at)
    later = at + timedelta(days=3)
    with in_scope(scope):
        row = Verification.objects.get(practice_id=scope.practice_id)
        row.pk, row.at = None, later
        row.save(force_insert=True)
    assert is_due(scope, at=later)


def test_another_practices_result_counts_for_nothing(scope, stranger_scope, sealed, at):
    verify(scope, at=at)
    with in_scope(scope):
        row = Verification.objects.get(practice_id=scope.practice_id)
    with in_scope(stranger_scope):
        row.pk, row.practice_id = None, stranger_scope.practice_id
        row.save(force_insert=True)
    assert last_verification(stranger_scope) is None


def test_an_invented_anchor_cries_no_wolf(scope, sealed, at):
    with in_scope(scope):
        Anchoring.objects.create(
            practice_id=scope.practice_id, place="file:/a", size=10**9, root=b"\0" * 32, at=at, outcome="kept"
        )
    assert verify(scope, at=at).finding == "sound"


def test_results_from_before_there_were_marks_are_forgotten_and_no_others(committed, at):
    from importlib import import_module

    record(committed.scope, THING, at=at)
    seal(committed.scope, at=at)
    assert verify(committed.scope, at=at).sound
    with in_scope(committed.scope):
        Verification.objects.create(
            practice_id=committed.scope.practice_id, at=at, mark=b"",
            from_size=0, size=1, root=b"\0" * 32, sound=True, finding="sound",
        )  # fmt: skip
    assert verify(committed.scope, at=at).finding == "verification_foreign"
    migration = import_module("bedside.safeguards.audit.migrations.0009_forget_unsealed_findings")
    committed.owner.execute("SELECT set_config('bedside.practice', '', false)")
    for statement in filter(str.strip, migration.FORGET.split(";")):
        committed.owner.execute(statement)
    committed.owner.commit()
    assert verify(committed.scope, at=at).sound
    assert len(verifications(committed.scope, limit=9)) == 3
