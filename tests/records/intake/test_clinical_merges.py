"""A system says that two of its records are one person: so are ours, once and for good."""

from __future__ import annotations

from bedside.records.charts.merging import merge_people
from bedside.records.charts.queries import chart
from bedside.records.patients import queries as patients
from bedside.records.patients.merging import survivors
from tests.records.intake.clinical_files import (
    condition,
    counts,
    hospital,
    import_clinical,
    message,
    ndjson,
    patient,
    pid,
    reasons,
    visit,
)

MERGED = {
    "meta": {"lastUpdated": "2026-04-01T09:00:00Z"},
    "link": [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}],
}


def by_number(scope, number):
    return patients.ids_by_mrn(scope, [number]).get(number)


def test_makes_two_records_one_and_the_same_file_again_changes_nothing(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1), patient(2), condition(1), visit(2, person="p2")), at, source_id)
    one, two = by_number(scope, "MR-1"), by_number(scope, "MR-2")
    content = ndjson(patient(1, **MERGED), patient(2), condition(1), visit(2, person="p2"))
    view = import_clinical(scope, content, at, source_id)
    assert counts(view) == (0, 1, 3, 0, 0)
    assert survivors(scope, [one]) == {one: two}
    assert len(chart(scope, two)) == 2
    before = patients.last_change(scope)
    again = import_clinical(scope, content, at, source_id)
    assert (counts(again), patients.last_change(scope)) == ((0, 0, 4, 0, 0), before)


def test_follows_a_chain_of_merges_to_its_end(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1), patient(2), patient(3)), at, source_id)
    second = {**MERGED, "link": [{"type": "replaced-by", "other": {"reference": "Patient/p3"}}]}
    import_clinical(scope, ndjson(patient(1, **MERGED), patient(2, **second)), at, source_id)
    three = by_number(scope, "MR-3")
    assert {by_number(scope, "MR-1"), by_number(scope, "MR-2")} == {three}


def test_adds_nobody_for_a_record_that_was_merged_before_it_came(scope, at):
    source_id = hospital(scope, at)
    content = ndjson(patient(1, **MERGED), patient(2), visit(1, person="p1"))
    view = import_clinical(scope, content, at, source_id)
    assert (counts(view), patients.count(scope)) == ((2, 1, 0, 0, 0), 1)
    assert len(chart(scope, by_number(scope, "MR-2"))) == 1


def test_waits_for_a_survivor_who_is_not_on_record(scope, at):
    source_id = hospital(scope, at)
    view = import_clinical(scope, ndjson(patient(1, **MERGED)), at, source_id)
    assert (reasons(scope, view), patients.count(scope)) == ([(1, "survivor_unknown")], 0)


def test_merges_as_a_message_says_and_finds_the_survivor_by_the_old_number(scope, at):
    source_id = hospital(scope, at)
    content = message("A04", pid("1001"), "PV1|1|O|||||||||||||||||V1") + message(
        "A04", pid("1002"), control="2"
    )
    import_clinical(scope, content, at, source_id)
    one, two = by_number(scope, "1001"), by_number(scope, "1002")
    merge = message("A40", pid("1002"), "MRG|1001^^^MAPLE^MR", at="20260401090000-0600")
    later = message("A04", pid("1001"), "PV1|1|O|||||||||||||||||V2", at="20260501090000-0600")
    import_clinical(scope, merge + later, at, source_id)
    assert survivors(scope, [one]) == {one: two}
    assert {each.source_id for each in chart(scope, two)} == {"V1", "V2"}
    again = import_clinical(scope, merge, at, source_id)
    assert (again.new, again.changed) == (0, 0)


def test_finds_the_survivor_of_a_merge_that_staff_made(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1), patient(2)), at, source_id)
    one, two = by_number(scope, "MR-1"), by_number(scope, "MR-2")
    merge_people(scope, from_patient=one, to_patient=two, at=at)
    view = import_clinical(scope, ndjson(visit(1, person="p1")), at, source_id)
    assert (counts(view), len(chart(scope, two))) == ((1, 0, 0, 0, 0), 1)
