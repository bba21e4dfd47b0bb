"""The fast reading of a rule finds the same people as the slow one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.decisions.segments.answering import mask, sample_key
from bedside.decisions.segments.rules import Sample, from_json, to_json
from bedside.decisions.segments.rules.folding import fold
from bedside.ground.identity import new_id
from bedside.records.patients.rules import Patient
from tests.decisions.segments.pretending import snapshot_of
from tests.decisions.segments.reference import matches
from tests.decisions.segments.strategies import all_rules, charts, patients, practices

TODAYS = st.sampled_from([date(2026, 11, 20), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1)])


def found(snapshot, rule, today):
    slots = mask(snapshot, rule, today=today).arg_true()
    halves = snapshot.ids(slots)
    return {UUID(int=high << 64 | low) for high, low in halves.iter_rows()}


@settings(deadline=None, max_examples=200)
@given(rule=all_rules(), practice=practices(), today=TODAYS)
def test_finds_the_same_people_as_the_slow_reference(rule, practice, today):
    people, held = practice
    expected = {one.id for one in people if matches(rule, one, today, held[one.id])}
    assert found(snapshot_of(people, held), rule, today) == expected


@settings(deadline=None, max_examples=150)
@given(rule=all_rules(), practice=practices(), today=TODAYS, data=st.data())
def test_finds_them_after_changes_too(rule, practice, today, data):
    people, held = practice
    start = data.draw(st.integers(0, len(people)))
    later, now = [], {one.id: one for one in people[:start]}
    later_charts = {one.id: held[one.id] for one in people[:start]}
    for part in (people[start:], [], []):
        some = [*part, *_changed(data, now)]
        some_charts = {one.id: held[one.id] for one in part}
        some_charts |= {one: data.draw(charts) for one in data.draw(_some_of(now))}
        later.append((some, some_charts))
        now |= {one.id: one for one in some}
        later_charts |= some_charts
    gone = data.draw(_some_of(now))
    expected = {
        one.id
        for one in now.values()
        if one.id not in gone and matches(rule, one, today, later_charts[one.id])
    }
    base_charts = {one.id: held[one.id] for one in people[:start]}
    snapshot = snapshot_of(people[:start], base_charts, later=later, gone=gone)
    assert found(snapshot, rule, today) == expected


def _some_of(now):
    return st.lists(st.sampled_from(sorted(now)), unique=True, max_size=3) if now else st.just([])


def _changed(data, now):
    return [replace(data.draw(patients), id=one) for one in data.draw(_some_of(now))]


@pytest.mark.parametrize(
    ("one", "other"),
    [("José", "JOSE"), ("  New   Aurora ", "new aurora"), ("Müller", "muller"), ("ﬁn", "fin")],
)
def test_folds_spellings_that_people_take_for_equal(one, other):
    assert fold(one) == fold(other)


@given(text=st.text(alphabet=st.characters(codec="ascii")))
def test_folds_plain_letters_as_it_folds_all_others(text):
    # The accent takes the general way and is gone afterwards.
    assert fold(text + "x") == fold(text + "x\u0301")


def test_means_nobody_by_an_empty_or_and_everybody_by_an_empty_and():
    snapshot = snapshot_of([Patient(id=new_id())])
    assert mask(snapshot, from_json({"any": []}), today=date(2026, 1, 1)).sum() == 0
    assert mask(snapshot, from_json({"all": []}), today=date(2026, 1, 1)).sum() == 1
    assert mask(snapshot_of([]), from_json({"all": []}), today=date(2026, 1, 1)).sum() == 0


def test_draws_about_as_many_as_asked_and_the_same_again():
    people = [Patient(id=new_id()) for _ in range(4_000)]
    snapshot, today = snapshot_of(people), date(2026, 11, 20)
    spring = found(snapshot, Sample(percent=20, seed="spring"), today)
    assert 680 <= len(spring) <= 920
    assert found(snapshot_of(people[::-1]), Sample(percent=20, seed="spring"), date(2027, 1, 1)) == spring
    autumn = found(snapshot, Sample(percent=20, seed="autumn"), today)
    assert 80 <= len(spring & autumn) <= 240
    assert spring < found(snapshot, Sample(percent=30, seed="spring"), today)


def test_a_sample_and_its_holdout_are_everybody_and_share_nobody():
    people = [Patient(id=new_id()) for _ in range(300)]
    snapshot, today = snapshot_of(people), date(2026, 11, 20)
    drawn = {"sample": {"percent": 10, "seed": "a"}}
    sample, holdout = (found(snapshot, from_json(rule), today) for rule in (drawn, {"not": drawn}))
    assert sample | holdout == {one.id for one in people}
    assert not sample & holdout


def test_a_seed_draws_the_same_in_every_version_of_bedside():
    assert sample_key("spring") == (8266608341071423347, 16062703283820505627, 13142881973597988562)


@given(rule=all_rules())
def test_every_rule_is_written_and_read_as_itself(rule):
    assert to_json(from_json(to_json(rule))) == to_json(rule)
