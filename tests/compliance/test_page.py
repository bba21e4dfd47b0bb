"""Each row is shown by a test or listed with a reason, and the page says so."""

from __future__ import annotations

import re

import pytest

from tests.compliance.catalogue import ROWS
from tests.compliance.page import PAGE, page, shown_by
from tests.compliance.reasons import REASONS


def test_every_row_has_a_test_or_a_reason() -> None:
    assert set(ROWS) - set(shown_by()) - set(REASONS) == set()


def test_no_row_has_both() -> None:
    assert set(REASONS) & set(shown_by()) == set()


def test_tests_cite_ids_that_can_exist() -> None:
    sections = {row_id.partition("-")[0] for row_id in ROWS}
    for row_id in shown_by():
        assert re.fullmatch(r"[A-Z]{2,4}-\d\d", row_id), row_id
        assert row_id in ROWS or row_id.partition("-")[0] not in sections, row_id


def test_the_page_is_the_one_made_from_the_tests() -> None:
    if PAGE.read_text() != page():
        pytest.fail("run bin/reference: a test or a reason has changed")
