"""A row put back as a whole, taken away or written past the ledger is found by its id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from bedside.ground.errors import NotAllowed
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.oversight.evidence.comparing import compare
from bedside.records.patients import actions, queries
from bedside.records.patients.rules import Patient


@pytest.fixture
def people(scope, at) -> list[Patient]:
    """One typed and twice changed, three imported of whom one was imported again, one recorded as deceased."""
    typed = Patient(id=new_id(), first_name="Typed")
    actions.add(scope, typed, at=at)
    for city in ("Bloom", "Ulm"):
        actions.change(scope, replace(typed, city=city), at=at)
    imported = [Patient(id=new_id(), first_name=f"Imported{number}") for number in range(3)]
    actions.save_many(scope, new=imported, changed=[], source="import:test", at=at)
    actions.save_many(scope, new=[], changed=imported[:1], source="import:test", at=at)
    actions.set_deceased(scope, imported[1].id, deceased=True, at=at)
    return [typed, *imported]


def run(scope, statement: str, *parameters: object) -> None:
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_agrees_after_every_way_of_writing(scope, people):
    found = compare(scope)
    assert found.agrees
    assert found.compared == 4


def test_finds_a_row_put_back_as_a_whole(scope, people, at):
    """Its seal fits its old number, so it opens; only the ledger knows better."""
    typed = people[0]
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT sealed, version FROM patients_patient WHERE id = %s", [typed.id])
        old = cursor.fetchone()
    actions.change(scope, replace(typed, city="Lyon"), at=at)
    run(scope, "UPDATE patients_patient SET sealed = %s, version = %s WHERE id = %s", *old, typed.id)
    assert queries.get(scope, typed.id).city == "Ulm"
    assert compare(scope).went_back == (typed.id,)


def test_finds_who_vanished_without_an_erasure(scope, people):
    run(scope, "DELETE FROM patients_patient WHERE id = %s", people[2].id)
    assert compare(scope).vanished == (people[2].id,)


def test_finds_a_row_written_past_the_ledger(scope, people):
    run(scope, "UPDATE patients_patient SET version = 9 WHERE id = %s", people[3].id)
    assert compare(scope).unrecorded == (people[3].id,)


def test_is_content_with_an_erasure(scope, people, at):
    from bedside.oversight.retention import actions as retention
    from bedside.oversight.retention.rules import ErasureReason

    retention.erase(scope, people[2].id, reason=ErasureReason.PERSON_ASKED, at=at)
    found = compare(scope)
    assert found.agrees
    assert found.compared == 3


def test_needs_the_right_to_see_the_ledger(scope_of):
    with pytest.raises(NotAllowed):
        compare(scope_of("ana"))


def test_another_practice_compares_its_own(scope, people, stranger_scope):
    assert compare(stranger_scope).compared == 0


def test_finds_a_key_put_back_after_an_erasure_each_day_and_says_so_at_home(
    scope, signed_in, scope_of, people, at, monkeypatch
):
    """As from a raw copy of the database: row of the record and row of the key."""
    from bedside.oversight.evidence.watching import is_due, last_comparison
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.jobs import compare_daily
    from bedside.oversight.retention.rules import ErasureReason
    from bedside.safeguards.vault.models import PersonKey

    monkeypatch.setattr("bedside.ground.clock.now", lambda: at)
    monkeypatch.setattr("bedside.oversight.retention.jobs.close_old_connections", lambda: None)
    who = people[2].id
    with in_scope(scope):
        copied = PersonKey.objects.filter(person_id=who).values().get()
    erase(scope_of("chloe"), who, reason=ErasureReason.PERSON_ASKED, at=at)
    compare_daily(0)
    assert last_comparison(scope).differing == 0
    assert "records stand as the ledger says" in signed_in("chloe").get("/").content.decode()

    with in_scope(scope):
        PersonKey.objects.create(**copied)
    assert compare(scope).keys_returned == (who,)
    assert not is_due(scope, at=at)
    monkeypatch.setattr("bedside.ground.clock.now", lambda: at + timedelta(days=1))
    compare_daily(0)
    assert last_comparison(scope).differing == 1
    assert "not stand as the ledger says" in signed_in("chloe").get("/").content.decode()
    assert queries.by_ids(scope, [who]) == []
