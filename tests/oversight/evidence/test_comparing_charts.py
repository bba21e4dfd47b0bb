"""A part of a chart that was put back, taken away or written past the ledger is found by whose chart it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.oversight.evidence.comparing import compare
from bedside.oversight.retention import actions as retention
from bedside.oversight.retention.rules import ErasureReason
from bedside.records.charts import actions, queries
from bedside.records.charts.merging import merge_people
from bedside.records.charts.rules import Kind
from bedside.records.charts.versions import code_of, later, versions_in
from bedside.safeguards.audit import queries as ledger
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.rules import canonical_body
from tests.records.charts.people import appointment, condition, saved_people


@pytest.fixture
def people(scope, at):
    """Three with charts, of whom the first one's conditions were written twice."""
    people = saved_people(scope, at=at, how_many=3)
    actions.save_entries(scope, {one: [condition(), appointment()] for one in people}, at=at)
    actions.save_entries(scope, {people[0]: [condition(source_id="c-2")]}, at=at)
    return people


def run(scope, statement: str, *parameters: object) -> None:
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_agrees_after_writing_joining_and_erasing(scope, people, at):
    assert compare(scope).agrees
    merge_people(scope, from_patient=people[0], to_patient=people[1], at=at)
    assert compare(scope).agrees
    retention.erase(scope, people[1], reason=ErasureReason.PERSON_ASKED, at=at)
    assert compare(scope).agrees
    actions.save_entries(scope, {people[2]: [condition(source_id="c-3")]}, at=at)
    assert compare(scope).agrees


def test_finds_a_part_put_back_as_a_whole(scope, people, at):
    """Its seal fits its old number, so it opens; only the ledger knows better."""
    pia = people[0]
    row = (pia, "condition")
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT sealed, version FROM charts_part WHERE patient_id = %s AND kind = %s", row)
        old = cursor.fetchone()
    actions.save_entries(scope, {pia: [condition(source_id="c-3")]}, at=at)
    assert compare(scope).agrees
    run(
        scope,
        "UPDATE charts_part SET sealed = %s, version = %s WHERE patient_id = %s AND kind = %s",
        *old,
        *row,
    )
    assert len(queries.charts(scope, [pia], kinds=[Kind.CONDITION])[pia]) == 2
    found = compare(scope)
    assert found.chart_went_back == (pia,)
    assert (found.differing, found.chart_vanished, found.chart_unrecorded) == (1, (), ())


@pytest.mark.parametrize("kinds", [["condition"], ["condition", "appointment"]])
def test_finds_what_was_taken_away(scope, people, kinds):
    run(scope, "DELETE FROM charts_part WHERE patient_id = %s AND kind = ANY(%s)", people[1], kinds)
    assert compare(scope).chart_vanished == (people[1],)


def test_still_finds_a_part_taken_away_after_the_next_write_of_it(scope, people, at):
    """It begins anew at version 1, which is less than was written before."""
    run(scope, "DELETE FROM charts_part WHERE patient_id = %s AND kind = 'condition'", people[0])
    actions.save_entries(scope, {people[0]: [condition(source_id="c-9")]}, at=at)
    assert compare(scope).chart_went_back == (people[0],)


def test_finds_a_part_written_past_the_ledger(scope, people):
    run(scope, "UPDATE charts_part SET version = 9 WHERE patient_id = %s AND kind = 'condition'", people[2])
    assert compare(scope).chart_unrecorded == (people[2],)


@pytest.mark.parametrize("kind", ["visit", "condition1.visit", "x?"])
def test_finds_a_part_added(scope, people, kind):
    run(
        scope,
        "INSERT INTO charts_part (practice_id, patient_id, kind, sealed, version, change_no, updated_at)"
        " SELECT practice_id, patient_id, %s, sealed, 1, change_no, updated_at FROM charts_part"
        " WHERE patient_id = %s AND kind = 'condition'",
        kind,
        people[2],
    )
    assert compare(scope).chart_unrecorded == (people[2],)


