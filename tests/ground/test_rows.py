"""Rows in binary: the same transaction, the same practice, the same errors as through Django's own cursor."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DataError, transaction

from bedside.ground.identity import new_id
from bedside.ground.rows import fetch_binary, fetch_first
from bedside.ground.scope import reading
from bedside.safeguards.vault.actions import make_person_keys

KINDS = "SELECT %s::uuid, %s::uuid::text, %s::bytea, %s::int, NULL::bytea"


def test_gives_each_kind_as_python_knows_it(db):
    rows = fetch_binary(KINDS, [UUID(int=7), UUID(int=7), b"\x00\xff", 3])
    assert rows == [(UUID(int=7), str(UUID(int=7)), b"\x00\xff", 3, None)]
    assert [type(value) for value in rows[0]] == [UUID, str, bytes, int, type(None)]


def test_takes_a_list_of_ids(db):
    ids = [UUID(int=1), UUID(int=2)]
    statement = "SELECT one FROM unnest(%s::uuid[]) AS one ORDER BY one"
    assert fetch_binary(statement, [ids]) == [(one,) for one in ids]
    assert fetch_binary(statement, [[]]) == []


def test_sees_what_the_transaction_wrote_and_only_in_its_practice(scope, stranger_scope, at):
    person = new_id()
    make_person_keys(scope, [person], at=at)
    statement = "SELECT person_id FROM vault_personkey"
    with reading(scope):
        assert fetch_binary(statement, []) == [(person,)]
    with reading(stranger_scope):
        assert fetch_binary(statement, []) == []


ORDERED = "SELECT one, one::text AS name FROM unnest(%s::uuid[]) AS one ORDER BY one"


def test_gives_the_first_rows_in_their_order_and_ends_with_the_last(scope):
    ids = sorted(new_id() for _ in range(5))
    with reading(scope):
        assert fetch_first(ORDERED, [ids[::-1]], rows=2) == [(one, str(one)) for one in ids[:2]]
        assert fetch_first(ORDERED, [ids], rows=9) == [(one, str(one)) for one in ids]
        assert fetch_first(ORDERED, [[]], rows=9) == []


def test_first_rows_are_of_the_practice_alone(scope, stranger_scope, at):
    person = new_id()
    make_person_keys(scope, [person], at=at)
    statement = "SELECT person_id FROM vault_personkey ORDER BY person_id"
    with reading(scope):
        assert fetch_first(statement, [], rows=9) == [(person,)]
    with reading(stranger_scope):
        assert fetch_first(statement, [], rows=9) == []


def test_first_rows_raise_what_django_raises(db):
    with pytest.raises(DataError), transaction.atomic():
        fetch_first("SELECT 1 / %s::int", [0], rows=1)
    with transaction.atomic():
        assert fetch_first("SELECT 1 / %s::int", [1], rows=1) == [(1,)]


def test_raises_what_django_raises(db):
    with pytest.raises(DataError), transaction.atomic():
        fetch_binary("SELECT 1 / %s::int", [0])
    assert fetch_binary("SELECT 1 / %s::int", [1]) == [(1,)]
