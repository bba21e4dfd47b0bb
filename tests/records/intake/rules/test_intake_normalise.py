"""Whole rows: kept with remarks, or rejected because they name nobody."""

from datetime import date

import pytest

from bedside.records.intake.rules.dates import detect_date_order
from bedside.records.intake.rules.mapping import propose
from bedside.records.intake.rules.normalise import normalise
from bedside.records.intake.rules.nouns import (
    DateOrder,
    NormalisedRow,
    PatientField,
    PatientRow,
    RejectedRow,
    Sex,
)
from bedside.records.intake.rules.reading import rows, sample_rows
from bedside.records.intake.rules.remarks import RemarkCode, remark
from tests.records.intake.rules.intake_files import fixture, layout_of

F = PatientField
TODAY = date(2026, 11, 21)


def read(cells: dict[PatientField, str]) -> NormalisedRow | RejectedRow:
    return normalise(cells, date_order=DateOrder.MONTH_FIRST, today=TODAY)


def kept(cells: dict[PatientField, str]) -> tuple[PatientRow, list[str]]:
    row = read(cells)
    assert isinstance(row, NormalisedRow)
    return row.patient, [warning.code for warning in row.warnings]


def imported(name: str) -> dict[int, NormalisedRow | RejectedRow]:
    content = fixture(name)
    layout = layout_of(content)
    samples = sample_rows(content, layout=layout)
    mapping = propose(layout.header, samples=samples)
    columns = [*mapping.columns_of(F.BIRTH_DATE), *mapping.columns_of(F.LAST_VISIT)]
    order = detect_date_order(row[column] for row in samples for column in columns).order
    found = (row for row in rows([content], layout=layout) if row.problem is None)
    return {row.line: normalise(mapping.pick(row.cells), date_order=order, today=TODAY) for row in found}


def test_reads_a_sound_row_without_remarks():
    row = imported("windows-1252.csv")[2]
    assert row == NormalisedRow(
        patient=PatientRow(
            mrn="MS-1001", first_name="Ana", last_name="Nuñez", birth_date=date(1984, 3, 17), sex=Sex.FEMALE,
            email="ana.nunez@example.org", phone="555-0101", postal_code="04101", last_visit=date(2026, 8, 28),
            interests=("nutrition", "sleep"), email_opt_in=True,
        )
    )  # fmt: skip


@pytest.mark.parametrize("name", ["utf-16-tabs.txt", "semicolon-bom.csv", "mac-roman.csv"])
def test_the_same_people_come_out_of_every_kind_of_file(name):
    assert list(imported(name).values()) == list(imported("windows-1252.csv").values())


def test_a_messy_file_keeps_its_people_with_remarks():
    found = imported("messy.csv")
    remarks = {
        line: [(warning.field and warning.field.value, warning.code) for warning in row.warnings]
        for line, row in found.items()
    }
    assert remarks == {
        2: [("postal_code", "zip_zero_restored")],
        3: [("email_opt_in", "stop_words"), ("birth_date", "not_a_date"), ("last_visit", "short_year"),
            ("next_appointment", "date_in_past")],
        4: [("first_name", "formula"), ("birth_date", "spreadsheet_date")],
        5: [("email_opt_in", "unclear_permission"), ("email", "several_addresses")],
        6: [("birth_date", "date_in_future"), ("email", "invalid_address")],
        7: [],
        14: [],
        18: [],
        19: [],
    }  # fmt: skip
    assert [line for line, row in found.items() if isinstance(row, RejectedRow)] == [18]


def test_an_unusable_address_never_costs_the_patient_the_row():
    patient, codes = kept({F.MRN: "1", F.EMAIL: "ann at example.org", F.CITY: "Bath"})
    assert (patient.email, patient.city, codes) == (None, "Bath", ["invalid_address"])


@pytest.mark.parametrize(
    "cells", [{}, {F.EMAIL: "a@example.org"}, {F.MRN: " ", F.LAST_NAME: "-", F.FIRST_NAME: "n/a"}]
)
def test_rejects_a_row_that_names_nobody(cells):
    row = read(cells)
    assert isinstance(row, RejectedRow)
    assert row.code == "nobody_identified"


@pytest.mark.parametrize(
    "cells", [{F.MRN: "1"}, {F.LAST_NAME: "Lee"}, {F.FIRST_NAME: "Ann"}, {F.FULL_NAME: "Lee, Ann"}]
)
def test_keeps_a_row_that_names_somebody(cells):
    assert isinstance(read(cells), NormalisedRow)


def test_rejects_a_row_whose_only_name_is_a_formula_and_says_why():
    row = read({F.FULL_NAME: '=HYPERLINK("http://evil.example")', F.EMAIL: "a@example.org"})
    assert isinstance(row, RejectedRow)
    assert [warning.code for warning in row.warnings] == ["formula"]


def test_the_full_name_fills_in_only_where_both_parts_are_empty():
    assert kept({F.FULL_NAME: "Lee, Ann", F.LAST_NAME: "Ray"})[0].last_name == "Ray"
    assert kept({F.FULL_NAME: "Lee, Ann", F.LAST_NAME: ""})[0].first_name == "Ann"


@pytest.mark.parametrize("field", [F.EMAIL_OPT_IN, F.NEWSLETTER_OPT_IN])
def test_do_not_email_in_an_opt_in_column_stops_all_email(field):
    patient, _ = kept({F.MRN: "1", field: "DO NOT EMAIL"})
    assert patient.do_not_email
    assert not patient.email_opt_in
    assert not patient.newsletter_opt_in


def test_a_stop_outweighs_every_yes_in_the_row():
    patient, codes = kept(
        {F.MRN: "1", F.EMAIL_OPT_IN: "Yes", F.NEWSLETTER_OPT_IN: "Yes", F.DO_NOT_EMAIL: "Y"}
    )
    assert (patient.email_opt_in, patient.newsletter_opt_in, patient.do_not_email) == (False, False, True)
    assert codes == ["contradiction"]


def test_an_empty_permission_is_neither_yes_nor_no():
    patient, codes = kept({F.MRN: "1", F.EMAIL_OPT_IN: "", F.NEWSLETTER_OPT_IN: "n/a", F.DO_NOT_EMAIL: ""})
    assert (patient.email_opt_in, patient.newsletter_opt_in, patient.do_not_email) == (None, None, False)
    assert codes == []


def test_a_social_security_number_never_becomes_the_patient_number():
    patient, codes = kept({F.MRN: "999-17-5017", F.LAST_NAME: "Lee"})
    assert (patient.mrn, codes) == ("", ["social_security"])


def test_no_remark_repeats_what_stood_in_a_cell():
    marked = {field: f"Zanzibar-{field.value} =1 @ , ; 2/31/1999" for field in PatientField}
    row = read(marked | {F.LAST_NAME: "Lee"})
    assert row.warnings
    assert not any("anzibar" in warning.sentence for warning in row.warnings)


@pytest.mark.parametrize("code", list(RemarkCode))
def test_every_remark_has_a_sentence_for_a_person(code):
    assert remark(code, PatientField.EMAIL).sentence.endswith(".")
