"""A practice's own fields: which values they take, who makes them, and that records keep their values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.terminology import Sensitivity
from bedside.records.patients import actions, queries
from bedside.records.patients.fields import (
    BadValue,
    OwnKind,
    PracticeField,
    key_for,
    read_value,
    shown_fields,
    with_values,
)
from bedside.records.patients.own_fields import add_field, change_field, practice_fields, remove_field
from bedside.records.patients.rules import Patient
from bedside.records.patients.sealed import read_record, written_record

SHOE = PracticeField(key="", label="Shoe size", kind=OwnKind.NUMBER, sensitivity=Sensitivity.CONTACT)
CLINIC = PracticeField(
    key="", label="Clinic", kind=OwnKind.CHOICE, choices=("North", "South"), sensitivity=Sensitivity.HIV
)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (OwnKind.TEXT, "  two   words ", "two words"),
        (OwnKind.NUMBER, "007.50", "7.5"),
        (OwnKind.NUMBER, "1,200", "1200"),
        (OwnKind.NUMBER, "-0.0", "0"),
        (OwnKind.NUMBER, "100", "100"),
        (OwnKind.DATE, "2/29/2024", "2024-02-29"),
        (OwnKind.DATE, "2024-02-29", "2024-02-29"),
        (OwnKind.YES_NO, "Y", "yes"),
        (OwnKind.YES_NO, "false", "no"),
        (OwnKind.CHOICE, "nORTH", "North"),
        (OwnKind.LIST, "b\n a \n\nb", "b\na"),
        (OwnKind.NUMBER, "  ", ""),
    ],
)
def test_keeps_each_value_in_one_form(kind, typed, kept):
    assert read_value(replace(CLINIC, kind=kind), typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (OwnKind.TEXT, "two\nlines"),
        (OwnKind.TEXT, "x" * 201),
        (OwnKind.TEXT, "a\x00b"),
        (OwnKind.NUMBER, "twelve"),
        (OwnKind.NUMBER, "1e9"),
        (OwnKind.NUMBER, "40,5"),  # not 405
        (OwnKind.NUMBER, "1,2,3"),
        (OwnKind.NUMBER, "1" * 30),
        (OwnKind.NUMBER, "\u0661"),  # a digit, but not one that everybody reads
        (OwnKind.DATE, "2023-02-29"),
        (OwnKind.DATE, "0001-01-01"),
        (OwnKind.YES_NO, "perhaps"),
        (OwnKind.CHOICE, "East"),
        (OwnKind.LIST, "\n".join(map(str, range(51)))),
    ],
)
def test_refuses_what_is_no_such_value(kind, typed):
    with pytest.raises(BadValue) as refused:
        read_value(replace(CLINIC, kind=kind), typed)
    assert typed not in refused.value.sentence


@given(st.sampled_from(OwnKind), st.text(max_size=30))
def test_reads_what_is_kept_as_itself(kind, typed):
    field = replace(CLINIC, kind=kind)
    try:
        kept = read_value(field, typed)
    except BadValue:
        return
    assert read_value(field, kept) == kept


def test_makes_a_key_that_no_field_had(scope, at):
    assert add_field(scope, SHOE, at=at).key == "shoe_size"
    remove_field(scope, "shoe_size", at=at)
    assert add_field(scope, SHOE, at=at).key == "shoe_size_2"
    assert key_for("???", taken=()) == "field"


def test_keeps_fields_in_the_order_they_were_made(scope, stranger_scope, at):
    made = [add_field(scope, SHOE, at=at), add_field(scope, CLINIC, at=at)]
    assert practice_fields(scope) == made
    assert practice_fields(stranger_scope) == []


def test_changes_and_gives_up_a_field(scope, at):
    made = add_field(scope, CLINIC, at=at)
    wanted = replace(made, label="Site", choices=("North", "East"), kind=OwnKind.TEXT)
    assert change_field(scope, wanted, at=at) == replace(wanted, kind=OwnKind.CHOICE)  # the kind stays
    remove_field(scope, made.key, at=at)
    assert practice_fields(scope)[0].removed_at == at
    for act in (lambda: remove_field(scope, made.key, at=at), lambda: change_field(scope, made, at=at)):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize(
    ("field", "code"),
    [
        (replace(SHOE, label=" "), "own_label"),
        (replace(SHOE, label="x" * 61), "own_label"),
        (replace(CLINIC, choices=("One",)), "own_choices"),
        (replace(CLINIC, choices=tuple(map(str, range(41)))), "own_choices"),
        (replace(SHOE, sensitivity=Sensitivity.NONE), "own_sensitivity"),
        (replace(SHOE, label="SHOE SIZE"), "own_label_taken"),
    ],
)
def test_refuses_a_field_that_cannot_be(scope, at, field, code):
    add_field(scope, SHOE, at=at)
    with pytest.raises(Refusal) as refused:
        add_field(scope, field, at=at)
    assert refused.value.code == code


def test_lets_only_who_runs_the_practice_make_fields(scope_of, at):
    with pytest.raises(NotAllowed):
        add_field(scope_of("ana"), SHOE, at=at)
    add_field(scope_of("omar"), SHOE, at=at)


def test_stores_no_name_of_a_field_in_clear(scope, at):
    from django.db import connection

    add_field(scope, replace(CLINIC, label="Zqclinic"), at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM patients_field f")
        stored = cursor.fetchone()[0]
    assert "zqclinic" not in stored.casefold()
    assert b"Zqclinic".hex() not in stored


def test_hides_what_is_specially_protected(scope, at):
    shoe, clinic = add_field(scope, SHOE, at=at), add_field(scope, CLINIC, at=at)
    assert shown_fields([shoe, clinic], special=True) == [shoe, clinic]
    assert shown_fields([shoe, clinic], special=False) == [shoe]
    assert shown_fields([replace(shoe, removed_at=at)], special=True) == []


def test_keeps_values_in_the_record(scope, at):
    patient = with_values(
        Patient(id=new_id(), mrn="MS-1"), {"shoe_size": "7.5", "clinic": "North", "none": ""}
    )
    assert patient.custom == (("clinic", "North"), ("shoe_size", "7.5"))
    actions.add(scope, patient, at=at)
    assert queries.get(scope, patient.id) == patient
    assert with_values(patient, {"clinic": ""}).custom == (("shoe_size", "7.5"),)


def test_reads_a_record_from_before_there_were_own_fields():
    patient = Patient(id=new_id(), mrn="MS-1", part2=True)
    plain = written_record(patient)
    assert b"custom" not in plain
    assert plain.endswith(b"true]")
    assert read_record(patient.id, plain) == patient
