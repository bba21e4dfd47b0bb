"""What a message or a later file cannot do: pass the list of what is kept, undo a death, lose the flag of Part 2."""

from __future__ import annotations

from dataclasses import replace

from bedside.ground.scope import in_scope
from bedside.kit.clinical import PERSON_FIELDS
from bedside.records.charts.queries import chart
from bedside.records.intake.clinical.persons import _UNSAID
from bedside.records.intake.joining import join_people
from bedside.records.intake.models import Stop
from bedside.records.intake.rules.keeping import Item
from bedside.records.intake.sources import change_source
from bedside.records.patients import queries as patients
from bedside.records.patients.actions import change, set_deceased
from bedside.records.patients.rules import Sex
from tests.records.intake.clinical_files import (
    counts,
    hospital,
    import_clinical,
    message,
    ndjson,
    patient,
    pid,
    visit,
)
from tests.records.intake.import_files import csv_of, import_file

FULL = pid(f11="1 Maple Street^^Springfield^KS^66000", f13="^NET^Internet^ann@example.org", f15="es")


def by_number(scope, number="MR-1"):
    return patients.get(scope, patients.ids_by_mrn(scope, [number])[number])


def test_keeps_of_a_message_what_is_switched_on_alone(scope, at):
    source_id = hospital(scope, at, kept=frozenset({Item.VISITS}))
    import_clinical(scope, message("A04", FULL), at, source_id)
    ann = by_number(scope)
    assert (ann.first_name, ann.email, ann.city, ann.birth_date) == ("Ann", "", "", None)
    assert (ann.sex, ann.language) == (Sex.UNKNOWN, "")


def test_lets_a_message_empty_nothing_that_is_not_kept_of_it(scope, at):
    source_id = hospital(scope, at, kept=frozenset({Item.VISITS}))
    import_clinical(scope, message("A04", pid()), at, source_id)
    ann = by_number(scope)
    change(scope, replace(ann, email="typed@example.org"), at=at)
    import_clinical(scope, message("A08", pid(f13='""'), at="20260401090000-0600"), at, source_id)
    assert by_number(scope).email == "typed@example.org"


def test_knows_every_field_that_can_be_left_out():
    """A field without an empty value would be taken from a message although it is not kept."""
    assert _UNSAID.keys() >= PERSON_FIELDS


def test_takes_a_death_back_once_and_never_one_that_staff_recorded_later(scope, at):
    source_id = hospital(scope, at)
    for day, said in ((1, "Y"), (2, "N")):
        content = message("A08", pid(f30=said), at=f"2026030{day}090000-0600")
        import_clinical(scope, content, at, source_id)
    ann = by_number(scope)
    assert not ann.deceased
    set_deceased(scope, ann.id, deceased=True, at=at)
    import_clinical(scope, message("A08", pid(f30="N"), at="20260303090000-0600"), at, source_id)
    assert by_number(scope).deceased


def test_flags_people_when_their_source_turns_out_to_be_under_part_2(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    change_source(scope, source_id, name="General Hospital", is_part2=True, settings={}, at=at)
    view = import_clinical(scope, ndjson(patient(1)), at, source_id)
    assert (by_number(scope).part2, counts(view)) == (True, (0, 1, 0, 0, 0))
    assert counts(import_clinical(scope, ndjson(patient(1)), at, source_id)) == (0, 0, 1, 0, 0)


def test_flags_whoever_such_a_source_knows_by_number_only(scope, at):
    import_clinical(scope, ndjson(patient(1)), at, hospital(scope, at))
    clinic = hospital(scope, at, name="Addiction Clinic", is_part2=True)
    seen = {**visit(1), "subject": {"identifier": {"system": "urn:maple", "value": "MR-1"}}}
    import_clinical(scope, ndjson(seen), at, clinic)
    ann = by_number(scope)
    assert (len(chart(scope, ann.id)), ann.part2) == (1, True)


def test_finds_whom_a_row_without_a_number_became(scope, at):
    rows = csv_of("Anne,Lee,anne@example.org", header="First,Last,Email")
    import_file(scope, rows, at)
    (anne,) = patients.ids_by_address(scope, "anne@example.org")
    import_file(scope, csv_of("M1,Ann,Lee,ann@example.org", header="MRN,First,Last,Email"), at)
    ann = by_number(scope, "M1")
    join_people(scope, from_patient=anne, to_patient=ann.id, at=at)
    import_file(scope, rows, at)
    assert patients.get(scope, anne).full_name == ""
    assert patients.count(scope) == 1


def test_remembers_a_stop_of_the_same_file_for_whom_the_record_became(scope, at):
    """The rest of the file may hold a yes of theirs."""
    view = import_file(scope, csv_of("M9,Anne,Lee", "M1,Ann,Lee", header="MRN,First,Last"), at)
    ids = patients.ids_by_mrn(scope, ["M9", "M1"])
    with in_scope(scope):
        Stop.objects.create(practice_id=scope.practice_id, of_import_id=view.id, patient_id=ids["M9"])
    join_people(scope, from_patient=ids["M9"], to_patient=ids["M1"], at=at)
    with in_scope(scope):
        held = Stop.objects.filter(of_import_id=view.id)
        assert {*held.values_list("patient_id", flat=True)} == {*ids.values()}
