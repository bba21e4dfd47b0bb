"""Somebody who writes the table of keys changes how a version stands, or puts an older row back."""

from __future__ import annotations

import os

import pytest
from django.db import transaction

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.scope import in_scope
from bedside.safeguards.vault import marks
from bedside.safeguards.vault.inventory import inventory
from bedside.safeguards.vault.marking import mark_every_practice, mark_unmarked, repair
from bedside.safeguards.vault.marks import KeyChanged
from bedside.safeguards.vault.models import PracticeKey, RecoveryKey
from bedside.safeguards.vault.queries import forget_keys, practice_keys
from bedside.safeguards.vault.recovering import copy_for_recovery, make_shares
from bedside.safeguards.vault.rooting import copy_to_recovery, rewrap_practice
from bedside.safeguards.vault.rotation import advance, mark_compromised, rotate
from bedside.safeguards.vault.rules import MARGIN
from tests.safeguards.vault.test_rotation import go_through, row, states

PLACE = {"table": "t", "row": "r", "column": "c"}


def change(which: int, scope, **fields) -> None:
    """As somebody with the application's role, past Bedside."""
    with in_scope(scope):
        assert PracticeKey.objects.filter(version=which).update(**fields) == 1
    forget_keys()


def stored(version: int, scope) -> dict[str, object]:
    with in_scope(scope):
        return PracticeKey.objects.filter(version=version).values().get()


def shown(scope, at) -> dict[int, str]:
    """What the page says is wrong, by version."""
    return {key.version: key.problem for key in inventory(scope, at=at).keys if key.problem}


@pytest.fixture
def rotated(scope, clock) -> bytes:
    """Version 2 seals, version 1 is marked as compromised and rests; gives what version 1 sealed."""
    sealed = practice_keys(scope).seal(b"before", **PLACE)
    go_through(scope, rotate(scope, at=clock()), clock)
    mark_compromised(scope, 1, at=clock())
    forget_keys()
    return sealed


def test_a_compromised_version_set_back_to_active_seals_and_opens_nothing(scope, rotated, at):
    change(1, scope, state="active", compromised_at=None, deactivated_at=None)
    keys = practice_keys(scope)
    assert keys.sealing_version == 2
    with pytest.raises(KeyChanged):
        keys.open(rotated, **PLACE)
    assert "Version 1" in shown(scope, at)[1]


def test_a_compromised_version_does_not_seal_when_the_newer_one_is_pushed_aside(scope, rotated):
    change(1, scope, state="active", compromised_at=None)
    change(2, scope, state="deactivated")
    with pytest.raises(KeyChanged):
        practice_keys(scope)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "compromised"}, {"wrapped": b"something else"}, {"wrapped_by": "local:other"}, {"active_at": None},
        {"mark": b""}, {"mark": bytes(range(32))}, {"recovery_copy": b"a copy of mine"}, {"recovery_id": 7},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_seals_under_a_version_that_was_changed(scope, fields):
    change(1, scope, **fields)
    with pytest.raises(KeyChanged) as refused:
        practice_keys(scope).seal(b"x", **PLACE)
    assert "bedside keys repair" in refused.value.sentence


def test_nothing_is_looked_up_by_an_index_key_that_was_changed(scope):
    change(0, scope, wrapped_by="local:other")
    with pytest.raises(KeyChanged):
        practice_keys(scope)


def test_a_process_that_has_the_key_open_lets_go_of_it(scope, monkeypatch):
    keys = practice_keys(scope)
    sealed = keys.seal(b"x", **PLACE)
    with in_scope(scope):
        PracticeKey.objects.filter(version=1).update(compromised_at="2026-11-20T00:00:00Z")
    assert keys.open(sealed, **PLACE) == b"x", "asked the database each time"
    keys._ring._asked_at -= 31
    keys._ring._looked_at -= 31
    for use in (lambda: keys.seal(b"x", **PLACE), lambda: keys.open(sealed, **PLACE)):
        with pytest.raises(KeyChanged):
            use()


def test_an_older_row_put_back_whole_is_found_by_the_ledger(scope, clock):
    """Mark and all: it was right when it was made."""
    before = stored(1, scope)
    go_through(scope, rotate(scope, at=clock()), clock)
    mark_compromised(scope, 1, at=clock())
    with in_scope(scope):
        PracticeKey.objects.filter(version=1).update(**before)
        assert marks.has_right_mark(PracticeKey.objects.get(version=1))
        PracticeKey.objects.filter(version=2).update(state="pre_active")
    forget_keys()
    with pytest.raises(KeyChanged):
        practice_keys(scope)


def test_an_older_row_from_before_the_compromise_is_found_while_the_next_is_on_its_way(scope, clock):
    before = stored(1, scope)
    mark_compromised(scope, 1, at=clock())
    change(1, scope, **before)
    with pytest.raises(KeyChanged):
        practice_keys(scope)


def test_a_destroyed_version_put_back_whole_opens_nothing(scope_of, clock):
    from bedside.safeguards.vault.destroying import ask, carry_out, release

    omar, chloe = scope_of("omar"), scope_of("chloe")
    sealed = practice_keys(omar).seal(b"x", **PLACE)
    go_through(omar, rotate(omar, at=clock()), clock)
    before = stored(1, omar)
    request_id = ask(omar, 1, at=clock())
    clock.now = release(chloe, request_id, at=clock())
    assert carry_out(omar, request_id, at=clock())
    change(1, omar, **before)
    with pytest.raises(KeyChanged):
        practice_keys(omar).open(sealed, **PLACE)


