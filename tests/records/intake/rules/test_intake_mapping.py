"""Which column becomes which field, and what is never taken."""

import pytest

from bedside.records.intake.rules.fields import FIELDS
from bedside.records.intake.rules.headings import read_heading
from bedside.records.intake.rules.mapping import Severity, check, choose, propose
from bedside.records.intake.rules.nouns import PatientField as F
from bedside.records.intake.rules.reading import sample_rows
from tests.records.intake.rules.intake_files import fixture, layout_of


def proposed(header: str, *rows: str) -> dict[str, F]:
    mapping = propose(header.split(","), samples=[row.split(",") for row in rows])
    return {mapping.header[each.column]: each.field for each in mapping.assignments}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Patient #", F.MRN), ("Chart No", F.MRN), ("Chart No.", F.MRN), ("MRN", F.MRN), ("PatientID", F.MRN),
        ("Acct Number", F.MRN), ("FIRSTNAME", F.FIRST_NAME), ("Patient First Name", F.FIRST_NAME), ("First", F.FIRST_NAME),
        ("Surname", F.LAST_NAME), ("LName", F.LAST_NAME), ("Patient Name", F.FULL_NAME), ("Name (Last, First)", F.FULL_NAME),
        ("DOB", F.BIRTH_DATE), ("D.O.B.", F.BIRTH_DATE), ("Birth Date", F.BIRTH_DATE), ("BIRTHDATE", F.BIRTH_DATE),
        ("Gender", F.SEX), ("E-Mail Address", F.EMAIL), ("email_address", F.EMAIL), ("eMail", F.EMAIL), ("E-Mail", F.EMAIL),
        ("Cell", F.PHONE), ("Home Phone", F.PHONE), ("Tel.", F.PHONE), ("Address 1", F.STREET), ("ZIP Code", F.POSTAL_CODE),
        ("Last Seen", F.LAST_VISIT), ("LastVisit", F.LAST_VISIT), ("Next Appt", F.NEXT_APPOINTMENT),
        ("Primary Provider", F.PROVIDER), ("Dx", F.CONDITIONS), ("Current Meds", F.MEDICATIONS), ("Preferred Language", F.LANGUAGE),
        ("OK to email?", F.EMAIL_OPT_IN), ("EmailOptIn", F.EMAIL_OPT_IN), ("NewsletterOptIn", F.NEWSLETTER_OPT_IN),
        ("Do Not Email", F.DO_NOT_EMAIL), ("Email Opt-Out", F.DO_NOT_EMAIL), ("No Email", F.DO_NOT_EMAIL),
        ("HIPAA Marketing Authorization Date", F.AUTHORIZATION_SIGNED_ON), ("Date of Death", F.DECEASED),
        ("Fecha de nacimiento", F.BIRTH_DATE), ("Correo electrónico", F.EMAIL), ("Apellidos", F.LAST_NAME),
    ],
)  # fmt: skip
def test_knows_the_names_that_systems_use(name, field):
    assert read_heading(name).field is field


@pytest.mark.parametrize(
    "name", ["SSN", "Soc. Sec. #", "Patient SSN", "SSN (last 4)", "Credit Card #", "Drivers License", "Passport",
             "Notes", "Progress Notes", "Psychotherapy Session Text", "Portal Password", "Medicare Number"],
)  # fmt: skip
def test_refuses_what_is_never_imported_and_keeps_it_refused(name):
    mapping = propose(["Name", name], samples=[["Ann Lee", "x"]])
    assert [(each.column, each.is_refused) for each in mapping.left_out] == [(1, True)]
    chosen = choose(mapping, fields={0: F.FULL_NAME, 1: F.TAGS})
    assert "column_refused" in [problem.code for problem in check(chosen)]


@pytest.mark.parametrize(
    "cells", [["999-17-5017"] * 4, ["4111 1111 1111 1111", "5500-0055-5555-5559", "340000000000009"],
              ["The patient reports feeling well. " * 6] * 3],
    ids=["social security", "card", "note"],
)  # fmt: skip
def test_refuses_by_the_look_of_the_cells(cells):
    mapping = propose(["Name", "Account Number"], samples=[["Ann Lee", cell] for cell in cells])
    assert [(each.column, each.is_refused) for each in mapping.left_out] == [(1, True)]


def test_recognises_addresses_under_any_name():
    assert proposed("Name,Contact", "Ann Lee,ann@example.org", "Bo Ray,bo@example.net") == {
        "Name": F.FULL_NAME, "Contact": F.EMAIL
    }  # fmt: skip


