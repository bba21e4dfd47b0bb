"""A practice's key changes while everything goes on, and what was sealed before still opens."""

from __future__ import annotations

import os

import pytest
from django.db import connection

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.kit.sealing.envelope import key_version
from bedside.safeguards.vault import keyring, marks, rewrapping
from bedside.safeguards.vault.actions import destroy_person_keys, make_person_keys
from bedside.safeguards.vault.models import PersonKey, PracticeKey, Rotation
from bedside.safeguards.vault.queries import forget_keys, person_keys, practice_keys
from bedside.safeguards.vault.rotation import advance, mark_compromised, rotate
from bedside.safeguards.vault.rules import CACHE_S, MARGIN

PLACE = {"table": "t", "row": "r", "column": "c"}


def states(scope) -> dict[int, str]:
    with in_scope(scope):
        return dict(PracticeKey.objects.filter(version__gt=0).values_list("version", "state"))


def go_through(scope, rotation_id, clock) -> None:
    """The jobs of a rotation, one after the other."""
    for _ in range(4):
        advance(scope, rotation_id, clock=clock)
        clock.later(seconds=MARGIN.total_seconds())


def row(scope) -> Rotation:
    with in_scope(scope):
        return Rotation.objects.latest("began_at")


def test_waits_longer_for_a_new_version_than_any_process_remembers():
    assert MARGIN.total_seconds() > CACHE_S


def test_takes_over_step_by_step(scope, clock):
    old = practice_keys(scope).seal(b"before", **PLACE)
    rotation_id = rotate(scope, at=clock())
    assert states(scope) == {1: "active", 2: "pre_active"}

    advance(scope, rotation_id, clock=clock)
    assert states(scope) == {1: "active", 2: "pre_active"}, "took over before everybody knew"

    clock.later(seconds=60)
    advance(scope, rotation_id, clock=clock)
    assert states(scope) == {1: "active", 2: "active"}
    assert key_version(practice_keys(scope).seal(b"now", **PLACE)) == 2

    clock.later(seconds=60)
    advance(scope, rotation_id, clock=clock)
    assert states(scope) == {1: "deactivated", 2: "active"}

    advance(scope, rotation_id, clock=clock)
    assert row(scope).step == "finished"
    assert practice_keys(scope).open(old, **PLACE) == b"before"


def test_rewraps_every_person_and_none_is_lost(scope, at, clock, monkeypatch):
    monkeypatch.setattr(rewrapping, "BATCH", 7)
    people = [new_id() for _ in range(40)]
    sealers = dict(zip(people, make_person_keys(scope, people, at=at).each(), strict=True))
    kept = {
        one: sealers[one].seal(b"x", place=practice_keys(scope).place(version=1, **PLACE)) for one in people
    }
    go_through(scope, rotate(scope, at=clock()), clock)
    with in_scope(scope):
        wrapped = list(PersonKey.objects.values_list("wrapped", flat=True))
    assert {key_version(bytes(one)) for one in wrapped} == {2}
    assert (row(scope).total, row(scope).done) == (40, 40)
    opened = person_keys(scope, people)
    place = practice_keys(scope).place(version=1, **PLACE)
    assert all(opened[one].open(kept[one], place=place) == b"x" for one in people)


def test_brings_back_nobody_who_was_erased_meanwhile(scope, at, clock, monkeypatch):
    monkeypatch.setattr(rewrapping, "BATCH", 2)
    people = sorted(new_id() for _ in range(6))
    make_person_keys(scope, people, at=at)
    rotation_id = rotate(scope, at=clock())
    for _ in range(2):
        clock.later(seconds=60)
        advance(scope, rotation_id, clock=clock)
    destroy_person_keys(scope, people[3:5], at=at)
    go_through(scope, rotation_id, clock)
    assert set(person_keys(scope, people)) == set(people) - set(people[3:5])
    assert row(scope).step == "finished"


def test_leaves_a_key_that_was_tampered_with_and_says_so(scope, at, clock):
    people = sorted(new_id() for _ in range(5))
    make_person_keys(scope, people, at=at)
    with in_scope(scope):
        PersonKey.objects.filter(person_id=people[2]).update(wrapped=b"\x01\x00\x00\x00\x01" + os.urandom(60))
    go_through(scope, rotate(scope, at=clock()), clock)
    assert (row(scope).step, row(scope).done) == ("finished", 4)
    assert set(person_keys(scope, people[:2] + people[3:])) == set(people[:2] + people[3:])
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT body FROM audit_entry WHERE kind = 'keys.rotation_finished'")
        assert b'"left":1,"rewrapped":4' in bytes(cursor.fetchone()[0])


def test_goes_on_where_it_was(scope, at, clock, monkeypatch):
    """As after a kill: some batches are committed, the job comes again."""
    monkeypatch.setattr(rewrapping, "BATCH", 3)
    people = [new_id() for _ in range(10)]
    make_person_keys(scope, people, at=at)
    rotation_id = rotate(scope, at=clock())
    for _ in range(2):
        clock.later(seconds=60)
        advance(scope, rotation_id, clock=clock)
    forget_keys()
    with in_scope(scope):
        assert rewrapping.next_batch(scope, rewrapping.claimed(scope, rotation_id))
    assert row(scope).done == 3
    forget_keys()
    advance(scope, rotation_id, clock=clock)
    assert (row(scope).step, row(scope).done) == ("finished", 10)


def test_refuses_a_second_rotation_while_one_is_under_way(scope, clock):
    rotate(scope, at=clock())
    with pytest.raises(Refusal) as refused:
        rotate(scope, at=clock())
    assert refused.value.code == "rotation_running"
    assert states(scope) == {1: "active", 2: "pre_active"}


