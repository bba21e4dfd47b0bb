"""A count that could point at a person is not shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from bedside.oversight.insight.rules import FEW, NOT_SHOWN, drawn, share, shown

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


@given(COUNTS)
def test_others_get_larger_counts_in_tens(counts):
    for key, words in shown(counts, exact=False).items():
        if words.startswith("about "):
            assert int(words.removeprefix("about ")) % 10 == 0
            assert abs(int(words.removeprefix("about ")) - counts[key]) <= 5


@given(COUNTS)
def test_a_picture_tells_no_more_than_the_words(counts):
    """Whoever measures it finds tens, and one and the same length for all that is hidden."""
    words, lengths = shown(counts, exact=False), drawn(counts, exact=False)
    hidden = {lengths[key] for key in counts if words[key] in {FEW, NOT_SHOWN}}
    assert len(hidden) <= 1
    for key, length in lengths.items():
        if length not in hidden:
            assert words[key] in {f"about {length:,}", "0"}
    assert drawn(counts, exact=True) == counts


@given(some.integers(0, 10**6), some.integers(0, 10**6))
def test_a_share_says_100_only_when_it_is_all_of_it(part, more):
    whole = part + more
    told = share(part, whole)
    assert (told == "100 %") == (whole > 0 and more == 0)
    assert (told == "0.0 %") == (part == 0 < whole)
