"""Whoever is erased is not found again by what other systems call them."""

from __future__ import annotations

from bedside.ground.scope import in_scope
from bedside.records.intake import queries
from bedside.records.intake.forgetting import forget_person
from bedside.records.intake.models import KnownAs
from bedside.records.patients import queries as patients
from tests.records.intake.clinical_files import hospital, import_clinical, ndjson, patient


def test_forgets_by_which_ids_systems_mean_somebody(scope, at):
    import_clinical(scope, ndjson(patient(1), patient(2)), at, hospital(scope, at))
    ann = patients.get(scope, patients.ids_by_mrn(scope, ["MR-1"])["MR-1"])
    assert forget_person(scope, ann).likenesses == 1
    with in_scope(scope):
        assert KnownAs.objects.exclude(patient_id=ann.id).count() == KnownAs.objects.count() == 1


def test_removes_rejected_records_of_the_person_and_of_nobody_else(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, ndjson(patient(1), patient(2)), at, source_id)
    taken = {"meta": {"lastUpdated": "2026-04-01T09:00:00Z"}}
    of_two = [{"type": {"coding": [{"code": "MR"}]}, "value": "MR-2"}]
    of_one = [{"type": {"coding": [{"code": "MR"}]}, "value": "MR-1"}]
    swapped = ndjson(patient(1, identifier=of_two, **taken), patient(2, identifier=of_one, **taken))
    view = import_clinical(scope, swapped, at, source_id)
    assert view.rejected == 2
    ann = patients.get(scope, patients.ids_by_mrn(scope, ["MR-1"])["MR-1"])
    assert forget_person(scope, ann).rejects == 1
    left = queries.rejected_cells(scope, view.id, after_line=0)
    assert [each.cells[3] for each in left] == ["p2"]
