"""What is sealed opens only where it belongs, and only with the right root key (promise P3)."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.db import ProgrammingError

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.safeguards.vault import marks
from bedside.safeguards.vault.actions import destroy_person_keys, make_person_keys
from bedside.safeguards.vault.models import Destruction, PersonKey, PracticeKey
from bedside.safeguards.vault.queries import forget_keys, person_keys, practice_keys
from bedside.safeguards.vault.root import RootKeyMissing, make_root_key, read_root_key

if TYPE_CHECKING:
    from pathlib import Path

PLACE = {"table": "patients_patient", "row": "1", "column": "sealed", "version": 3}


@pytest.fixture(autouse=True)
def _fresh_keys():
    forget_keys()
    yield
    forget_keys()


def test_opens_what_it_sealed(scope):
    keys = practice_keys(scope)
    sealed = keys.seal(b"Rosa", **PLACE)
    assert b"Rosa" not in sealed
    assert keys.open(sealed, **PLACE) == b"Rosa"


@pytest.mark.parametrize(
    "elsewhere",
    [{"table": "other"}, {"row": "2"}, {"column": "other"}, {"version": 2}, {"version": 4}],
    ids=["other table", "other row", "other column", "rolled back", "rolled forward"],
)
def test_does_not_open_what_was_moved(scope, elsewhere):
    keys = practice_keys(scope)
    with pytest.raises(Unsealable):
        keys.open(keys.seal(b"Rosa", **PLACE), **{**PLACE, **elsewhere})


def test_does_not_open_for_another_practice(scope, stranger_scope):
    sealed = practice_keys(scope).seal(b"Rosa", **PLACE)
    with pytest.raises(Unsealable):
        practice_keys(stranger_scope).open(sealed, **PLACE)


def test_does_not_open_one_flipped_bit(scope):
    keys = practice_keys(scope)
    sealed = keys.seal(b"Rosa", **PLACE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unsealable):
            keys.open(bytes(changed), **PLACE)


def test_gives_the_same_index_for_the_same_value_in_one_practice_only(scope, stranger_scope):
    ours, theirs = practice_keys(scope), practice_keys(stranger_scope)
    assert ours.blind_index("address", "a@b.example") == ours.blind_index("address", "a@b.example")
    assert ours.blind_index("address", "a@b.example") != ours.blind_index("phone", "a@b.example")
    assert ours.blind_index("address", "a@b.example") != theirs.blind_index("address", "a@b.example")


def test_person_keys_cannot_stand_in_for_each_other(scope, at):
    rosa, sam = new_id(), new_id()
    make_person_keys(scope, [rosa, sam], at=at)
    assert set(person_keys(scope, [rosa, sam])) == {rosa, sam}
    with in_scope(scope):
        PersonKey.objects.filter(person_id=rosa).update(wrapped=PersonKey.objects.get(person_id=sam).wrapped)
    with pytest.raises(Unsealable):
        person_keys(scope, [rosa])


def test_a_destroyed_person_key_opens_nothing_any_more(scope, at):
    rosa = new_id()
    make_person_keys(scope, [rosa], at=at)
    with in_scope(scope):
        PersonKey.objects.filter(person_id=rosa).delete()
    assert person_keys(scope, [rosa]) == {}


def test_destroying_person_keys_notes_each_that_was_there(scope, at):
    rosa, sam = new_id(), new_id()
    make_person_keys(scope, [rosa, sam], at=at)
    assert destroy_person_keys(scope, [rosa, new_id()], at=at) == 1
    assert set(person_keys(scope, [rosa, sam])) == {sam}
    with in_scope(scope):
        assert list(Destruction.objects.values_list("kind", "key", "at")) == [("person", rosa, at)]
    assert destroy_person_keys(scope, [rosa], at=at) == 0


def test_nobody_destroys_person_keys_of_another_practice(scope, stranger_scope, at):
    rosa = new_id()
    make_person_keys(scope, [rosa], at=at)
    assert destroy_person_keys(stranger_scope, [rosa], at=at) == 0
    assert set(person_keys(scope, [rosa])) == {rosa}


def test_only_who_may_erase_destroys_person_keys(scope_of, at):
    with pytest.raises(NotAllowed):
        destroy_person_keys(scope_of("omar"), [new_id()], at=at)


@pytest.mark.parametrize("change", [{"at": None}, {"kind": "practice"}])
def test_a_noted_destruction_cannot_be_altered(scope, at, change):
    rosa = new_id()
    make_person_keys(scope, [rosa], at=at)
    destroy_person_keys(scope, [rosa], at=at)
    with pytest.raises(ProgrammingError), in_scope(scope):
        Destruction.objects.update(**change)


def test_person_keys_of_another_practice_are_not_there(scope, stranger_scope, at):
    rosa = new_id()
    make_person_keys(scope, [rosa], at=at)
    assert person_keys(stranger_scope, [rosa]) == {}


def test_practice_keys_swapped_in_the_database_do_not_open(scope, stranger_scope):
    with in_scope(stranger_scope):
        theirs = PracticeKey.objects.get(version=1).wrapped
    with in_scope(scope):
        PracticeKey.objects.filter(version=1).update(wrapped=theirs)
    with pytest.raises(Refusal) as refused:
        practice_keys(scope)
    assert refused.value.code == "practice_key_changed"
    with in_scope(scope):  # were the mark right, too
        marks.put(PracticeKey.objects.get(version=1), [])
    with pytest.raises(Refusal) as refused:
        practice_keys(scope)
    assert refused.value.code == "wrong_root_key"


def test_a_wrong_root_key_is_refused_in_words(scope, settings, tmp_path):
    settings.BEDSIDE_ROOT = replace(settings.BEDSIDE_ROOT, key_file=tmp_path / "other.key")
    make_root_key(settings.BEDSIDE_ROOT.key_file)
    with pytest.raises(Refusal) as refused:
        practice_keys(scope)
    assert refused.value.code == "wrong_root_key"
    assert "put back the one it was made with" in refused.value.sentence


def test_a_missing_root_key_is_refused_in_words(scope, settings, tmp_path):
    settings.BEDSIDE_ROOT = replace(settings.BEDSIDE_ROOT, key_file=tmp_path / "nowhere.key")
    with pytest.raises(RootKeyMissing) as refused:
        practice_keys(scope)
    assert "put root.key back from your safe copy" in refused.value.sentence


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o677])
def test_a_root_key_that_others_may_read_is_refused(tmp_path: Path, mode):
    path = tmp_path / f"{mode}.key"
    make_root_key(path)
    path.chmod(mode)
    with pytest.raises(Refusal) as refused:
        read_root_key(path)
    assert refused.value.code == "root_key_open"
    assert "chmod 600" in refused.value.sentence


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_damaged_root_key_is_refused(tmp_path: Path, size):
    path = tmp_path / f"{size}.key"
    path.write_bytes(os.urandom(size))
    path.chmod(0o600)
    with pytest.raises(Refusal) as refused:
        read_root_key(path)
    assert refused.value.code == "root_key_damaged"


def test_makes_the_root_key_once(tmp_path: Path):
    path = tmp_path / "folder" / "root.key"
    assert make_root_key(path)
    first = path.read_bytes()
    assert not make_root_key(path)
    assert path.read_bytes() == first
    assert len(first) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