def test_rotates_again_after_the_first(scope, clock):
    for expected in (2, 3):
        go_through(scope, rotate(scope, at=clock()), clock)
        assert practice_keys(scope).sealing_version == expected
    assert states(scope) == {1: "deactivated", 2: "deactivated", 3: "active"}


def test_a_clock_that_was_set_back_delays_and_breaks_nothing(scope, clock):
    rotation_id = rotate(scope, at=clock())
    clock.later(days=-400)
    advance(scope, rotation_id, clock=clock)
    assert states(scope) == {1: "active", 2: "pre_active"}
    clock.later(days=401)
    go_through(scope, rotation_id, clock)
    assert row(scope).step == "finished"


def test_a_clock_that_jumped_ahead_leaves_no_process_behind(scope, clock):
    """It met no margin, so this process does not know version 2; it asks when it meets a value under it."""
    ours = practice_keys(scope)
    ours.seal(b"x", **PLACE)
    rotation_id = rotate(scope, at=clock())
    clock.later(days=400)
    advance(scope, rotation_id, clock=clock)
    forget_keys()
    theirs = practice_keys(scope).seal(b"new", **PLACE)
    assert key_version(theirs) == 2
    ours._ring._asked_at -= keyring._UNKNOWN_AGAIN_AFTER_S
    assert ours.open(theirs, **PLACE) == b"new"


def test_a_process_seals_under_the_new_version_when_its_half_minute_is_over(scope, clock):
    ours = practice_keys(scope)
    rotation_id = rotate(scope, at=clock())
    clock.later(seconds=60)
    advance(scope, rotation_id, clock=clock)
    assert key_version(ours.seal(b"x", **PLACE)) == 1
    ours._ring._asked_at -= CACHE_S
    assert key_version(ours.seal(b"x", **PLACE)) == 2


def test_a_version_that_never_was_opens_nothing_and_is_not_asked_for_each_time(scope, monkeypatch):
    keys = practice_keys(scope)
    sealed = bytearray(keys.seal(b"x", **PLACE))
    sealed[1:5] = (77).to_bytes(4, "big")
    asked = []
    monkeypatch.setattr(keys._ring, "_ask", lambda ask=keys._ring._ask: asked.append(1) or ask())
    keys._ring._asked_at -= keyring._UNKNOWN_AGAIN_AFTER_S
    for _ in range(5):
        with pytest.raises(Unsealable):
            keys.open(bytes(sealed), **PLACE)
    assert len(asked) == 1


def test_looks_up_to_the_same_bytes_after_a_rotation(scope, clock):
    before = practice_keys(scope).blind_index("address", "rosa@example.com")
    go_through(scope, rotate(scope, at=clock()), clock)
    forget_keys()
    assert practice_keys(scope).blind_index("address", "rosa@example.com") == before


def test_stores_the_index_key_of_a_practice_from_before_it_had_one(scope, clock):
    with in_scope(scope):  # no row is ever deleted, so the index key of today is put out of the way
        row = PracticeKey.objects.get(version=0)
        row.version, row.state, row.wrapped, row.recovery_copy = 90, "destroyed", b"", b""
        marks.put(row, ["version", "state", "wrapped", "recovery_copy"])
    before = practice_keys(scope).blind_index("address", "rosa@example.com")
    go_through(scope, rotate(scope, at=clock()), clock)
    forget_keys()
    assert practice_keys(scope).blind_index("address", "rosa@example.com") == before
    with in_scope(scope):
        assert PracticeKey.objects.filter(version=0, state="active").exists()


def test_a_compromised_version_is_followed_at_once_and_only_opens(scope, clock):
    old = practice_keys(scope).seal(b"before", **PLACE)
    mark_compromised(scope, 1, at=clock())
    advance(scope, row(scope).id, clock=clock)
    assert states(scope)[2] == "active"
    assert practice_keys(scope).sealing_version == 2
    clock.later(seconds=60)
    go_through(scope, row(scope).id, clock)
    assert states(scope) == {1: "compromised", 2: "active"}
    assert practice_keys(scope).open(old, **PLACE) == b"before"


def test_marks_a_resting_version_without_another_rotation(scope, clock):
    go_through(scope, rotate(scope, at=clock()), clock)
    mark_compromised(scope, 1, at=clock())
    assert states(scope) == {1: "compromised", 2: "active"}
    with pytest.raises(Refusal):
        mark_compromised(scope, 1, at=clock())


def test_marks_a_version_that_is_being_followed_already(scope, clock):
    rotation_id = rotate(scope, at=clock())
    mark_compromised(scope, 1, at=clock())
    clock.later(seconds=60)
    go_through(scope, rotation_id, clock)
    assert states(scope) == {1: "compromised", 2: "active"}


@pytest.mark.parametrize("version", [0, 2, 99])
def test_marks_no_version_that_is_none(scope, clock, version):
    with pytest.raises(NotFound):
        mark_compromised(scope, version, at=clock())


@pytest.mark.parametrize("who", ["ana", "ada", "abe"])
def test_only_who_keeps_the_keys_rotates(scope_of, clock, who):
    with pytest.raises(NotAllowed):
        rotate(scope_of(who), at=clock())
    with pytest.raises(NotAllowed):
        mark_compromised(scope_of(who), 1, at=clock())


def test_does_not_touch_the_keys_of_another_practice(scope, stranger_scope, at, clock):
    theirs = new_id()
    make_person_keys(stranger_scope, [theirs], at=at)
    go_through(scope, rotate(scope, at=clock()), clock)
    assert states(stranger_scope) == {1: "active"}
    assert set(person_keys(stranger_scope, [theirs])) == {theirs}
