"""When two rows are one person, and what a later row changes."""

from dataclasses import replace
from datetime import date

import pytest

from bedside.records.intake.rules.matching import Match, compare, match_keys, merge, same_person
from bedside.records.intake.rules.nouns import PatientRow, Sex

ANN = PatientRow(
    mrn="M1", first_name="Ann", last_name="O'Neil", birth_date=date(1980, 5, 4), email="Family@example.org",
    medications=("Metformin", "Lisinopril"), email_opt_in=True, city="Bath", sex=Sex.FEMALE,
)  # fmt: skip
UNNUMBERED = replace(ANN, mrn="")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ANN, replace(ANN, mrn="m1 ", email=None), Match.SAME),
        (ANN, replace(ANN, mrn="M2"), Match.DIFFERENT),
        (ANN, UNNUMBERED, Match.SAME),
        (UNNUMBERED, UNNUMBERED, Match.SAME),
        (UNNUMBERED, replace(UNNUMBERED, email="FAMILY@EXAMPLE.ORG", last_name="ÓNEIL"), Match.SAME),
        (
            UNNUMBERED,
            replace(UNNUMBERED, first_name="Bob"),
            Match.DIFFERENT,
        ),  # twins share address and birth date
        (
            UNNUMBERED,
            replace(UNNUMBERED, birth_date=date(1950, 5, 4)),
            Match.DIFFERENT,
        ),  # mother of the same name
        (UNNUMBERED, replace(UNNUMBERED, birth_date=None), Match.DIFFERENT),
        (replace(UNNUMBERED, birth_date=None), replace(UNNUMBERED, birth_date=None), Match.DIFFERENT),
        (replace(UNNUMBERED, first_name=""), replace(UNNUMBERED, first_name=""), Match.DIFFERENT),
        (replace(UNNUMBERED, email=None), replace(UNNUMBERED, email=None), Match.DIFFERENT),
        (ANN, replace(ANN, last_name="Ray", birth_date=date(1999, 1, 1)), Match.DOUBTFUL),  # a reused number
        (ANN, replace(ANN, last_name="Ray"), Match.SAME),  # married
        (ANN, replace(ANN, birth_date=date(1980, 4, 5)), Match.SAME),  # corrected
    ],
)
def test_compares_people(one, other, expected):
    assert compare(one, other) is expected
    assert compare(other, one) is expected
    assert same_person(one, other) is (expected is Match.SAME)


def test_rows_that_are_the_same_share_a_key():
    assert set(match_keys(ANN)) & set(match_keys(replace(ANN, email=None)))
    assert set(match_keys(ANN)) & set(match_keys(UNNUMBERED))
    assert match_keys(replace(UNNUMBERED, email=None)) == ()


def test_filled_new_values_win_and_empty_ones_change_nothing():
    merged = merge(ANN, PatientRow(mrn="M1", city="Ulm", email_opt_in=False))
    assert merged == replace(ANN, city="Ulm", email_opt_in=False)


def test_a_filled_list_replaces_because_a_stopped_medicine_must_go():
    assert merge(ANN, PatientRow(medications=("Metformin",))).medications == ("Metformin",)
    assert merge(ANN, PatientRow()).medications == ANN.medications


def test_an_unknown_sex_does_not_erase_a_known_one():
    assert merge(ANN, PatientRow()).sex is Sex.FEMALE
    assert merge(ANN, PatientRow(sex=Sex.OTHER)).sex is Sex.OTHER


def test_a_stop_is_never_lifted_by_an_import():
    stopped = replace(ANN, do_not_email=True, email_opt_in=False)
    merged = merge(stopped, PatientRow(email_opt_in=True, newsletter_opt_in=True, do_not_email=False))
    assert (merged.do_not_email, merged.email_opt_in, merged.newsletter_opt_in) == (True, False, False)


def test_a_new_stop_takes_an_old_yes_away():
    merged = merge(ANN, PatientRow(do_not_email=True))
    assert (merged.do_not_email, merged.email_opt_in, merged.newsletter_opt_in) == (True, False, None)


def test_merging_twice_changes_nothing_more():
    new = PatientRow(city="Ulm", do_not_email=True, deceased=True)
    assert merge(merge(ANN, new), new) == merge(ANN, new)
