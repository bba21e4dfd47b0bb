"""A key is destroyed by two people, after a cooling time, when nothing needs it any more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, ProgrammingError

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.safeguards.vault import destroying
from bedside.safeguards.vault.actions import make_person_keys
from bedside.safeguards.vault.destroying import ask, carry_out, object_to_closing, refuse, release, requests
from bedside.safeguards.vault.models import Destruction, DestructionRequest, PersonKey, PracticeKey
from bedside.safeguards.vault.queries import forget_keys, practice_keys
from bedside.safeguards.vault.rotation import advance, rotate
from bedside.safeguards.vault.rules import COOLING, MARGIN

PLACE = {"table": "t", "row": "r", "column": "c"}


@pytest.fixture
def omar(scope_of):
    return scope_of("omar")


@pytest.fixture
def chloe(scope_of):
    return scope_of("chloe")


@pytest.fixture
def rotated(omar, clock) -> bytes:
    """Version 1 rests and nothing is sealed under it any more but the value given."""
    sealed = practice_keys(omar).seal(b"kept elsewhere", **PLACE)
    rotation_id = rotate(omar, at=clock())
    for _ in range(4):
        advance(omar, rotation_id, clock=clock)
        clock.later(seconds=MARGIN.total_seconds())
    return sealed


def state(scope, version: int) -> str:
    with in_scope(scope):
        return str(PracticeKey.objects.get(version=version).state)


def test_two_people_destroy_a_version_that_rests(omar, chloe, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    due = release(chloe, request_id, at=clock())
    assert due == clock() + COOLING
    assert not carry_out(omar, request_id, at=clock()), "done before the cooling time was over"
    clock.now = due
    assert carry_out(omar, request_id, at=clock())
    with in_scope(omar):
        row = PracticeKey.objects.get(version=1)
        assert (row.state, bytes(row.wrapped), row.destroyed_at) == ("destroyed", b"", due)
        assert Destruction.objects.filter(kind="practice", version=1, key=omar.practice_id).count() == 1
    assert requests(omar) == []
    forget_keys()
    with pytest.raises(Unsealable):
        practice_keys(omar).open(rotated, **PLACE)
    assert not carry_out(omar, request_id, at=clock()), "done twice"


def test_nobody_releases_what_they_asked_for(omar, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    with pytest.raises(Refusal) as refused:
        release(omar, request_id, at=clock())
    assert refused.value.code == "same_person"
    assert requests(omar)[0].state == "asked"


def test_the_database_too_refuses_one_person_for_both(omar, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    with pytest.raises(IntegrityError), in_scope(omar):
        DestructionRequest.objects.filter(id=request_id).update(state="released", answered_by=omar.actor.id)


def test_two_commands_on_the_machine_are_not_two_people(omar, chloe, rotated, clock):
    by_shell = replace(omar, origin="cli:root")
    request_id = ask(by_shell, 1, at=clock())
    with pytest.raises(Refusal) as refused:
        release(replace(chloe, origin="cli:root"), request_id, at=clock())
    assert refused.value.code == "both_by_shell"
    assert release(chloe, request_id, at=clock())


def test_the_machine_itself_releases_nothing(scope, omar, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    with pytest.raises(Refusal) as refused:
        release(scope, request_id, at=clock())
    assert refused.value.code == "person_needed"


@pytest.mark.parametrize("who", ["ana", "ada", "abe"])
def test_only_who_keeps_the_keys_asks_or_answers(scope_of, omar, rotated, clock, who):
    request_id = ask(omar, 1, at=clock())
    for act in (
        lambda: ask(scope_of(who), 1, at=clock()),
        lambda: release(scope_of(who), request_id, at=clock()),
        lambda: refuse(scope_of(who), request_id, at=clock()),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_stranger_finds_no_request(stranger_scope, omar, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    assert requests(stranger_scope) == []
    with pytest.raises(NotFound):
        refuse(stranger_scope, request_id, at=clock())


def test_refuses_while_values_are_sealed_under_it_and_says_where(omar, rotated, clock):
    old = practice_keys(omar)._ring.opening(1)
    person = new_id()
    make_person_keys(omar, [person], at=clock())
    with in_scope(omar):
        wrapped = old.seal(bytes(32), place=practice_keys(omar)._person_place(person))
        PersonKey.objects.filter(person_id=person).update(wrapped=wrapped)
    with pytest.raises(Refusal) as refused:
        ask(omar, 1, at=clock())
    assert refused.value.code == "still_needed"
    assert "vault_personkey.wrapped (1)" in refused.value.sentence


def test_looks_again_before_it_destroys(omar, chloe, rotated, clock):
    """Somebody restored a value sealed under the old version during the cooling time."""
    person = new_id()
    make_person_keys(omar, [person], at=clock())
    request_id = ask(omar, 1, at=clock())
    clock.now = release(chloe, request_id, at=clock())
    old = practice_keys(omar)._ring.opening(1)
    with in_scope(omar):
        PersonKey.objects.filter(person_id=person).update(
            wrapped=old.seal(bytes(32), place=practice_keys(omar)._person_place(person))
        )
    assert not carry_out(omar, request_id, at=clock())
    assert state(omar, 1) == "deactivated"
    assert requests(omar) == [], "waits on although it was found impossible"


@pytest.mark.parametrize(("version", "code"), [(2, "key_in_use"), (0, "key_in_use"), (7, "not_found")])
def test_refuses_what_is_in_use_or_not_there(omar, rotated, clock, version, code):
    with pytest.raises(Refusal) as refused:
        ask(omar, version, at=clock())
    assert refused.value.code == code


def test_refuses_to_ask_twice(omar, chloe, rotated, clock):
    ask(omar, 1, at=clock())
    with pytest.raises(Refusal) as refused:
        ask(chloe, 1, at=clock())
    assert refused.value.code == "asked_already"


@pytest.mark.parametrize("released", [False, True])
def test_can_be_taken_back_until_the_last_moment(omar, chloe, rotated, clock, released):
    request_id = ask(omar, 1, at=clock())
    if released:
        release(chloe, request_id, at=clock())
    refuse(omar, request_id, at=clock())
    clock.later(days=8)
    assert not carry_out(omar, request_id, at=clock())
    assert state(omar, 1) == "deactivated"
    assert ask(omar, 1, at=clock()), "cannot be asked for again"


def test_a_clock_that_was_set_back_waits(omar, chloe, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    due = release(chloe, request_id, at=clock())
    clock.later(days=-30)
    assert not carry_out(omar, request_id, at=clock())
    clock.now = due
    assert carry_out(omar, request_id, at=clock())


def test_a_practice_that_closes_loses_every_key(omar, chloe, clock):
    sealed = practice_keys(omar).seal(b"x", **PLACE)
    request_id = ask(omar, None, at=clock())
    clock.now = release(chloe, request_id, at=clock())
    assert carry_out(omar, request_id, at=clock())
    with in_scope(omar):
        assert set(PracticeKey.objects.values_list("state", flat=True)) == {"destroyed"}
        assert Destruction.objects.filter(kind="practice").count() == 2
    forget_keys()
    with pytest.raises(Refusal) as refused:
        practice_keys(omar).open(sealed, **PLACE)
    assert refused.value.code == "keys_destroyed"


def test_a_room_may_object_to_the_closing(omar, clock, monkeypatch):
    monkeypatch.setattr(destroying, "_objections", [])
    object_to_closing(lambda _scope: "A legal hold forbids it.")
    with pytest.raises(Refusal, match="A legal hold forbids it"):
        ask(omar, None, at=clock())


def test_a_destroyed_key_cannot_be_put_back_in_the_database(omar, chloe, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    clock.now = release(chloe, request_id, at=clock())
    carry_out(omar, request_id, at=clock())
    with pytest.raises(IntegrityError), in_scope(omar):
        PracticeKey.objects.filter(version=1).update(wrapped=b"something")
    with pytest.raises(ProgrammingError), in_scope(omar):
        Destruction.objects.all().delete()


def _with_codes_from(secret: str, *accounts: str) -> None:
    """Each account's secret is sealed by itself, as the page that sets it up does."""
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator

    for account in accounts:
        Authenticator.objects.create(
            user_id=account, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(secret)}
        )


def test_two_accounts_with_one_authenticator_are_not_two_people(omar, chloe, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    _with_codes_from("JBSWY3DPEHPK3PXP", omar.actor.id, chloe.actor.id)
    with pytest.raises(Refusal) as refused:
        release(chloe, request_id, at=clock())
    assert refused.value.code == "same_hand"


def test_two_accounts_with_authenticators_of_their_own_are(omar, chloe, rotated, clock):
    request_id = ask(omar, 1, at=clock())
    _with_codes_from("JBSWY3DPEHPK3PXP", omar.actor.id)
    _with_codes_from("KRSXG5CTMVRXEZLU", chloe.actor.id)
    assert release(chloe, request_id, at=clock())


@pytest.mark.parametrize("address", ["Omar+keys@maple.example", "omar+2@MAPLE.example"])
def test_two_accounts_with_one_mailbox_are_not_two_people(omar, chloe, rotated, clock, address):
    from bedside.safeguards.staff.models import Account

    Account.objects.filter(id=chloe.actor.id).update(email=address)
    request_id = ask(omar, 1, at=clock())
    with pytest.raises(Refusal) as refused:
        release(chloe, request_id, at=clock())
    assert refused.value.code == "same_hand"