def test_reads_a_yes_no_column_called_email_as_opt_in():
    assert proposed("Name,Email", "Ann Lee,Y", "Bo Ray,N")["Email"] is F.EMAIL_OPT_IN


def test_takes_numbers_under_patient_as_the_patient_number():
    assert proposed("Patient,City", "M100,Bath", "M107,Ulm") == {"Patient": F.MRN, "City": F.CITY}


def test_gives_one_column_to_one_field():
    mapping = propose(
        ["Email", "Work", "Email (2)"], samples=[["a@example.org", "b@example.org", "c@example.org"]]
    )
    assert [(each.column, each.field) for each in mapping.assignments] == [(0, F.EMAIL)]
    assert [each.column for each in mapping.left_out] == [1, 2]


def test_gives_several_columns_to_a_list():
    mapping = propose(["MRN", "Diagnosis", "Problem List"], samples=[["1", "Asthma", "Migraine"]])
    assert mapping.columns_of(F.CONDITIONS) == (1, 2)
    assert mapping.pick(["1", "Asthma", "Migraine"])[F.CONDITIONS] == "Asthma;Migraine"


@pytest.mark.parametrize(
    "name", ["Spouse Email", "Guarantor E-Mail", "Emergency Contact Email", "Parent Email"]
)
def test_leaves_other_peoples_addresses_out(name):
    assert proposed(f"Name,{name}", "Ann Lee,someone@example.org") == {"Name": F.FULL_NAME}


def test_leaves_unknown_columns_out_with_a_reason():
    mapping = propose(["MRN", "Copay"], samples=[["1", "20"]])
    assert mapping.left_out[0].reason == "Not a field that Bedside uses."


def test_does_not_guess_which_date_a_date_is():
    assert proposed("MRN,Date", "7,2026-01-01") == {"MRN": F.MRN}


def test_does_not_take_a_column_whose_cells_contradict_its_name():
    assert proposed("MRN,City", "7,2026-01-01", "8,2026-01-02") == {"MRN": F.MRN}


def test_prefers_the_two_parts_of_a_name_to_the_whole():
    found = proposed("Name,First Name,Last Name", "Ann Lee,Ann,Lee")
    assert found == {"First Name": F.FIRST_NAME, "Last Name": F.LAST_NAME}


@pytest.mark.parametrize("name", ["windows-1252.csv", "messy.csv", "utf-16-tabs.txt", "printed-report.csv"])
def test_maps_every_column_of_a_practices_export(name):
    content = fixture(name)
    layout = layout_of(content)
    mapping = propose(layout.header, samples=sample_rows(content, layout=layout))
    assert mapping.left_out == ()
    assert check(mapping) == []
    assert all(0 < each.confidence <= 1 and each.reason for each in mapping.assignments)


@pytest.mark.parametrize(
    ("fields", "code", "severity"),
    [
        ({0: F.EMAIL}, "nobody_identified", Severity.ERROR),
        ({0: F.FIRST_NAME}, "nobody_identified", Severity.ERROR),
        ({0: F.EMAIL, 1: F.EMAIL, 2: F.MRN}, "field_taken_twice", Severity.ERROR),
        ({2: F.MRN, 9: F.EMAIL}, "no_such_column", Severity.ERROR),
        ({2: F.MRN}, "no_email", Severity.WARNING),
        ({0: F.FULL_NAME, 1: F.EMAIL}, "no_mrn", Severity.WARNING),
        ({0: F.FULL_NAME, 1: F.LAST_NAME}, "two_sources_of_name", Severity.WARNING),
        ({2: F.MRN, 1: F.AUTHORIZATION_SIGNED_ON}, "authorization_needs_document", Severity.WARNING),
    ],
)
def test_says_what_is_wrong_with_a_mapping(fields, code, severity):
    chosen = choose(propose(["a", "b", "c"], samples=[]), fields=fields)
    assert (code, severity) in [(problem.code, problem.severity) for problem in check(chosen)]


def test_accepts_a_good_mapping():
    chosen = choose(propose(["a", "b", "c"], samples=[]), fields={0: F.FULL_NAME, 1: F.EMAIL, 2: F.MRN})
    assert check(chosen) == []


def test_every_field_is_explained():
    assert {field.name for field in FIELDS} == set(F)
    assert all(field.label and field.help.endswith(".") for field in FIELDS)
