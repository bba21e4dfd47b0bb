"""Files that still say the number of a record that was joined to another."""

from __future__ import annotations

from bedside.records.intake.joining import join_people
from bedside.records.patients import queries as patients
from tests.records.intake.import_files import ANN, counts, csv_of, import_file

ANNE = "M9,Anne,Lee,1980-05-04,anne@example.org,,"


def test_an_old_number_means_the_one_that_stays_and_does_not_become_theirs(scope, at):
    import_file(scope, csv_of(ANN, ANNE), at)
    found = patients.ids_by_mrn(scope, ["M1", "M9"])
    join_people(scope, from_patient=found["M9"], to_patient=found["M1"], at=at)
    newer = "M9,Ann,Lee,1980-05-04,new@example.org,,"
    assert counts(import_file(scope, csv_of(newer), at)) == (0, 1, 0, 0)
    ann = patients.get(scope, found["M1"])
    assert (ann.mrn, ann.email) == ("M1", "new@example.org")
    assert counts(import_file(scope, csv_of(newer), at)) == (0, 0, 1, 0)
    assert patients.count(scope) == 1
