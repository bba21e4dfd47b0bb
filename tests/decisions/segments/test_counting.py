"""Counts tell no person to those who may not see patients."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.segments.rules import shown


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 patients"), (1, "1 patient"), (1204, "1,204 patients")],
)
def test_whoever_may_see_patients_gets_the_count(count, words):
    assert shown(count, exact=True).words == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "fewer than 11 patients"), (10, "fewer than 11 patients"), (11, "about 10 patients"), (14, "about 10 patients"),
        (15, "about 20 patients"), (1204, "about 1,200 patients"),
    ],
)  # fmt: skip
def test_others_get_tens_and_nothing_below_eleven(count, words):
    assert shown(count, exact=False).words == words


@pytest.mark.parametrize(
    ("now", "before", "exact", "words"),
    [
        (1204, 1300, True, "96 fewer than before"), (1300, 1204, True, "96 more than before"),
        (5, 5, True, "as many as before"), (5, None, True, ""),
        (1204, 1300, False, "about 100 fewer than before"), (3, 1300, False, ""),
    ],
)  # fmt: skip
def test_says_how_a_count_changed(now, before, exact, words):
    assert shown(now, exact=exact).change_since(before) == words


@given(st.integers(0, 10_000))
def test_a_shown_count_is_a_ten_and_never_of_a_few(count):
    seen = shown(count, exact=False)
    assert seen.number is None or (seen.number % 10 == 0 and abs(seen.number - count) <= 5)
    assert (seen.number is None) == (count < 11)
