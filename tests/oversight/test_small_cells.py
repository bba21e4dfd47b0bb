"""A count that could point at a person is not shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from bedside.oversight.insight.rules import FEW, NOT_SHOWN, share, shown

COUNTS = some.dictionaries(some.text("abcdef", min_size=1, max_size=3), some.integers(0, 400), max_size=6)


@given(COUNTS)
def test_whoever_may_see_patients_gets_exact_counts(counts):
    assert shown(counts, exact=True) == {key: f"{count:,}" for key, count in counts.items()}


@given(COUNTS)
def test_no_small_count_is_shown_to_others(counts):
    told = shown(counts, exact=False)
    assert list(told) == list(counts)
    for key, count in counts.items():
        assert (told[key] == FEW) == (0 < count < 11)


@given(COUNTS)
def test_a_single_hidden_count_cannot_be_worked_out_from_the_total(counts):
    told = shown(counts, exact=False)
    hidden = [key for key in counts if told[key] in {FEW, NOT_SHOWN}]
    large = [key for key, count in counts.items() if count >= 11]
    assert len(hidden) != 1 or not large


@given(some.integers(0, 10**6), some.integers(0, 10**6))
def test_a_share_says_100_only_when_it_is_all_of_it(part, more):
    whole = part + more
    told = share(part, whole)
    assert (told == "100 %") == (whole > 0 and more == 0)
    assert (told == "0.0 %") == (part == 0 < whole)
