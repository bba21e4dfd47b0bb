"""Charts are sealed under their people's keys, follow them, and are seen by their own practice only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import NotAllowed, NotFound
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.kit.terminology import System
from bedside.records.charts import actions, queries
from bedside.records.charts.actions import Saved
from bedside.records.charts.models import ChartPart
from bedside.records.charts.rules import Entry, Kind, Status
from bedside.records.charts.sealed import read_part, written_part
from bedside.records.patients import queries as patients
from bedside.safeguards.audit import queries as ledger
from bedside.safeguards.vault.actions import destroy_person_keys
from tests.records.charts.people import SEEN, appointment, condition, saved_people


def stored() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(p::text, '') FROM charts_part p")
        return cursor.fetchone()[0]


def test_opens_the_chart_that_was_saved(scope, at):
    pia, ben, eve = saved_people(scope, at=at, how_many=3)
    saved = actions.save_entries(scope, {pia: [condition(), appointment()], ben: [condition()]}, at=at)
    assert saved == Saved(new=3)
    assert {*queries.chart(scope, pia)} == {condition(), appointment()}
    assert queries.charts(scope, [ben, eve]) == {ben: (condition(),)}
    assert queries.charts(scope, [pia], kinds=[Kind.APPOINTMENT]) == {pia: (appointment(),)}


def test_writes_no_row_when_nothing_changes(scope, at):
    (pia,) = saved_people(scope, at=at)
    actions.save_entries(scope, {pia: [condition()]}, at=at)
    with in_scope(scope):
        before = stored()
    again = actions.save_entries(scope, {pia: [condition()]}, at=at + timedelta(days=1))
    assert again == Saved(unchanged=1)
    with in_scope(scope):
        assert stored() == before


def test_stores_no_value_in_clear(scope, at):
    (pia,) = saved_people(scope, at=at)
    actions.save_entries(scope, {pia: [condition(), appointment()]}, at=at)
    with in_scope(scope):
        lying = stored()
    for value in ("Zqdiabetes", "Zqmaple", "E11.9", "2020-02-29", "c-1"):
        assert value not in lying
        assert value.encode().hex() not in lying


def test_joins_what_comes_later_to_what_is_held(scope, at):
    (pia,) = saved_people(scope, at=at)
    actions.save_entries(scope, {pia: [condition()]}, at=at)
    ended = condition(status=Status.ENDED, updated_at=SEEN + timedelta(days=1))
    old = condition(status=Status.CANCELLED, updated_at=SEEN - timedelta(days=1))
    other = condition(source_id="c-2")
    assert actions.save_entries(scope, {pia: [ended, other]}, at=at) == Saved(new=1, changed=1)
    assert actions.save_entries(scope, {pia: [old]}, at=at) == Saved(stale=1)
    assert {*queries.chart(scope, pia)} == {ended, other}


def test_counts_what_is_of_nobody_here(scope, stranger_scope, at):
    (pia,) = saved_people(scope, at=at)
    assert actions.save_entries(scope, {new_id(): [condition()]}, at=at) == Saved(homeless=1)
    assert actions.save_entries(stranger_scope, {pia: [condition()]}, at=at) == Saved(homeless=1)
    assert queries.chart(scope, pia) == ()


def test_hides_a_chart_from_another_practice(scope, stranger_scope, at):
    (pia,) = saved_people(scope, at=at)
    actions.save_entries(scope, {pia: [condition()]}, at=at)
    assert queries.chart(stranger_scope, pia) == ()
    with in_scope(stranger_scope):
        assert stored() is None


def test_refuses_somebody_who_may_not_import(scope_of, scope, at):
    (pia,) = saved_people(scope, at=at)
    with pytest.raises(NotAllowed):
        actions.save_entries(scope_of("ada"), {pia: [condition()]}, at=at)
    assert actions.save_entries(scope_of("ana"), {pia: [condition()]}, at=at) == Saved(new=1)


@pytest.mark.parametrize("what", ["sealed", "sealed, version = p.version"])
def test_does_not_open_a_part_of_somebody_else(scope, at, what):
    pia, ben = saved_people(scope, at=at, how_many=2)
    actions.save_entries(scope, {pia: [condition()], ben: [appointment(), condition(source_id="c-9")]}, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE charts_part h SET sealed = p.{what} FROM charts_part p"  # noqa: S608
            " WHERE h.patient_id = %s AND p.patient_id = %s AND h.kind = 'condition' AND p.kind = 'condition'",
            [ben, pia],
        )
    with pytest.raises(Unsealable):
        queries.chart(scope, ben)
    assert queries.chart(scope, pia) == (condition(),)


def test_does_not_open_a_part_as_another_kind(scope, at):
    (pia,) = saved_people(scope, at=at)
    actions.save_entries(scope, {pia: [condition()]}, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("UPDATE charts_part SET kind = 'visit'")
    with pytest.raises(Unsealable):
        queries.chart(scope, pia)


def test_does_not_open_an_older_part_put_back(scope, at):
    (pia,) = saved_people(scope, at=at)
    actions.save_entries(scope, {pia: [condition()]}, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM charts_part")
        old = cursor.fetchone()[0]
        actions.save_entries(scope, {pia: [condition(source_id="c-2")]}, at=at)
        cursor.execute("UPDATE charts_part SET sealed = %s", [old])
    with pytest.raises(Unsealable):
        queries.chart(scope, pia)


def test_opens_nothing_of_somebody_whose_key_is_gone(scope, at):
    pia, ben = saved_people(scope, at=at, how_many=2)
    actions.save_entries(scope, {pia: [condition()], ben: [condition()]}, at=at)
    with in_scope(scope):
        destroy_person_keys(scope, [pia], at=at)
    assert queries.charts(scope, [pia, ben]) == {ben: (condition(),)}
    assert actions.save_entries(scope, {pia: [condition()]}, at=at) == Saved(homeless=1)


def test_numbers_changes_in_one_order_with_patients(scope, at):
    pia, ben = saved_people(scope, at=at, how_many=2)
    before = patients.last_change(scope)
    actions.save_entries(scope, {pia: [condition()], ben: [condition()]}, at=at)
    actions.save_entries(scope, {pia: [appointment()]}, at=at)
    with in_scope(scope):
        rows = ChartPart.objects.order_by("change_no").values_list("change_no", "patient_id")
        numbers, whose = zip(*rows, strict=True)
    assert numbers == (before + 1, before + 2, before + 3)
    assert ({*whose[:2]}, whose[2]) == ({pia, ben}, pia)


def test_records_a_batch_for_each_of_its_people(scope, at):
    pia, ben = saved_people(scope, at=at, how_many=2)
    actions.save_entries(scope, {pia: [condition()]}, at=at, source="import:7", for_member="omar")

    def acts(person):
        return ledger.entries(
            scope, before_id=None, kind="charts.saved", actor_id="", subject="", limit=9, person=person
        )

    (act,) = acts(pia)
    assert (act.details["new"], act.details["source"], act.about) == (1, "import:7", "7")
    assert acts(ben) == []


def test_moves_a_chart_to_another_record_of_the_same_person(scope, at):
    pia, also_pia = saved_people(scope, at=at, how_many=2)
    newer = condition(status=Status.ENDED, updated_at=SEEN + timedelta(days=1))
    actions.save_entries(scope, {pia: [newer, appointment()], also_pia: [condition()]}, at=at)
    assert actions.move(scope, pia, also_pia, at=at) == 2
    assert {*queries.chart(scope, also_pia)} == {newer, appointment()}
    assert queries.chart(scope, pia) == ()
    assert actions.move(scope, pia, also_pia, at=at) == 0


def test_moves_nothing_to_somebody_who_is_not_here(scope, at):
    (pia,) = saved_people(scope, at=at)
    actions.save_entries(scope, {pia: [condition()]}, at=at)
    with pytest.raises(NotFound):
        actions.move(scope, pia, new_id(), at=at)
    assert queries.chart(scope, pia) == (condition(),)


def test_keeps_the_first_name_of_a_code(scope, stranger_scope, at):
    code = (System.ICD10CM, "E11.9")
    words = (System.TEXT, "Diabetes")
    assert actions.learn_names(scope, {code: " Type 2 diabetes ", words: "Diabetes"}, at=at) == 1
    assert actions.learn_names(scope, {code: "Zuckerkrankheit"}, at=at) == 0
    assert queries.names(scope) == {code: "Type 2 diabetes"}
    assert queries.names(stranger_scope) == {}


def test_cuts_a_long_name_and_stores_none_in_clear(scope, at):
    code = (System.ICD10CM, "E11.9")
    actions.learn_names(scope, {code: "Zqname" * 50}, at=at)
    assert len(queries.names(scope)[code]) == 120
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(n::text, '') FROM charts_names n")
        lying = cursor.fetchone()[0]
    assert "Zqname" not in lying
    assert b"Zqname".hex() not in lying


def test_joins_many_lessons_into_one(scope, at):
    learned = {(System.CVX, str(number)): f"Vaccine {number}" for number in range(60)}
    for code, name in learned.items():
        actions.learn_names(scope, {code: name}, at=at)
    assert queries.names(scope) == learned
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM charts_names")
        assert cursor.fetchone()[0] < 51


MOMENTS = st.datetimes(timezones=st.just(SEEN.tzinfo))
WRITTEN = st.builds(
    Entry,
    kind=st.just(Kind.VISIT),
    source=st.sampled_from(["", "one", "two"]),
    source_id=st.text(max_size=5),
    updated_at=st.none() | MOMENTS,
    status=st.sampled_from(Status),
    codes=st.lists(st.tuples(st.sampled_from(System), st.text(max_size=5)), max_size=6).map(tuple),
    day=st.none() | st.dates(),
    until=st.none() | st.dates(),
    starts_at=st.none() | MOMENTS,
    provider=st.text(max_size=5),
    place=st.text(max_size=5),
)


@given(st.lists(WRITTEN, max_size=5))
def test_reads_what_it_wrote(entries):
    assert read_part(Kind.VISIT, written_part(entries)) == tuple(entries)


def test_writes_the_same_bytes_for_ever():
    part = written_part([condition(), replace(condition(), source_id="c-2", codes=(), day=None)])
    assert part == (
        b'[["0193-ehr"],[0,"c-1","active",1793521800123456,["icd10cm","E11.9","text","Zqdiabetes"],"2020-02-29"],'
        b'[0,"c-2","active",1793521800123456]]'
    )


def test_refuses_an_entry_with_a_value_of_a_newer_version():
    with pytest.raises(ValueError, match="newer"):
        read_part(Kind.VISIT, b'[[""],[0,"1","done",null,[],null,null,null,"","","odd"]]')
