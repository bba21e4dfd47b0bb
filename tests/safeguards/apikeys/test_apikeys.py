"""Keys of other systems: shown once, kept as a hash, for one right, ended at once."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.safeguards.apikeys import actions
from bedside.safeguards.apikeys.actions import api_caller, make_api_key, revoke_api_key
from bedside.safeguards.apikeys.models import ApiKeyRow
from bedside.safeguards.apikeys.queries import api_keys
from bedside.safeguards.apikeys.rules import ApiKey, read, written
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.staff.rules import Right

SOURCE = uuid.UUID("00000000-0000-4000-8000-000000000001")


def make(scope, at, *, name="hospital-feed", right=Right.IMPORT_PATIENTS) -> str:
    return make_api_key(scope, name=name, right=right, source_id=SOURCE, at=at)


def kinds(scope) -> list[str]:
    return [
        each.kind for each in entries(scope, limit=50, before_id=None, kind=None, actor_id=None, subject=None)
    ]


def test_lets_its_holder_in_with_one_right_and_one_system(scope_of, at):
    omar = scope_of("omar")
    caller = api_caller(make(omar, at), origin="192.0.2.7", at=at)
    assert caller.scope.rights == {"import_patients"}
    assert caller.scope.practice_id == omar.practice_id
    assert caller.scope.origin == "192.0.2.7"
    assert (caller.source_id, caller.made_by) == (SOURCE, omar.actor.id)


def test_keeps_no_secret(scope_of, at):
    omar = scope_of("omar")
    key = read(make(omar, at))
    with in_scope(omar):
        row = ApiKeyRow.objects.get(id=key.key_id)
    assert key.secret != bytes(row.secret_sha256)
    assert str(row) == str(key.key_id)


def test_lets_nobody_in_by_another_secret(scope_of, at):
    key = read(make(scope_of("omar"), at))
    assert api_caller(written(replace(key, secret=bytes(32))), origin="", at=at) is None
    assert api_caller(written(key), origin="", at=at) is not None


def test_lets_nobody_into_another_practice(scope_of, stranger_scope, at):
    key = read(make(scope_of("omar"), at))
    there = replace(key, practice_id=stranger_scope.practice_id)
    assert api_caller(written(there), origin="", at=at) is None
    assert api_caller(written(replace(key, practice_id=uuid.uuid4())), origin="", at=at) is None


def test_ends_at_once_when_revoked(scope_of, at):
    omar = scope_of("omar")
    text = make(omar, at)
    revoke_api_key(omar, read(text).key_id, at=at)
    assert api_caller(text, origin="", at=at) is None
    with pytest.raises(NotFound):
        revoke_api_key(omar, read(text).key_id, at=at)
    assert api_caller(make(omar, at), origin="", at=at) is not None


def test_shows_when_a_key_was_used_last(scope_of, at):
    omar = scope_of("omar")
    text = make(omar, at)
    assert api_keys(omar)[0].used_at is None
    api_caller(text, origin="", at=at)
    assert api_keys(omar)[0].used_at == at


def test_writes_making_revoking_and_each_days_first_use_into_the_ledger(scope_of, at):
    omar = scope_of("omar")
    text = make(omar, at)
    for later in (timedelta(), timedelta(minutes=5), timedelta(days=1)):
        api_caller(text, origin="", at=at + later)
    revoke_api_key(omar, read(text).key_id, at=at)
    found = kinds(omar)
    assert (found.count("apikey.made"), found.count("apikey.used"), found.count("apikey.revoked")) == (
        1,
        2,
        1,
    )


def test_counts_calls_by_the_minute(scope_of, at, monkeypatch):
    monkeypatch.setattr(actions, "CALLS_PER_MINUTE_MAX", 2)
    text = make(scope_of("omar"), at)
    for _ in range(2):
        assert api_caller(text, origin="", at=at) is not None
    with pytest.raises(Refusal, match="2 times a minute"):
        api_caller(text, origin="", at=at)
    assert api_caller(text, origin="", at=at + timedelta(minutes=1)) is not None


def test_lets_nobody_make_or_revoke_a_key_without_the_right(scope_of, at):
    text = make(scope_of("omar"), at)
    for name in ("ana", "chloe"):
        with pytest.raises(NotAllowed):
            make(scope_of(name), at, name="other")
        with pytest.raises(NotAllowed):
            revoke_api_key(scope_of(name), read(text).key_id, at=at)


def test_gives_no_key_a_right_that_is_not_for_keys(scope_of, at):
    with pytest.raises(Refusal, match="No key can be made"):
        make(scope_of("omar"), at, right=Right.SEE_PATIENTS)


@pytest.mark.parametrize("name", ["", "Hospital", "a b", "x" * 41, "-x"])
def test_refuses_a_name_that_is_no_code(scope_of, at, name):
    with pytest.raises(Refusal, match="small letters"):
        make(scope_of("omar"), at, name=name)


def test_refuses_a_second_key_of_one_name(scope_of, at):
    make(scope_of("omar"), at)
    with pytest.raises(Refusal, match="There is a key of this name"):
        make(scope_of("omar"), at)


def test_refuses_more_keys_than_it_holds(scope_of, at, monkeypatch):
    monkeypatch.setattr(actions, "KEYS_MAX", 1)
    make(scope_of("omar"), at)
    with pytest.raises(Refusal, match="as many keys"):
        make(scope_of("omar"), at, name="other")


@given(practice=st.uuids(), key=st.uuids(), secret=st.binary(min_size=32, max_size=32))
def test_reads_back_what_it_wrote(practice, key, secret):
    made = ApiKey(practice_id=practice, key_id=key, secret=secret)
    assert read(written(made)) == made


@given(st.one_of(st.text(max_size=200), st.text(max_size=200).map("bedside_api_".__add__)))
def test_reads_no_key_out_of_anything_else(text):
    found = read(text)
    assert found is None or written(found) == text
