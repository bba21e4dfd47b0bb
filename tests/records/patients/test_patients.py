"""Patients are sealed under their own keys, found by blind index, and seen by their own practice only."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from bedside.ground.errors import NotAllowed, NotFound
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.records.patients import actions, queries
from bedside.records.patients.models import PatientRow
from bedside.records.patients.rules import Patient, Sex


def pia(**changes):
    known = {
        "id": new_id(),
        "mrn": "MS-1",
        "first_name": "Pia",
        "last_name": "Zqmark",
        "birth_date": date(1980, 2, 29),
        "sex": Sex.FEMALE,
        "email": "pia@example.org",
        "conditions": ("asthma",),
        "last_visit": date(2026, 1, 5),
    }
    return Patient(**{**known, **changes})


def test_opens_the_record_that_was_saved(scope, at):
    patient = pia()
    actions.add(scope, patient, at=at)
    assert queries.get(scope, patient.id) == patient


def test_stores_no_value_in_clear(scope, at):
    actions.add(scope, pia(), at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM patients_patient p")
        stored = cursor.fetchone()[0]
    assert "Zqmark" not in stored
    assert b"Zqmark".hex() not in stored


def test_finds_by_address_however_it_is_written(scope, at):
    patient = pia()
    actions.add(scope, patient, at=at)
    assert queries.ids_by_address(scope, " PIA@Example.ORG ") == [patient.id]
    assert queries.ids_by_address(scope, "other@example.org") == []
    assert queries.ids_by_address(scope, "not an address") == []


def test_finds_by_record_number(scope, at):
    patient = pia()
    actions.add(scope, patient, at=at)
    assert queries.ids_by_mrn(scope, ["ms-1 ", "MS-2"]) == {"ms-1 ": patient.id}


def test_changes_a_record_and_its_indexes(scope, at):
    patient = pia()
    actions.add(scope, patient, at=at)
    actions.change(scope, pia(id=patient.id, email="new@example.org"), at=at)
    assert queries.get(scope, patient.id).email == "new@example.org"
    assert queries.ids_by_address(scope, "pia@example.org") == []
    assert queries.ids_by_address(scope, "new@example.org") == [patient.id]


def test_does_not_open_a_record_put_in_another_row(scope, at):
    one, two = pia(), pia(id=new_id(), mrn="MS-2")
    actions.save_many(scope, new=[one, two], changed=[], source="test", at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE patients_patient SET sealed = (SELECT sealed FROM patients_patient WHERE id = %s) WHERE id = %s",
            [one.id, two.id],
        )
    with pytest.raises(Unsealable):
        queries.get(scope, two.id)


def test_does_not_open_an_older_version_put_back(scope, at):
    patient = pia()
    actions.add(scope, patient, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM patients_patient")
        old = cursor.fetchone()[0]
        actions.change(scope, pia(id=patient.id, deceased=True), at=at)
        cursor.execute("UPDATE patients_patient SET sealed = %s", [old])
    with pytest.raises(Unsealable):
        queries.get(scope, patient.id)


def test_hides_a_patient_from_another_practice(scope, stranger_scope, at):
    patient = pia()
    actions.add(scope, patient, at=at)
    with pytest.raises(NotFound):
        queries.get(stranger_scope, patient.id)
    with pytest.raises(NotFound):
        actions.change(stranger_scope, patient, at=at)
    assert queries.count(stranger_scope) == 0
    assert queries.ids_by_address(stranger_scope, patient.email) == []


def test_refuses_somebody_without_the_right(scope_of, at):
    with pytest.raises(NotAllowed):
        actions.add(scope_of("abe"), pia(), at=at)


def test_numbers_changes_in_order(scope, at):
    first, second = pia(), pia(id=new_id(), mrn="MS-2")
    actions.add(scope, first, at=at)
    seen = queries.last_change(scope)
    actions.add(scope, second, at=at)
    with in_scope(scope):
        newer = PatientRow.objects.filter(change_no__gt=seen).values_list("id", flat=True)
        assert [*newer] == [second.id]


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 28), 45),  # born 29 February: not yet
        (date(2026, 3, 1), 46),
        (date(2024, 2, 29), 44),
    ],
)
def test_counts_completed_years(day, age):
    assert pia().age_on(day) == age


def test_does_not_guess_an_age_without_a_birth_date():
    assert pia(birth_date=None).age_on(date(2026, 1, 1)) is None
    assert pia(birth_date=None).is_minor_on(date(2026, 1, 1)) is None


def test_does_not_print_a_patient():
    assert "Zqmark" not in repr(pia())
