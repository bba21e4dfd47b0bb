"""The ledger takes typed details only, keeps the same bytes for the same act, and is never changed (promise P4)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.rowsecurity import APPEND_ONLY
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.actions import Act, LedgerUnwritable, record, record_each, record_many
from bedside.safeguards.audit.bodies import bodies_about, first_of, pack, unpack
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.queries import entries, who_looked
from bedside.safeguards.audit.rules import (
    BadEntry,
    Deed,
    EntryKind,
    canonical_body,
    declare,
    kinds,
    leaf_hash,
)
from bedside.safeguards.practices.entries import PROFILE_CHANGED

KIND = EntryKind(
    "sample.happened", "Did {what} {count} times.", {"what": str, "count": int, "flag": bool, "whom": UUID}
)


class Colour(StrEnum):
    RED = "red"


def read(scope, **filters):
    wanted = {"before_id": None, "kind": "", "actor_id": "", "subject": "", "limit": 50, **filters}
    return entries(scope, **wanted)


@pytest.mark.parametrize(
    "details",
    [
        {"name": "Rosa"},  # not declared
        {"what": "Rosa Diaz"},  # free text
        {"what": "rosa@example.org"},  # an address
        {"what": "línea"},
        {"what": "x" * 121},
        {"what": "x\n"},
        {"what": 1},
        {"count": "1"},
        {"count": True},  # a switch is no count
        {"flag": 1},
        {"whom": "01a1ff94-0000-7000-8000-000000000000"},
    ],
)
def test_refuses_a_detail_that_is_not_declared_or_not_a_code(details):
    with pytest.raises(BadEntry):
        canonical_body(KIND, {}, details)


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"what": ""},
        {"what": "a.b:c+d/e=f-1_2"},
        {"what": Colour.RED},
        {"count": 0},
        {"flag": False},
        {"what": None},
    ],
)
def test_takes_codes_counts_and_ids(details):
    assert json.loads(canonical_body(KIND, {}, details))["kind"] == "sample.happened"


def test_writes_the_same_bytes_for_the_same_act(at):
    head = {"practice": UUID(int=1), "at": at, "actor": "worker", "subject": ""}
    body = canonical_body(KIND, head, {"count": 2, "what": "sent"})
    assert body == (
        b'{"actor":"worker","at":"2026-11-20T15:00:00+00:00","details":{"count":2,"what":"sent"},'
        b'"kind":"sample.happened","practice":"00000000-0000-0000-0000-000000000001","subject":""}'
    )
    assert leaf_hash(body) == hashlib.sha256(b"\x00" + body).digest()


def test_refuses_to_declare_a_kind_twice():
    with pytest.raises(BadEntry):
        declare("practice.created", "Again.")


def test_every_kind_names_only_details_that_it_declares():
    for kind in kinds().values():
        kind.sentence.format(**dict.fromkeys(kind.details, "x"))


def test_keeps_who_when_why_and_from_where(scope, at):
    subject = new_id()
    record(scope, PROFILE_CHANGED, at=at, subject=subject)
    entry = read(scope, subject=str(subject))[0]
    assert (entry.at, entry.actor_kind, entry.actor_id) == (at, scope.actor.kind, scope.actor.id)
    assert (entry.purpose, entry.kind) == ("operations", "practice.profile_changed")
    assert entry.sentence == "Changed the practice's settings."
    with in_scope(scope):
        row = Entry.objects.get(id=entry.id)
    assert leaf_hash(bytes(row.body)).hex() == entry.leaf_hash


def test_reads_pages_newest_first_and_by_time(scope, at):
    record_many(scope, [Act(kind=PROFILE_CHANGED)] * 3, at=at)
    record(scope, PROFILE_CHANGED, at=at + timedelta(hours=1))
    kind = "practice.profile_changed"
    found = read(scope, kind=kind)
    assert [entry.id for entry in found] == sorted((entry.id for entry in found), reverse=True)
    assert len(found) == 4
    assert [entry.id for entry in read(scope, kind=kind, before_id=found[1].id)] == [found[2].id, found[3].id]
    assert len(read(scope, kind=kind, since=at + timedelta(hours=1))) == 1
    assert len(read(scope, kind=kind, until=at + timedelta(hours=1))) == 3
    assert len(read(scope, kind=kind, limit=2)) == 2


def test_shows_nothing_of_another_practice(scope, stranger_scope, at):
    subject = new_id()
    record(scope, PROFILE_CHANGED, at=at, subject=subject)
    assert read(stranger_scope, subject=str(subject)) == []


def test_goes_away_with_the_act_that_failed(scope, at):
    subject = new_id()
    with pytest.raises(Refusal), in_scope(scope):
        record(scope, PROFILE_CHANGED, at=at, subject=subject)
        raise Refusal("sample", "It did not happen.")
    assert read(scope, subject=str(subject)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET kind = 'other'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY",
        "DROP TABLE audit_entry",
    ],
)
def test_the_product_itself_cannot_change_the_ledger(scope, at, statement):
    record(scope, PROFILE_CHANGED, at=at)
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
    with refused, in_scope(scope), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert len(read(scope, kind="practice.profile_changed")) == 1


def test_cannot_write_into_the_ledger_of_another_practice(scope, stranger_scope, at):
    with pytest.raises(DatabaseError, match="row-level security"), in_scope(scope), transaction.atomic():
        Entry.objects.create(
            practice_id=stranger_scope.practice_id, at=at, kind="x", actor_kind="staff", actor_id="x",
            purpose="x", subject="", body=b"{}",
        )  # fmt: skip


def test_tables_to_be_added_to_only_are_so_by_grant(db):
    for table in APPEND_ONLY:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'SELECT'), has_any_column_privilege(%s, 'INSERT'),"
                " has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE'),"
                " has_table_privilege(%s, 'TRUNCATE')",
                [table] * 5,
            )
            assert cursor.fetchone() == (True, True, False, False, False), table


EACH = declare("sample.each", "Did {what}.", Deed.READ, what=str)


def test_an_act_on_many_is_one_row_and_one_entry_for_each(scope, at):
    people = [new_id() for _ in range(2500)]
    campaign = new_id()
    record_each(scope, EACH, at=at, about=campaign, subjects=people, what="looked")
    rows = read(scope, subject=str(campaign))
    assert [row.count for row in rows] == [500, 1000, 1000]
    own = read(scope, person=people[1700])
    assert [(entry.subject, entry.details) for entry in own] == [(str(people[1700]), {"what": "looked"})]
    assert read(scope, person=new_id()) == []


def test_tells_who_looked_at_a_person_and_not_who_wrote(scope, at):
    person = new_id()
    record_each(scope, EACH, at=at, about="", subjects=[person])
    record(scope, PROFILE_CHANGED, at=at, subject=person)
    assert [entry.kind for entry in who_looked(scope, person, before_id=None, limit=9)] == ["sample.each"]


@settings(max_examples=30)
@given(st.lists(st.uuids(), min_size=1, max_size=40), st.sampled_from(["", "x", "a.b"]))
def test_the_bodies_of_an_act_on_many_are_those_of_as_many_acts(people, about):
    head = {"practice": UUID(int=1), "outcome": "done", "subject": "", **({"about": about} if about else {})}
    joined = bodies_about(EACH, head, {"what": "x"}, people)
    assert joined.split(b"\n") == [
        canonical_body(EACH, {**head, "subject": str(person)}, {"what": "x"}) for person in people
    ]
    if len(people) > 1:
        assert unpack(pack(joined), count=len(people)) == joined.split(b"\n")
        assert first_of(pack(joined), count=len(people)) == joined.split(b"\n")[0]


def test_says_in_one_sentence_that_nothing_happens_unrecorded(scope, at):
    with pytest.raises(LedgerUnwritable, match="nothing is shown or sent") as caught, in_scope(scope):
        record(scope, PROFILE_CHANGED, at=at, subject="x" * 100)  # longer than its column
    assert caught.value.code == "ledger_unwritable"
