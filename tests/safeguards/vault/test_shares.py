"""Shares of paper: enough of them give the secret, and what is wrong with one is told by its number."""

from __future__ import annotations

import itertools
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.ground.errors import Refusal
from bedside.safeguards.vault.shares import combine, split

SECRET = os.urandom(32)


@pytest.fixture(scope="module")
def shares() -> list[str]:
    return split(SECRET, shares=5, needed=3)


def test_any_three_of_five_give_the_secret(shares):
    for chosen in itertools.permutations(shares, 3):
        assert combine(chosen) == SECRET


def test_more_than_needed_and_capitals_and_blanks_do_no_harm(shares):
    assert combine([f"  {share.upper()} ".replace(" ", "  ") for share in shares] + [""]) == SECRET


def _swapped(share: str) -> str:
    words = share.split()
    words[10], words[12] = words[12], words[10]
    return " ".join(words)


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (lambda s: s[:2], "recovery_shares_too_few", "3 different shares are needed; this was 2."),
        (lambda s: [s[0]] * 3, "recovery_shares_too_few", "3 different shares are needed; this was 1."),
        (
            lambda s: [s[0], s[1], f"mapple {s[2]}"],
            "recovery_word_unknown",
            "Word 1 of share 3 is not in the list",
        ),
        (lambda s: [s[0], _swapped(s[1]), s[2]], "recovery_share_mistyped", "Share 2 was copied wrongly"),
        (
            lambda s: [s[0], s[1], " ".join(s[2].split()[:-1])],
            "recovery_share_mistyped",
            "Share 3 was copied wrongly",
        ),
        (
            lambda s: [s[0], s[1], split(SECRET, shares=5, needed=3)[2]],
            "recovery_shares_mixed",
            "do not belong",
        ),
        (lambda _: ["", "  "], "recovery_no_shares", "Give the shares on standard input"),
    ],
    ids=["two", "one thrice", "no such word", "two words swapped", "a word lost", "of another key", "none"],
)
def test_refuses_in_words_what_is_not_enough_or_wrong(shares, spoil, code, told):
    with pytest.raises(Refusal) as refused:
        combine(spoil(shares))
    assert refused.value.code == code
    assert told in refused.value.sentence
    assert not set(shares[0].split()) & set(refused.value.sentence.split()) - {"share", "list", "different"}


@pytest.mark.parametrize(("count", "needed"), [(5, 1), (1, 1), (3, 4), (17, 3), (0, 0)])
def test_refuses_numbers_that_make_no_sense(count, needed):
    with pytest.raises(Refusal) as refused:
        split(SECRET, shares=count, needed=needed)
    assert refused.value.code == "recovery_numbers"


@settings(max_examples=200)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_whatever_is_typed_is_refused_in_words(lines):
    with pytest.raises(Refusal):
        combine(lines)
