"""Persons' keys open in one go, also while some are wrapped under an older version of the practice's key."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.safeguards.vault.actions import make_person_keys
from bedside.safeguards.vault.keyring import Keyring
from bedside.safeguards.vault.keys import PracticeKeys
from bedside.safeguards.vault.queries import person_keys, person_sealers, practice_keys
from bedside.safeguards.vault.rules import HeldKey, KeyState

PRACTICE = UUID(int=1)
PLAINS = [b"value %d" % number for number in range(6)]


def ring(*states):
    held = [
        HeldKey(id=version, version=version, state=state, wrapped=b"", wrapped_by="test", is_genuine=True)
        for version, state in enumerate((KeyState.ACTIVE, *states))  # the first is the index key
    ]
    return PracticeKeys(PRACTICE, Keyring(lambda: held, lambda key: bytes([key.version]) * 32))


def rotated():
    """Six persons, every second wrapped anew under the second version, and the keys that open both."""
    before, after = ring(KeyState.ACTIVE), ring(KeyState.ACTIVE, KeyState.ACTIVE)
    ids = [str(uuid4()) for _ in range(6)]
    wrapped, sealers = before.new_persons([UUID(one) for one in ids])
    anew = after.wrapped(after.persons(ids, wrapped), person_ids=ids)
    mixed = [anew[number] if number % 2 else wrapped[number] for number in range(6)]
    return after, ids, mixed, sealers


def test_opens_keys_of_two_versions_in_one_go():
    keys, ids, mixed, sealers = rotated()
    places = keys.places(table="t", column="c", rows=ids, versions=[1] * 6)
    sealed = sealers.seal_each(PLAINS, places=places)
    assert {value[4] for value in mixed} == {1, 2}
    assert keys.persons(ids, mixed).open_each(sealed, places=places) == PLAINS
    assert (
        keys.persons([], []).open_each([], places=keys.places(table="t", column="c", rows=[], versions=[]))
        == []
    )


@pytest.mark.parametrize("position", range(6))
@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda value: value[:20], lambda value: value[:-1] + bytes([value[-1] ^ 1]),
     lambda value: b"\x02" + value[1:], lambda value: value[:4] + b"\x09" + value[5:]],
    ids=["empty", "cut", "flipped", "another format", "a version nobody has"],
)  # fmt: skip
def test_names_the_key_that_does_not_open(position, damage):
    keys, ids, mixed, _ = rotated()
    mixed[position] = damage(mixed[position])
    with pytest.raises(Unsealable) as refused:
        keys.persons(ids, mixed)
    assert refused.value.position == position


def test_opens_no_key_of_somebody_else():
    keys, ids, mixed, _ = rotated()
    mixed[1], mixed[3] = mixed[3], mixed[1]
    with pytest.raises(Unsealable) as refused:
        keys.persons(ids, mixed)
    assert refused.value.position == 1


def test_opens_nothing_under_a_version_that_is_gone():
    _, ids, mixed, _ = rotated()
    with pytest.raises(Unsealable) as refused:
        ring(KeyState.DESTROYED, KeyState.ACTIVE).persons(ids, mixed)
    assert refused.value.position == 0


def test_gives_sealers_in_the_order_asked_for(scope, at):
    ids = [new_id() for _ in range(4)]
    made = make_person_keys(scope, ids, at=at)
    keys = practice_keys(scope)
    backwards = [str(one) for one in reversed(ids)]
    places = keys.places(table="t", column="c", rows=backwards, versions=[1] * 4)
    sealed = person_sealers(scope, ids[::-1]).seal_each(PLAINS[:4], places=places)
    own = person_keys(scope, ids)
    assert [own[one].open(sealed[at], place=places.at(at)) for at, one in enumerate(reversed(ids))] == PLAINS[
        :4
    ]
    assert len(made) == 4
    with pytest.raises(KeyError):
        person_sealers(scope, [new_id()])


def test_stores_keys_in_many_statements_as_in_one(scope, at, monkeypatch):
    monkeypatch.setattr("bedside.safeguards.vault.actions._ROWS_PER_STATEMENT", 3)
    ids = [new_id() for _ in range(7)]
    make_person_keys(scope, ids, at=at)
    assert set(person_keys(scope, ids)) == set(ids)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT wrapped) FROM vault_personkey")
        assert cursor.fetchone() == (7,)
