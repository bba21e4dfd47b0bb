"""Dates as people and spreadsheets write them."""

from datetime import date

import pytest

from bedside.records.intake.rules.dates import DateKind, detect_date_order, read_date
from bedside.records.intake.rules.nouns import DateOrder

TODAY = date(2026, 11, 21)
BIRTH, PAST, UPCOMING = DateKind.BIRTH, DateKind.PAST, DateKind.UPCOMING


def read(text, kind=PAST, order=DateOrder.MONTH_FIRST):
    day, code = read_date(text, order=order, kind=kind, today=TODAY)
    return day and day.isoformat(), code and code.value


@pytest.mark.parametrize(
    "text",
    ["1984-03-17", "1984/3/17", "1984.03.17", "03/17/1984", "3/17/1984", "03-17-1984", "3.17.1984", "3 17 1984", "19840317",
     "03171984", "17-Mar-1984", "17 March 1984", "Mar 17, 1984", "March 17 1984", "17th March, 1984", "17 de marzo de 1984",
     "1984-03-17T00:00:00Z", "1984-03-17 00:00:00", "3/17/1984 12:00:00 AM", "03/17/1984 0:00", "1984-03-17T08:14:00-05:00"],
)  # fmt: skip
def test_reads_every_usual_spelling(text):
    assert read(text) == ("1984-03-17", None)


@pytest.mark.parametrize(
    "text",
    [
        "never",
        "Never",
        "N/A",
        "none",
        "00/00/0000",
        "0000-00-00",
        "0/0/00",
        "-",
        "//",
        "  /  /",
        "0",
        "TBD",
        "unknown",
    ],
)
def test_takes_words_and_zeros_for_no_date(text):
    assert read(text.strip()) == (None, None)


@pytest.mark.parametrize("text", ["2/30/1980", "13/13/2020", "1980-02-30", "yesterday", "99", "3/4", "2026-W01-1",
                                  "Foo 12, 1980", "0017-03-04", "1/1/1", "9" * 5000, "٣/٤/٢٠٢٠", "12:30"])  # fmt: skip
def test_leaves_out_what_is_no_date(text):
    assert read(text) == (None, "not_a_date")


def test_reads_a_spreadsheets_day_number_with_a_remark():
    assert read("45321", BIRTH) == ("2024-01-30", "spreadsheet_date")
    assert read("45321.5") == ("2024-01-30", "spreadsheet_date")


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("11/21/26", PAST, ("2026-11-21", "short_year")),  # today itself
        ("11/22/26", PAST, ("1926-11-22", "short_year")),  # cannot be tomorrow
        ("12/22/26", UPCOMING, ("2026-12-22", "short_year")),
        ("3/17/84", BIRTH, ("1984-03-17", "short_year")),  # 2084 is still to come
        ("11/21/26", BIRTH, (None, "short_year_unclear")),  # newborn or a hundred years old
        ("3/17/05", BIRTH, (None, "short_year_unclear")),
        ("17-Mar-84", BIRTH, ("1984-03-17", "short_year")),
        ("2/29/25", BIRTH, (None, "not_a_date")),  # neither 1925 nor 2025 leaps
        ("2/29/24", PAST, ("2024-02-29", "short_year")),
    ],
)
def test_completes_short_years_only_when_one_century_is_possible(text, kind, expected):
    assert read(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2030-05-05", BIRTH, (None, "date_in_future")),
        ("2026-11-21", BIRTH, ("2026-11-21", None)),  # born today
        ("2026-11-22", BIRTH, (None, "date_in_future")),
        ("1901-11-21", BIRTH, ("1901-11-21", None)),
        ("1900-06-01", BIRTH, (None, "date_too_far")),
        ("1900-01-01", BIRTH, (None, "filler_date")),
        ("9999-12-31", UPCOMING, (None, "filler_date")),
        ("2026-11-22", PAST, (None, "date_in_future")),
        ("2026-11-21", UPCOMING, ("2026-11-21", None)),
        ("2026-11-20", UPCOMING, (None, "date_in_past")),
        ("2036-12-31", UPCOMING, ("2036-12-31", None)),
        ("2037-01-01", UPCOMING, (None, "date_too_far")),
        ("2024-02-29", PAST, ("2024-02-29", None)),
    ],
)
def test_keeps_only_days_that_make_sense(text, kind, expected):
    assert read(text, kind) == expected


def test_reads_the_same_numbers_by_the_order_of_the_file():
    assert read("03/04/2020", order=DateOrder.MONTH_FIRST)[0] == "2020-03-04"
    assert read("03/04/2020", order=DateOrder.DAY_FIRST)[0] == "2020-04-03"
    assert read("2020-03-04", order=DateOrder.DAY_FIRST)[0] == "2020-03-04"
    assert read("03042020", order=DateOrder.DAY_FIRST)[0] == "2020-04-03"


def test_never_swaps_day_and_month_to_make_a_date_fit():
    assert read("17/03/1984", order=DateOrder.MONTH_FIRST) == (None, "not_a_date")


@pytest.mark.parametrize(
    ("samples", "order", "codes"),
    [
        (["1984-03-17", "2001-06-30"], DateOrder.YEAR_FIRST, []),
        (["03/17/1984", "01/02/2003"], DateOrder.MONTH_FIRST, []),
        (["17/03/1984", "01/02/2003"], DateOrder.DAY_FIRST, []),
        (["01/02/2003", "04/05/2006"], DateOrder.MONTH_FIRST, ["date_order_assumed"]),
        (["17/03/1984", "03/17/1984"], DateOrder.MONTH_FIRST, ["date_order_mixed"]),
        (["17/03/1984"] * 40 + ["03/17/1984"], DateOrder.DAY_FIRST, ["date_order_mixed"]),
        (["03/17/1984"] * 40 + ["30/2/1980"], DateOrder.MONTH_FIRST, ["date_order_mixed"]),
        (["1984-03-17", "2/30/1980"], DateOrder.MONTH_FIRST, []),
        (["", "never", "45321"], DateOrder.MONTH_FIRST, []),
        (["17/03/1984 10:00 AM"], DateOrder.DAY_FIRST, []),
    ],
)
def test_detects_the_order_of_a_file(samples, order, codes):
    found = detect_date_order(samples)
    assert (found.order, [remark.code for remark in found.remarks]) == (order, codes)
