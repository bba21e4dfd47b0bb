"""A hospital's file becomes patients and charts; the same file again changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.kit.terminology import System
from bedside.records.charts.queries import chart, names
from bedside.records.charts.rules import Kind, Status
from bedside.records.intake import actions, queries
from bedside.records.intake.nouns import Format, ImportState, SourceKind
from bedside.records.intake.rules.keeping import KEPT_AT_FIRST, Item
from bedside.records.intake.rules.refusing import sort_counts
from bedside.records.intake.sources import add_source, pause_source
from bedside.records.patients import queries as patients
from bedside.records.patients.rules import Sex
from tests.records.intake.clinical_files import (
    EVERYTHING,
    archive,
    bundle,
    coded,
    condition,
    counts,
    event,
    hospital,
    import_clinical,
    message,
    ndjson,
    packed,
    patient,
    pid,
    ready,
    reasons,
    visit,
)


def one(scope, mrn="MR-1"):
    return patients.get(scope, patients.ids_by_mrn(scope, [mrn])[mrn])


def entries(scope, mrn="MR-1", kind=None):
    found = chart(scope, one(scope, mrn).id)
    return sorted((each for each in found if kind in {None, each.kind}), key=lambda each: each.source_id)


def test_takes_people_with_what_is_said_of_them(scope, at):
    view = import_clinical(scope, ndjson(patient(1), patient(2)), at, hospital(scope, at))
    assert (view.state, view.format, *counts(view)) == (ImportState.FINISHED, Format.FHIR, 2, 0, 0, 0, 0)
    ann = one(scope)
    assert (ann.first_name, ann.last_name, ann.birth_date) == ("Ann", "Lee1", date(1980, 5, 4))
    assert (ann.email, ann.phone, ann.sex, ann.language) == ("ann1@example.org", "555-0101", Sex.FEMALE, "es")
    assert (ann.street, ann.city, ann.state, ann.postal_code) == (
        "1 Maple Street",
        "Springfield",
        "KS",
        "66000",
    )


def test_changes_nothing_when_the_same_file_comes_again(scope, at):
    source_id = hospital(scope, at)
    content = ndjson(patient(1), visit(1), condition(1))
    first = import_clinical(scope, content, at, source_id)
    before = patients.last_change(scope)
    again = import_clinical(scope, content, at, source_id)
    assert counts(first) == (3, 0, 0, 0, 0)
    assert counts(again) == (0, 0, 3, 0, 0)
    assert patients.last_change(scope) == before


def test_puts_what_happened_into_the_chart(scope, at):
    practitioner = {
        "resourceType": "Practitioner",
        "id": "d1",
        "identifier": [{"system": "npi", "value": "99"}],
        "name": [{"family": "Ash", "given": ["Alex"], "prefix": ["Dr."]}],
    }
    place = {"resourceType": "Location", "id": "l1", "name": "Elm Clinic"}
    seen = visit(
        1,
        participant=[{"individual": {"reference": "Practitioner?identifier=npi|99"}}],
        location=[{"location": {"reference": "Location/l1"}}],
    )
    content = ndjson(seen, condition(1), practitioner, place, patient(1))
    view = import_clinical(scope, content, at, hospital(scope, at))
    assert counts(view) == (5, 0, 0, 0, 0)
    found = entries(scope, kind=Kind.VISIT)[0]
    assert (found.day, found.until, found.status) == (date(2026, 2, 1), date(2026, 2, 1), Status.DONE)
    assert (found.provider, found.place) == ("Alex Ash", "Elm Clinic")
    assert found.codes == ((System.SNOMED, "185349003"), (System.TEXT, "ambulatory"))
    (ill,) = entries(scope, kind=Kind.CONDITION)
    assert (ill.codes, ill.day, ill.status) == (
        ((System.SNOMED, "44054006"),),
        date(2020, 2, 29),
        Status.ACTIVE,
    )
    assert names(scope)[System.SNOMED, "44054006"] == "Type 2 diabetes"


@pytest.mark.parametrize(
    "file",
    [
        ndjson(visit(1), patient(1)),
        packed(ndjson(visit(1), patient(1))),
        bundle(visit(1), patient(1)),
        archive(Encounter__ndjson=ndjson(visit(1)), Patient__ndjson=ndjson(patient(1))),
        archive(a__json=bundle(visit(1), patient(1))),
        archive(
            Encounter__ndjson__gz=packed(ndjson(visit(1))), Patient__ndjson__gz=packed(ndjson(patient(1)))
        ),
    ],
    ids=["lines", "gzip", "bundle", "zip", "zip of bundles", "zip of gzip"],
)
def test_reads_each_kind_of_file(scope, at, file):
    view = import_clinical(scope, file, at, hospital(scope, at))
    assert (view.state, *counts(view)) == (ImportState.FINISHED, 2, 0, 0, 0, 0)
    assert [each.kind for each in entries(scope)] == [Kind.VISIT]


def test_reads_messages(scope, at):
    segments = pid(f13="555-0102~^NET^Internet^ann@example.org"), "PV1|1|O|||||7^Ash^Alex||||||||||||V1"
    content = message("A04", *segments) + message("A08", pid(name="Leigh^Ann"), control="2")
    view = import_clinical(scope, content, at, hospital(scope, at), name="adt.hl7")
    assert view.format is Format.HL7
    ann = one(scope)
    assert (ann.last_name, ann.email) == ("Leigh", "ann@example.org")
    assert [(each.source_id, each.provider) for each in entries(scope)] == [("V1", "Alex Ash")]


def test_an_update_of_a_visit_takes_nothing_away_of_it(scope, at):
    source_id = hospital(scope, at)
    planned = "PV1|1|O" + "|" * 17 + "V1" + "|" * 25 + "20261224090000"
    import_clinical(scope, message("A05", pid(), planned), at, source_id)
    updates = message("A08", pid(), "PV1|1|O" + "|" * 17 + "V1", at="20260401090000-0600") + message(
        "A08", pid(), planned, at="20260501090000-0600", control="2"
    )
    import_clinical(scope, updates, at, source_id)
    (found,) = entries(scope)
    assert (found.day, found.status) == (date(2026, 12, 24), Status.PLANNED)


def test_keeps_only_what_was_switched_on(scope, at):
    source_id = hospital(scope, at, kept=KEPT_AT_FIRST)
    view = import_clinical(scope, ndjson(patient(1), visit(1), condition(1)), at, source_id)
    assert counts(view) == (2, 0, 0, 0, 1)
    assert [each.kind for each in entries(scope)] == [Kind.VISIT]
    assert view.remark_counts["passed:Condition"] == 1


def test_keeps_no_contact_where_that_is_switched_off(scope, at):
    source_id = hospital(scope, at, kept=frozenset({Item.VISITS}))
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    ann = one(scope)
    assert (ann.first_name, ann.email, ann.phone, ann.city) == ("Ann", "", "", "")
    assert (ann.birth_date, ann.sex, ann.language) == (None, Sex.UNKNOWN, "")


HIV = condition(2, code=coded("B20", "HIV disease", "http://hl7.org/fhir/sid/icd-10-cm"))
OPIOID = condition(3, code=coded("F11.20", "Opioid dependence", "http://hl7.org/fhir/sid/icd-10-cm"))


def test_keeps_a_protected_class_only_when_it_was_switched_on(scope, at):
    source_id = hospital(scope, at, kept=KEPT_AT_FIRST | {Item.CONDITIONS})
    content = ndjson(patient(1), condition(1), HIV, OPIOID)
    view = import_clinical(scope, content, at, source_id)
    assert [each.source_id for each in entries(scope)] == ["condition-1"]
    assert (counts(view), view.remark_counts["count:special:kept_out"]) == ((2, 0, 0, 0, 2), 2)
    told = {each.label: each.not_kept for each in sort_counts(view.remark_counts)}
    assert told["Specially protected records"] == 2
    hospital(scope, at, name="Other", kept=KEPT_AT_FIRST | {Item.CONDITIONS, Item.HIV})
    again = import_clinical(scope, content, at, source_id)
    assert [each.source_id for each in entries(scope)] == ["condition-1", "condition-2"]
    assert counts(again) == (1, 0, 2, 0, 1)


def test_never_keeps_psychotherapy(scope, at):
    therapy = event(
        "Procedure",
        1,
        status="completed",
        code=coded("90834", "Psychotherapy, 45 minutes", "http://www.ama-assn.org/go/cpt"),
    )
    view = import_clinical(scope, ndjson(patient(1), therapy), at, hospital(scope, at, kept=EVERYTHING))
    assert entries(scope) == []
    assert view.remark_counts["count:special:kept_out"] == 1


def test_rejects_what_happened_to_somebody_unknown_until_they_are_known(scope, at):
    source_id = hospital(scope, at)
    view = import_clinical(scope, ndjson(patient(1), visit(1), visit(2, person="p9")), at, source_id)
    assert (counts(view), reasons(scope, view)) == ((2, 0, 0, 1, 0), [(3, "unknown_person")])
    import_clinical(scope, ndjson(patient(9)), at, source_id)
    again = import_clinical(scope, ndjson(patient(1), visit(1), visit(2, person="p9")), at, source_id)
    assert counts(again) == (1, 0, 2, 0, 0)


def test_tells_the_file_the_line_and_the_record_of_a_rejected_one(scope, at):
    content = archive(Encounter__ndjson=ndjson(visit(7, person="p9")), Patient__ndjson=ndjson(patient(1)))
    view = import_clinical(scope, content, at, hospital(scope, at))
    (cells,) = queries.rejected_cells(scope, view.id, after_line=0)
    assert cells.cells == ("Encounter.ndjson", "1", "Visit", "encounter-7")
    assert "not on record" in cells.sentence
    assert actions.export_rejects(scope, view.id, at=at)[0] == "File"


def test_finds_somebody_who_was_on_record_before(scope, at):
    first = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1)), at, first)
    other = hospital(scope, at, name="Laboratory")
    view = import_clinical(scope, ndjson(patient(1, id="other-1")), at, other)
    assert (counts(view), patients.count(scope)) == ((0, 0, 1, 0, 0), 1)


def test_leaves_it_to_a_person_when_a_number_is_anothers(scope, at):
    import_clinical(scope, ndjson(patient(1)), at, hospital(scope, at))
    stranger = patient(1, id="x", birthDate="1950-01-01", name=[{"family": "Other", "given": ["Zoe"]}])
    view = import_clinical(scope, ndjson(stranger), at, hospital(scope, at, name="Laboratory"))
    assert reasons(scope, view) == [(1, "number_of_another")]


def test_takes_no_number_over_from_a_system_whose_numbers_are_not_ours(scope, at):
    source_id = hospital(scope, at, numbers="other")
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    assert (patients.count(scope), patients.ids_by_mrn(scope, ["MR-1"])) == (1, {})
    again = import_clinical(scope, ndjson(patient(1)), at, source_id)
    assert counts(again) == (0, 0, 1, 0, 0)


def test_later_version_wins_in_whatever_order_they_come(scope, at):
    source_id = hospital(scope, at)
    new = patient(
        1, meta={"lastUpdated": "2026-04-01T09:00:00Z"}, telecom=[{"system": "phone", "value": "555-0199"}]
    )
    import_clinical(scope, ndjson(new), at, source_id)
    view = import_clinical(scope, ndjson(patient(1)), at, source_id)
    assert (counts(view), one(scope).phone) == ((0, 0, 1, 0, 0), "555-0199")
    both = import_clinical(scope, ndjson(new, patient(1)), at, source_id)
    assert (counts(both), one(scope).phone) == ((0, 0, 2, 0, 0), "555-0199")


def test_empties_what_a_snapshot_no_longer_says(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    later = patient(1, meta={"lastUpdated": "2026-04-01T09:00:00Z"}, telecom=[])
    view = import_clinical(scope, ndjson(later), at, source_id)
    assert counts(view) == (0, 1, 0, 0, 0)
    assert (one(scope).email, one(scope).phone, one(scope).city) == ("", "", "Springfield")


def test_leaves_alone_what_another_system_said(scope, at):
    import_clinical(scope, ndjson(patient(1)), at, hospital(scope, at))
    silent = patient(1, id="other-1", telecom=[], address=[])
    import_clinical(scope, ndjson(silent), at, hospital(scope, at, name="Laboratory"))
    assert (one(scope).email, one(scope).city) == ("ann1@example.org", "Springfield")


def test_leaves_alone_what_staff_typed_while_the_system_says_nothing_new(scope, at):
    from dataclasses import replace

    from bedside.records.patients.actions import change

    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    change(scope, replace(one(scope), phone="555-0177"), at=at)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    assert one(scope).phone == "555-0177"


def test_switching_contact_off_empties_nothing_that_was_kept(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    hospital(scope, at, name="Other", kept=frozenset({Item.BIRTH_DATE}))
    later = patient(1, meta={"lastUpdated": "2026-04-01T09:00:00Z"}, telecom=[])
    import_clinical(scope, ndjson(later), at, source_id)
    assert one(scope).email == "ann1@example.org"


def test_records_a_death_and_never_takes_it_back_by_silence(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    stamps = iter(["2026-04-01T09:00:00Z", "2026-05-01T09:00:00Z", "2026-06-01T09:00:00Z"])
    died = patient(1, meta={"lastUpdated": next(stamps)}, deceasedDateTime="2026-03-30")
    import_clinical(scope, ndjson(died), at, source_id)
    assert one(scope).deceased
    silent = patient(1, meta={"lastUpdated": next(stamps)})
    import_clinical(scope, ndjson(silent), at, source_id)
    assert one(scope).deceased
    mistaken = patient(1, meta={"lastUpdated": next(stamps)}, deceasedBoolean=False)
    import_clinical(scope, ndjson(mistaken), at, source_id)
    assert not one(scope).deceased


def test_takes_no_death_back_that_the_practice_recorded(scope, at):
    from bedside.records.patients.actions import set_deceased

    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    set_deceased(scope, one(scope).id, deceased=True, at=at)
    later = patient(1, meta={"lastUpdated": "2026-04-01T09:00:00Z"}, deceasedBoolean=False, gender="male")
    import_clinical(scope, ndjson(later), at, source_id)
    assert (one(scope).deceased, one(scope).sex) == (True, Sex.MALE)


def test_flags_everybody_of_a_part_2_programme_for_good(scope, at):
    source_id = hospital(scope, at, is_part2=True)
    import_clinical(scope, ndjson(patient(1)), at, source_id)
    assert one(scope).part2
    other = hospital(scope, at, name="Laboratory")
    import_clinical(scope, ndjson(patient(1, id="o1", gender="male")), at, other)
    assert (one(scope).part2, one(scope).sex) == (True, Sex.MALE)


def test_takes_a_record_back_that_was_entered_in_error(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1), condition(1)), at, source_id)
    wrong = condition(
        1, meta={"lastUpdated": "2026-04-01T09:00:00Z"}, verificationStatus=coded("entered-in-error")
    )
    import_clinical(scope, ndjson(wrong), at, source_id)
    (held,) = entries(scope)
    assert (held.status, held.codes, held.day) == (Status.WRONG, (), None)


def test_takes_no_diagnosis_that_is_only_suspected(scope, at):
    suspected = condition(1, verificationStatus=coded("provisional"))
    view = import_clinical(scope, ndjson(patient(1), suspected), at, hospital(scope, at))
    assert (entries(scope), view.remark_counts["count:condition:suspected"]) == ([], 1)


def test_keeps_an_appointment_to_the_minute(scope, at):
    booked = {
        "resourceType": "Appointment",
        "id": "a1",
        "status": "booked",
        "start": "2026-12-24T23:30:00-06:00",
        "participant": [{"actor": {"reference": "Patient/p1"}}],
    }
    import_clinical(scope, ndjson(patient(1), booked), at, hospital(scope, at))
    (found,) = entries(scope)
    assert (found.day, found.starts_at, found.status) == (
        date(2026, 12, 24),
        datetime(2026, 12, 25, 5, 30, tzinfo=UTC),
        Status.PLANNED,
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("1980", None),
        ("2999-01-01", None),
        ("1900-01-01", None),
    ],
    ids=["leap day", "no leap year", "year alone", "not born yet", "placeholder"],
)
def test_keeps_only_birth_dates_that_can_be(scope, at, said, kept):
    view = import_clinical(scope, ndjson(patient(1, birthDate=said)), at, hospital(scope, at))
    assert (one(scope).birth_date, counts(view)) == (kept, (1, 0, 0, 0, 0))
    assert (kept is None) == bool(view.remarks)


def test_needs_a_system_before_it_starts(scope, at):
    import_id = actions.receive(scope, name="x.ndjson", pieces=[ndjson(patient(1))], at=at)
    with pytest.raises(Refusal, match="system"):
        actions.prepare(scope, import_id, provenance=queries.Provenance.OWN_SYSTEM, at=at)


def test_takes_nothing_from_a_paused_system(scope, at):
    source_id = hospital(scope, at)
    import_id = ready(scope, ndjson(patient(1)), at, source_id)
    pause_source(scope, source_id, paused=True, at=at)
    view = actions.run(scope, import_id, clock=lambda: at)
    assert (view.state, view.failure, patients.count(scope)) == (ImportState.FAILED, "source_paused", 0)
    pause_source(scope, source_id, paused=False, at=at)
    actions.resume_here(scope, import_id, at=at)
    assert actions.run(scope, import_id, clock=lambda: at).new == 1


def test_another_practice_can_choose_no_system_of_this_one(scope, stranger_scope, at):
    source_id = hospital(scope, at)
    with pytest.raises(NotFound):
        ready(stranger_scope, ndjson(patient(1)), at, source_id)


def test_adding_a_system_needs_the_right(scope_of, at):
    with pytest.raises(NotAllowed):
        add_source(scope_of("ana"), name="X", kind=SourceKind.FILES, is_part2=False, settings={}, at=at)