def test_no_verb_gives_a_changed_row_a_new_mark(scope, rotated, at, clock):
    change(1, scope, state="deactivated", compromised_at=None)
    acts = (
        lambda: rewrap_practice(scope, at=at, everything=True),
        lambda: mark_compromised(scope, 1, at=at),
        lambda: advance(scope, rotate(scope, at=clock()), clock=lambda: clock.later(seconds=60)),
    )
    for act in acts:
        with pytest.raises(KeyChanged), transaction.atomic():
            act()
    assert 1 in shown(scope, at)


def test_every_step_of_a_rotation_leaves_right_marks(scope, clock):
    rotation_id = rotate(scope, at=clock())
    for _ in range(4):
        clock.later(seconds=MARGIN.total_seconds())
        advance(scope, rotation_id, clock=clock)
        assert shown(scope, clock()) == {}
    assert row(scope).step == "finished"


# --- versions from before there were marks


def test_versions_without_marks_get_them_once_after_a_migration(scope, rotated, at):
    change(1, scope, mark=b"")
    change(2, scope, mark=b"")
    change(0, scope, mark=b"")
    with pytest.raises(KeyChanged):
        practice_keys(scope)
    assert mark_every_practice(at=at) == 3
    assert practice_keys(scope).open(rotated, **PLACE) == b"before"
    assert mark_unmarked(scope, at=at) == 0


def test_blotting_out_the_mark_and_waiting_for_a_migration_gains_nothing(scope, rotated, at):
    change(1, scope, mark=b"", state="active", compromised_at=None, deactivated_at=None)
    assert mark_unmarked(scope, at=at) == 0
    with pytest.raises(KeyChanged):
        practice_keys(scope).open(rotated, **PLACE)


def test_a_wrong_mark_is_not_made_right_by_a_migration(scope, rotated, at):
    change(1, scope, mark=os.urandom(32))
    assert mark_unmarked(scope, at=at) == 0
    assert 1 in shown(scope, at)


# --- repair


def test_repair_puts_back_what_the_ledger_remembers(scope, rotated, at):
    change(1, scope, state="active", compromised_at=None, deactivated_at=None)
    change(2, scope, state="deactivated")
    assert repair(scope, at=at) == 2
    assert states(scope) == {1: "compromised", 2: "active"}
    assert practice_keys(scope).open(rotated, **PLACE) == b"before"
    assert shown(scope, at) == {}
    assert repair(scope, at=at) == 0


def test_repair_finishes_what_two_people_destroyed(scope_of, clock):
    from bedside.safeguards.vault.destroying import ask, carry_out, release

    omar, chloe = scope_of("omar"), scope_of("chloe")
    go_through(omar, rotate(omar, at=clock()), clock)
    before = stored(1, omar)
    request_id = ask(omar, 1, at=clock())
    clock.now = release(chloe, request_id, at=clock())
    carry_out(omar, request_id, at=clock())
    change(1, omar, **before)
    assert repair(omar, at=clock()) == 1
    assert (stored(1, omar)["state"], bytes(stored(1, omar)["wrapped"])) == ("destroyed", b"")


@pytest.mark.parametrize("fields", [{"wrapped": b"something else"}, {"version": 9}], ids=str)
def test_repair_makes_nothing_of_a_row_that_bedside_did_not_make(scope, at, fields):
    change(1, scope, **fields)
    with pytest.raises(Refusal) as refused:
        repair(scope, at=at)
    assert refused.value.code == "key_beyond_repair"


def test_only_who_keeps_the_keys_repairs(scope_of, at):
    with pytest.raises(NotAllowed):
        repair(scope_of("ana"), at=at)


# --- the recovery key


def made(scope, at, *, replace: bool = False) -> None:
    with transaction.atomic():
        make_shares(shares=3, needed=2, replace=replace, at=at)
        copy_for_recovery(scope, at=at)


def test_an_older_recovery_key_put_back_is_given_no_key(scope, clock):
    """Its mark is right, and whoever kept its shares would be given every later key."""
    made(scope, clock())
    old = RecoveryKey.objects.values().get()
    made(scope, clock(), replace=True)
    RecoveryKey.objects.all().delete()
    RecoveryKey.objects.create(**old)
    acts = (
        lambda: rotate(scope, at=clock()),
        lambda: copy_to_recovery(scope),
        lambda: rewrap_practice(scope, at=clock(), everything=True),
    )
    for act in acts:
        with pytest.raises(Refusal) as refused, transaction.atomic():
            act()
        assert refused.value.code == "recovery_key_replaced"
    assert "older one back" in inventory(scope, at=clock()).recovery.problem
    made(scope, clock(), replace=True)
    assert inventory(scope, at=clock()).recovery.problem == ""


def test_a_recovery_key_of_somebody_else_can_be_replaced(scope, at):
    made(scope, at)
    RecoveryKey.objects.update(public=os.urandom(32))
    assert inventory(scope, at=at).recovery.problem
    made(scope, at, replace=True)
    assert inventory(scope, at=at).recovery.problem == ""


def test_a_practice_made_later_remembers_the_recovery_key_it_was_copied_to(scope, stranger_scope, at):
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from bedside.safeguards.vault.remembered import remembered
    from tests.conftest import make_practice

    made(scope, at)
    later = administrator_scope(make_practice("oak", "Oak Clinic"), purpose=Purpose.OPERATIONS)
    assert remembered(later).recovery == remembered(scope).recovery != ""
    assert remembered(stranger_scope).recovery == ""
