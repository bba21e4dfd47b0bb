"""Codes of ICD-10-CM found by words of their names and of their blocks."""

from __future__ import annotations

import pytest

from bedside.kit.terminology import System, codes_named, has_codes_below, name_of


def test_finds_codes_by_the_beginnings_of_words_of_their_names() -> None:
    assert codes_named(["idio", "gout"], most=3) == ["M10.0", "M1A.0"]
    assert codes_named(["GOUT", "(idiopathic)"], most=3) == ["M10.0", "M1A.0"]


def test_gives_a_category_and_not_what_is_below_it() -> None:
    found = codes_named(["asthma"], most=50)
    assert found[0] == "J45"
    assert not any(code.startswith("J45.") for code in found)


def test_finds_the_categories_of_a_block_by_its_name() -> None:
    found = codes_named(["ischemic", "heart"], most=50)
    assert {"I20", "I21", "I22", "I23", "I24", "I25"} <= set(found)
    assert "angina" in (name_of(System.ICD10CM, "I20") or "").lower()


def test_gives_no_more_than_asked_for_and_nothing_without_words() -> None:
    assert len(codes_named(["of"], most=7)) == 7
    assert codes_named([], most=7) == []
    assert codes_named(["..."], most=7) == []
    assert codes_named(["zqmark"], most=7) == []


@pytest.mark.parametrize(("code", "below"), [("E11", True), ("e11.9", False), ("I10", False), ("zq", False)])
def test_says_whether_a_code_is_divided(code: str, below: bool) -> None:
    assert has_codes_below(code) is below
