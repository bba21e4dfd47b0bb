"""A record as typed text: what was not changed stays, what is wrong is said, nothing else gets in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.identity import new_id
from bedside.records.patients.rules import Patient, Sex
from bedside.records.patients.typed import FIELDS, BadRecord, as_text, read

TODAY = date(2026, 11, 20)
PIA = Patient(
    id=new_id(), mrn="MS-1", first_name="Pia", last_name="Zqmark", birth_date=date(1980, 2, 29), sex=Sex.FEMALE,
    email="pia@example.org", conditions=("asthma", "migraine"),
)  # fmt: skip


def test_text_of_a_record_reads_back_as_the_same_record():
    assert read(as_text(PIA), held=PIA, today=TODAY) == PIA
    assert read(as_text(PIA), held=Patient(id=PIA.id), today=TODAY) == PIA


def test_what_is_not_typed_stays():
    assert read({"phone": "555-0101"}, held=PIA, today=TODAY).conditions == ("asthma", "migraine")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-12-01", (2026, 12, 1)),
        ("12/1/2026", (2026, 12, 1)),
        ("2/29/2028", (2028, 2, 29)),
        (" 2026-12-01 ", (2026, 12, 1)),
    ],
)
def test_reads_dates_as_the_office_writes_them(typed, day):
    assert read({"next_appointment": typed}, held=PIA, today=TODAY).next_appointment == date(*day)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("birth_date", "2026-11-21"), ("birth_date", "2/29/2027"), ("birth_date", "1890-01-01"), ("last_visit", "20261"),
        ("next_appointment", "2099-01-01"), ("email", "a@b"), ("email", "two@example.org, more@example.org"),
        ("first_name", "Pia\x07"), ("sex", "FEMALE"), ("interests", "x" * 121), ("phone", "5\n5"),
    ],
)  # fmt: skip
def test_refuses_one_field_and_names_only_it(field, typed):
    with pytest.raises(BadRecord) as refused:
        read({field: typed, "city": "Larkspur"}, held=PIA, today=TODAY)
    assert list(refused.value.problems) == [field]
    assert typed not in refused.value.problems[field]


def test_an_odd_value_that_was_there_before_is_not_refused():
    odd = Patient(id=PIA.id, mrn="MS-1", birth_date=date(1790, 1, 1), state="A" * 60)
    assert read({**as_text(odd), "city": "Larkspur"}, held=odd, today=TODAY).birth_date == date(1790, 1, 1)


def test_a_record_has_a_name_or_a_number():
    with pytest.raises(BadRecord, match="marked"):
        read({"first_name": "", "last_name": " ", "mrn": ""}, held=PIA, today=TODAY)
    assert read({"first_name": "", "last_name": ""}, held=PIA, today=TODAY).mrn == "MS-1"


@given(st.dictionaries(st.sampled_from(list(FIELDS)), st.text(max_size=300)))
def test_any_text_is_taken_or_refused_in_words_and_stays_what_it_was(typed):
    try:
        patient = read(typed, held=PIA, today=TODAY)
    except BadRecord as refused:
        assert set(refused.problems) <= {*typed, "last_name"}
        return
    assert read(as_text(patient), held=patient, today=TODAY) == patient
