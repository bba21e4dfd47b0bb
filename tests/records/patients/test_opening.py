"""Records open in batches, in order, and nothing that was changed, swapped or rolled back opens."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from uuid import UUID

import orjson
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import NotFound
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.records.patients import actions, queries
from bedside.records.patients.rules import Patient, Relationship, Sex
from bedside.records.patients.sealed import read_record, written_record

TEXTS = st.text(max_size=12)
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
DAYS = st.none() | st.dates()
ANYBODY = st.builds(
    Patient,
    id=st.uuids(),
    sex=st.sampled_from(Sex),
    deceased=st.booleans(),
    relationship=st.sampled_from(Relationship),
    part2=st.booleans(),
    **dict.fromkeys(("birth_date", "last_visit", "next_appointment"), DAYS),
    **dict.fromkeys(("interests", "conditions", "medications", "tags"), LISTS),
    **dict.fromkeys(
        ("mrn", "first_name", "last_name", "email", "phone", "street", "city", "state", "postal_code",
         "provider", "language"),
        TEXTS,
    ),
)  # fmt: skip


@given(patient=ANYBODY)
def test_reads_the_very_record_that_was_written(patient):
    read = read_record(patient.id, written_record(patient))
    assert read == patient
    assert type(read) is Patient
    assert hash(read) == hash(patient)
    for field in fields(Patient):
        assert type(getattr(read, field.name)) is type(getattr(patient, field.name))


def test_a_record_that_was_read_is_as_frozen_as_any():
    read = read_record(UUID(int=1), b"[]")
    assert read == Patient(id=UUID(int=1))
    assert replace(read, city="Larkspur").city == "Larkspur"
    with pytest.raises(AttributeError):
        read.city = "Larkspur"


@given(patient=ANYBODY)
def test_reads_a_record_from_before_there_were_lists(patient):
    unknown = Patient(id=patient.id)
    known = {
        field.name: getattr(patient, field.name)
        for field in fields(Patient)
        if getattr(patient, field.name) != getattr(unknown, field.name)
    }
    assert read_record(patient.id, orjson.dumps(known)) == patient


def test_values_lie_where_they_always_lay():
    # A value that moves is read as another one in every record there is.
    patient = Patient(
        id=UUID(int=1), mrn="MS-1", first_name="Alice", last_name="Hartwell", birth_date=date(1980, 2, 29),
        sex=Sex.FEMALE, email="alice@example.org", phone="555-0101", street="1 Elm Street", city="Larkspur",
        state="KS", postal_code="66901", last_visit=date(2026, 1, 2), next_appointment=date(2027, 1, 2),
        provider="Dr. Priya Raman", interests=("sleep",), conditions=("asthma",), medications=("salbutamol",),
        tags=("moved",), language="en", deceased=True, relationship=Relationship.PROSPECT, part2=True,
    )  # fmt: skip
    assert orjson.loads(written_record(patient)) == [
        "MS-1", "Alice", "Hartwell", "1980-02-29", "female", "alice@example.org", "555-0101", "1 Elm Street",
        "Larkspur", "KS", "66901", "2026-01-02", "2027-01-02", "Dr. Priya Raman", ["sleep"], ["asthma"],
        ["salbutamol"], ["moved"], "en", True, "prospect", True,
    ]  # fmt: skip


def test_writes_nothing_of_what_is_not_known_at_the_end():
    assert written_record(Patient(id=UUID(int=1))) == b"[]"
    assert written_record(Patient(id=UUID(int=1), first_name="Alice")) == b'["","Alice"]'


@pytest.mark.parametrize("record", [{"shoe_size": 43}, [""] * 24], ids=["by name", "in order"])
def test_refuses_a_record_with_a_field_it_does_not_know(record):
    # Reading on would lose that value at the next save.
    with pytest.raises(ValueError, match="unknown field"):
        read_record(UUID(int=1), orjson.dumps(record))


def saved(scope, at, count):
    ids = sorted(new_id() for _ in range(count))
    patients = [
        Patient(id=patient_id, mrn=f"MS-{number}", last_name=f"Name{number}", birth_date=date(1980, 1, 1))
        for number, patient_id in enumerate(ids)
    ]
    actions.save_many(scope, new=patients, changed=[], source="test", at=at)
    return patients


def test_opens_pages_in_order_and_each_once(scope, at):
    patients = saved(scope, at, 25)
    pages, after = [], None
    while page := queries.page(scope, after=after, limit=10):
        pages.append(page)
        after = page[-1].id
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [one for page in pages for one in page] == patients


def test_opens_in_the_order_asked_for(scope, at):
    patients = saved(scope, at, 5)
    wanted = [patients[3], patients[0], patients[4]]
    assert queries.by_ids(scope, [one.id for one in wanted]) == wanted
    assert queries.by_ids(scope, [patients[1].id, new_id()]) == [patients[1]]
    assert queries.by_ids(scope, []) == []


def test_opens_versions_side_by_side(scope, at):
    patients = saved(scope, at, 3)
    newer = replace(patients[1], city="Larkspur")
    actions.change(scope, newer, at=at)
    assert queries.page(scope, after=None, limit=10) == [patients[0], newer, patients[2]]
    assert queries.get_versioned(scope, newer.id) == (newer, 2)
    with pytest.raises(NotFound):
        queries.get_versioned(scope, new_id())


def test_another_practice_opens_none(scope, stranger_scope, at):
    patients = saved(scope, at, 2)
    assert queries.by_ids(stranger_scope, [one.id for one in patients]) == []
    assert queries.page(stranger_scope, after=None, limit=10) == []


def damaged(scope, statement, *parameters):
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount >= 1


SWAP = """
    UPDATE patients_patient AS one SET sealed = other.sealed FROM patients_patient AS other
    WHERE one.id = ANY(%s) AND other.id = ANY(%s) AND one.id <> other.id
