"""The blocks are those of the public table, and every code lies in exactly one."""

import warnings
from functools import lru_cache

import pytest

from bedside.kit.terminology import BLOCKS, Sensitivity, System, block_of, name_of


@lru_cache(maxsize=1)
def _public():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import simple_icd_10_cm as public  # an oracle: the product reads its table, never this code
    return public


def _public_block(code: str) -> str | None:
    public = _public()
    while not public.is_block(code):
        code = public.get_parent(code)
    return str(code)


def test_has_exactly_the_innermost_blocks_of_the_public_table() -> None:
    public = _public()
    blocks = {code for code in public.get_all_codes(True) if public.is_block(code)}
    outer = {code for code in blocks if any(_within(other, code) for other in blocks - {code})}
    assert set(BLOCKS) == blocks - outer


def _within(inner: str, outer: str) -> bool:
    return inner[1:3].isdigit() and outer[:3] <= inner[:3] and inner[-3:] <= outer[-3:]


def test_finds_the_block_of_every_code_of_the_public_table() -> None:
    public = _public()
    categories = {
        code for code in public.get_all_codes(True) if public.is_category(code) and not public.is_block(code)
    }
    assert len(categories) > 1_800
    wrong = [code for code in categories if (block_of(code) or BLOCKS["A00-A09"]).key != _public_block(code)]
    assert wrong == []


def test_names_every_code_as_the_public_table_does() -> None:
    public = _public()
    codes = [code for code in public.get_all_codes(True) if not public.is_chapter_or_block(code)]
    assert len(codes) > 97_000
    # Where the table means one sign in two ways, the oracle says both with a stroke between, and we the first.
    wrong = [code for code in codes if not _said(public.get_description(code), name_of(System.ICD10CM, code))]
    assert wrong == []


def _said(theirs: str, ours: str | None) -> bool:
    plain = " ".join(theirs.split())
    return ours is not None and (plain == ours or plain.startswith(f"{ours}/"))


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("E11.9", "E08-E13"),
        ("e119", "E08-E13"),
        ("F32", "F30-F39"),
        ("Z3A.12", "Z30-Z39"),  # printed after Z39, not after Z3
        ("C4A.0", "C43-C44"),
        ("M1A.00X0", "M05-M14"),
        ("I1A.0", "I10-I1A"),
        ("O9A.211", "O94-O9A"),
        ("D3A.00", "D3A"),
    ],
)
def test_finds_the_block_of_a_code(code: str, key: str) -> None:
    found = block_of(code)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("code", ["", "E", "diabetes", "44054006", "E14.9", "B21", "ZZZ", "E11.9.1", "É11"])
def test_finds_no_block_where_there_is_none(code: str) -> None:
    assert block_of(code) is None


def test_no_block_is_less_than_health() -> None:
    assert all(block.sensitivity.is_health for block in BLOCKS.values())


@pytest.mark.parametrize(
    ("key", "sensitivity"),
    [
        ("F10-F19", Sensitivity.SUBSTANCE_USE),
        ("F30-F39", Sensitivity.MENTAL_HEALTH),
        ("B20", Sensitivity.HIV),
        ("A50-A64", Sensitivity.SEXUAL_HEALTH),
        ("O60-O77", Sensitivity.REPRODUCTIVE),
        ("Z14-Z15", Sensitivity.GENETIC),
        ("X92-Y09", Sensitivity.VIOLENCE),
        ("E08-E13", Sensitivity.HEALTH),
    ],
)
def test_says_how_telling_a_block_is(key: str, sensitivity: Sensitivity) -> None:
    assert BLOCKS[key].sensitivity is sensitivity
