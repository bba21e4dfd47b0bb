"""The fast reading of a rule finds the same people as the slow one."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.decisions.segments.columns import columns_of, expression_of, fold, frame_of
from bedside.decisions.segments.rules import from_json
from bedside.records.patients.rules import Patient
from tests.decisions.segments.reference import matches
from tests.decisions.segments.strategies import patients, rules

TODAYS = st.sampled_from([date(2026, 11, 20), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1)])


@settings(deadline=None, max_examples=400)
@given(rule=rules(), people=st.lists(patients, max_size=12), today=TODAYS)
def test_finds_the_same_people_as_the_slow_reference(rule, people, today):
    found = frame_of(people).filter(expression_of(rule, today=today))["id"].to_list()
    assert found == [person.id.bytes for person in people if matches(rule, person, today)]


@settings(deadline=None)
@given(rule=rules())
def test_asks_for_the_columns_it_needs_only(rule):
    needed = columns_of(rule)
    frame_of([]).select(["id", *needed]).filter(expression_of(rule, today=date(2026, 1, 1)))


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


def test_keeps_values_of_a_list_apart_whatever_is_in_them():
    person = Patient(id=UUID(int=1), tags=("a\x1fb", "C d", "é"))
    assert frame_of([person])["tags"].to_list() == [["a b", "c d", "e"]]
    assert frame_of([Patient(id=UUID(int=1))])["tags"].to_list() == [None]


def test_means_nobody_by_an_empty_or_and_everybody_by_an_empty_and():
    people = [patients.example() for _ in range(0)]
    frame = frame_of(people)
    assert frame.filter(expression_of(from_json({"any": []}), today=date(2026, 1, 1))).height == 0
