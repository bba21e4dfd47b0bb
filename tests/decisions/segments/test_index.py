"""Sealed columns are as fresh as the last change, closed to other practices, and rebuilt from the records."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from bedside.decisions.segments import actions, index, queries
from bedside.decisions.segments.queries import EVERYBODY, Order
from bedside.decisions.segments.rules import from_json
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.records.patients import actions as patients_actions
from bedside.records.patients.rules import Patient

TODAY = date(2026, 11, 20)
IN_LARKSPUR = from_json({"field": "city", "is": "is", "value": "larkspur"})


@pytest.fixture(autouse=True)
def _forget():
    index.forget_columns()
    yield
    index.forget_columns()


def person(number: int, **known) -> Patient:
    return Patient(
        id=new_id(), mrn=f"MS-{number}", **{"first_name": "Pia", "last_name": f"Zqmark{number}", **known}
    )


def save(scope, at, *people) -> None:
    patients_actions.save_many(scope, new=list(people), changed=[], source="test", at=at)


def count(scope, rule, at) -> int:
    return queries.count(scope, rule, today=TODAY, at=at)


def test_counts_what_was_saved_before_and_after_the_columns_were_built(scope, at):
    save(scope, at, person(1, city="Larkspur"), person(2, city="Fairhaven"))
    assert count(scope, IN_LARKSPUR, at) == 1
    save(scope, at, person(3, city="Larkspur"))
    assert count(scope, IN_LARKSPUR, at) == 2
    assert count(scope, EVERYBODY, at) == 3


def test_sees_a_changed_record_at_once_and_only_once(scope, at):
    mover = person(1, city="Larkspur")
    save(scope, at, mover, person(2, city="Larkspur"))
    assert count(scope, IN_LARKSPUR, at) == 2
    moved = Patient(id=mover.id, mrn="MS-1", city="Fairhaven")
    patients_actions.change(scope, moved, at=at)
    assert count(scope, IN_LARKSPUR, at) == 1
    assert count(scope, EVERYBODY, at) == 2


def test_works_across_shards(scope, at, monkeypatch):
    monkeypatch.setattr(index, "SHARD_ROWS", 2)
    monkeypatch.setattr(index, "READ_AT_ONCE", 1)
    save(scope, at, *(person(number, city="Larkspur") for number in range(7)))
    assert count(scope, IN_LARKSPUR, at) == 7
    assert len(set(queries.matching_ids(scope, IN_LARKSPUR, today=TODAY, at=at))) == 7


def test_counts_none_in_an_empty_practice(scope, at):
    assert count(scope, EVERYBODY, at) == 0


def test_never_counts_another_practices_patients(scope, stranger_scope, at):
    save(scope, at, person(1, city="Larkspur"))
    assert count(stranger_scope, EVERYBODY, at) == 0
    assert count(scope, EVERYBODY, at) == 1


def test_keeps_no_value_in_clear(scope, at):
    save(scope, at, person(1, city="Larkspur"))
    count(scope, IN_LARKSPUR, at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(sealed, 'escape'), '') FROM segments_shard")
        stored = cursor.fetchone()[0].lower()
    assert "larkspur" not in stored
    assert "zqmark" not in stored


def test_does_not_open_a_column_put_in_anothers_place(scope, at):
    save(scope, at, person(1, city="Larkspur", state="KS"))
    index.rebuild(scope, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE segments_shard SET sealed = (SELECT sealed FROM segments_shard WHERE \"column\" = 'state')"
            " WHERE \"column\" = 'city'"
        )
    with pytest.raises(Unsealable):
        count(scope, IN_LARKSPUR, at)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pia zq", 3),
        ("ZQMARK2", 1),
        ("ms-2", 1),
        ("pia@example.org", 1),
        ("qmark", 0),
        ("", 3),
        ("pia zqmark9", 0),
    ],
)
def test_searches_by_the_beginnings_of_words(scope, at, text, found):
    save(scope, at, person(1, email="pia@example.org"), person(2), person(3))
    page = queries.search_patients(
        scope, text=text, rule=EVERYBODY, order=Order.NAME, offset=0, limit=10, today=TODAY, at=at
    )
    assert page.total == found == len(page.ids)


def test_sorts_and_pages(scope, at):
    people = [
        person(1, last_visit=date(2026, 1, 1)),
        person(2, last_visit=None),
        person(3, last_visit=date(2026, 6, 1)),
    ]
    save(scope, at, *people)

    def page(order, offset):
        return queries.search_patients(
            scope, text="", rule=EVERYBODY, order=order, offset=offset, limit=2, today=TODAY, at=at
        ).ids

    assert page(Order.NAME, 0) == [people[0].id, people[1].id]
    assert page(Order.NAME, 2) == [people[2].id]
    assert page(Order.LAST_VISIT, 0) == [people[2].id, people[0].id]


def test_suggests_values_in_use(scope, at):
    save(scope, at, person(1, tags=("vip", "new")), person(2, tags=("VIP",)))
    assert queries.values_in_use(scope, "tags", limit=10, at=at) == ["vip", "new"]


def test_saves_reads_renames_removes_and_restores(scope, at):
    segment_id = actions.save(scope, segment_id=None, name=" In  Larkspur ", rule=IN_LARKSPUR, at=at)
    saved = queries.segment(scope, segment_id)
    assert (saved.name, saved.rule, saved.version) == ("In Larkspur", IN_LARKSPUR, 1)
    actions.save(scope, segment_id=segment_id, name="Larkspur", rule=EVERYBODY, at=at)
    assert queries.segment(scope, segment_id).name == "Larkspur"
    actions.remove(scope, segment_id, at=at)
    assert queries.segments(scope) == []
    assert [kept.id for kept in queries.segments(scope, removed=True)] == [segment_id]
    actions.restore(scope, segment_id, at=at)
    assert [kept.id for kept in queries.segments(scope)] == [segment_id]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_refuses_a_segment_without_a_usable_name(scope, at, name):
    with pytest.raises(Refusal, match="a name of at most 80"):
        actions.save(scope, segment_id=None, name=name, rule=EVERYBODY, at=at)


def test_refuses_a_name_that_is_taken(scope, at):
    actions.save(scope, segment_id=None, name="Everybody", rule=EVERYBODY, at=at)
    with pytest.raises(Refusal, match="already a segment"):
        actions.save(scope, segment_id=None, name="EVERYBODY", rule=EVERYBODY, at=at)


def test_hides_a_segment_from_another_practice(scope, stranger_scope, at):
    segment_id = actions.save(scope, segment_id=None, name="Everybody", rule=EVERYBODY, at=at)
    with pytest.raises(NotFound):
        queries.segment(stranger_scope, segment_id)
    with pytest.raises(NotFound):
        actions.remove(stranger_scope, segment_id, at=at)


def test_refuses_somebody_without_the_right(scope_of, at):
    with pytest.raises(NotAllowed):
        actions.save(scope_of("ada"), segment_id=None, name="Mine", rule=EVERYBODY, at=at)