def test_finds_no_part_that_goes_by_the_name_of_another(scope, people, at):
    """One row named so that its name and number read as another part's would hide that this one is gone."""
    for number in range(11):
        actions.save_entries(scope, {people[0]: [condition(source_id=f"d-{number}")]}, at=at)
    run(
        scope,
        "UPDATE charts_part SET kind = 'condition1', version = 3 WHERE patient_id = %s AND kind = 'condition'",
        people[0],
    )
    assert compare(scope).chart_vanished == (people[0],)


def test_finds_a_part_that_came_back_after_an_erasure(scope, people, at):
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM charts_part WHERE patient_id = %s AND kind = 'condition'", [people[1]])
        copied = cursor.fetchone()
    retention.erase(scope, people[1], reason=ErasureReason.PERSON_ASKED, at=at)
    places = ", ".join(["%s"] * len(copied))
    run(scope, f"INSERT INTO charts_part VALUES ({places})", *copied)  # noqa: S608
    assert compare(scope).chart_unrecorded == (people[1],)


def test_finds_what_went_back_of_a_chart_that_was_joined(scope, people, at):
    merge_people(scope, from_patient=people[0], to_patient=people[1], at=at)
    run(scope, "UPDATE charts_part SET version = 1 WHERE patient_id = %s AND kind = 'condition'", people[1])
    assert compare(scope).chart_went_back == (people[1],)


def test_says_nothing_of_charts_from_before_entries_had_versions(scope, at, monkeypatch):
    """Until they are written again: no version of theirs is known, so none can be wrong."""

    def as_before(kind, head, details):
        return canonical_body(kind, head, {name: it for name, it in details.items() if name != "parts"})

    monkeypatch.setattr("bedside.safeguards.audit.bodies.canonical_body", as_before)
    (old,) = saved_people(scope, at=at)
    actions.save_entries(scope, {old: [condition()]}, at=at)
    monkeypatch.undo()
    run(scope, "UPDATE charts_part SET version = 4 WHERE patient_id = %s", old)
    assert compare(scope).agrees
    run(scope, "UPDATE charts_part SET version = 1 WHERE patient_id = %s", old)
    actions.save_entries(scope, {old: [condition(source_id="c-2")]}, at=at)
    assert compare(scope).agrees
    run(scope, "DELETE FROM charts_part WHERE patient_id = %s", old)
    assert compare(scope).chart_vanished == (old,)


def test_a_batch_costs_few_bytes_a_person(scope, at):
    """Measured: 14 bytes a person in a first import of a thousand; the versions are the same for all of them."""
    people = saved_people(scope, at=at, how_many=1000)
    came = {one: [condition(), appointment()] for one in people}
    actions.save_entries(scope, came, at=at, source=f"import:{new_id()}")
    with in_scope(scope):
        rows = [bytes(row.body) for row in Entry.objects.filter(kind="charts.saved")]
    assert len(rows) == 1
    assert sum(map(len, rows)) < 20 * len(people)


def test_one_entry_tells_each_person_the_versions_of_their_own_parts(scope, people, at):
    newer = {people[0]: [condition(source_id="c-8")], people[2]: [condition(source_id="c-8"), appointment()]}
    actions.save_entries(scope, newer, at=at + timedelta(days=1), source="import:9")

    def told(person):
        found = ledger.entries(
            scope, before_id=None, kind="charts.saved", actor_id="", subject="", limit=9, person=person
        )
        return [act.details["parts"] for act in found]

    assert told(people[0]) == ["condition3", "condition2", "appointment1.condition1"]
    assert told(people[2]) == ["condition2", "appointment1.condition1"]


def test_the_longest_code_there_is_fits_an_entry():
    longest = code_of({kind.value: 99_999 for kind in Kind})
    assert len(longest) <= 120
    assert versions_in(longest) == {kind.value: 99_999 for kind in Kind}


def test_a_code_keeps_the_highest_version_of_each_kind():
    assert later("", "visit1") == "visit1"
    assert later("condition2.visit9", "appointment1.visit3") == "appointment1.condition2.visit9"