"""
DAMAGES = {
    "cut": "UPDATE patients_patient SET sealed = substring(sealed FOR 40) WHERE id = %s",
    "empty": "UPDATE patients_patient SET sealed = '' WHERE id = %s",
    "of another format": "UPDATE patients_patient SET sealed = set_byte(sealed, 0, 2) WHERE id = %s",
    "of a missing key version": "UPDATE patients_patient SET sealed = set_byte(sealed, 4, 9) WHERE id = %s",
    "flipped": "UPDATE patients_patient SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1) WHERE id = %s",
    "said to be newer": "UPDATE patients_patient SET version = version + 1 WHERE id = %s",
}


@pytest.mark.parametrize("statement", DAMAGES.values(), ids=DAMAGES)
def test_opens_no_damaged_record(scope, at, statement):
    patients = saved(scope, at, 3)
    damaged(scope, statement, patients[1].id)
    with pytest.raises(Unsealable) as refused:
        queries.page(scope, after=None, limit=10)
    assert refused.value.position == 1
    assert "Name" not in str(refused.value)
    assert queries.get(scope, patients[2].id) == patients[2]


def test_opens_no_swapped_records(scope, at):
    ids = [one.id for one in saved(scope, at, 2)]
    damaged(scope, SWAP, ids, ids)
    with pytest.raises(Unsealable):
        queries.by_ids(scope, ids)


def test_opens_no_record_rolled_back_beneath_its_version(scope, at):
    patient = saved(scope, at, 1)[0]
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM patients_patient WHERE id = %s", [patient.id])
        older = bytes(cursor.fetchone()[0])
    actions.change(scope, replace(patient, deceased=True), at=at)
    damaged(scope, "UPDATE patients_patient SET sealed = %s WHERE id = %s", older, patient.id)
    with pytest.raises(Unsealable):
        queries.get(scope, patient.id)
    # Whoever can put back the version with it is found by the ledger, which keeps each version, not by the seal.
    damaged(scope, "UPDATE patients_patient SET version = 1 WHERE id = %s", patient.id)
    assert queries.get(scope, patient.id) == patient


@pytest.mark.parametrize("at_byte", [0, 4, 10, 30, 60], ids=["format", "version", "nonce", "key", "tag"])
def test_opens_nothing_under_a_damaged_key(scope, at, at_byte):
    patients = saved(scope, at, 3)
    statement = (
        "UPDATE vault_personkey SET wrapped = set_byte(wrapped, %s, get_byte(wrapped, %s) # 1)"
        " WHERE person_id = %s"
    )
    damaged(scope, statement, at_byte, at_byte, patients[1].id)
    with pytest.raises(Unsealable):
        queries.page(scope, after=None, limit=10)
    assert queries.get(scope, patients[0].id) == patients[0]


def test_opens_no_record_of_somebody_whose_key_is_destroyed(scope, at):
    patients = saved(scope, at, 3)
    damaged(scope, "DELETE FROM vault_personkey WHERE person_id = %s", patients[1].id)
    assert queries.page(scope, after=None, limit=10) == [patients[0], patients[2]]
    with pytest.raises(NotFound):
        queries.get(scope, patients[1].id)


def test_opens_a_huge_record(scope, at):
    patient = Patient(
        id=new_id(), last_name="Name", tags=tuple(f"tag {number}" * 50 for number in range(2000))
    )
    actions.save_many(scope, new=[patient], changed=[], source="test", at=at)
    assert queries.get(scope, patient.id) == patient
