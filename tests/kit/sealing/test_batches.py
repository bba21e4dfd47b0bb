"""A batch gives what one by one would give, and one bad value is named by its position."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.sealing import Places, Sealer, Sealers, Unsealable, random_key
from bedside.kit.sealing.envelope import header_of

KEY = bytes(range(32))
ROWS = st.text(alphabet=st.characters(codec="utf-8"), max_size=200)
VALUES = st.lists(st.tuples(ROWS, st.integers(0, 2**31), st.binary(max_size=60)), max_size=20)


def places(rows, versions=None):
    versions = versions or [1] * len(rows)
    return Places(practice="p1", table="patients", column="sealed", rows=rows, versions=versions)


def apart(values):
    rows, versions, plains = zip(*values, strict=True) if values else ((), (), ())
    return places(rows, versions), plains


TEN = places([f"r{number}" for number in range(10)])
PLAINS = [b"value %d" % number for number in range(10)]


@given(values=VALUES)
def test_opens_one_by_one_what_was_sealed_together(values):
    where, plains = apart(values)
    sealed = Sealer(KEY).seal_many(plains, places=where)
    opened = [Sealer(KEY).open(value, place=where.at(number)) for number, value in enumerate(sealed)]
    assert opened == list(plains)


@given(values=VALUES)
def test_opens_together_what_was_sealed_one_by_one(values):
    where, plains = apart(values)
    sealed = [Sealer(KEY).seal(plain, place=where.at(number)) for number, plain in enumerate(plains)]
    assert Sealer(KEY).open_many(sealed, places=where) == list(plains)


@given(values=VALUES)
def test_binds_each_value_to_the_very_place(values):
    where, _ = apart(values)
    assert where.associated() == [where.at(number).associated() for number in range(len(where))]


@given(values=VALUES)
def test_seals_each_under_a_key_of_its_own(values):
    where, plains = apart(values)
    sealers = Sealers.fresh(len(plains))
    sealed = sealers.seal_each(plains, places=where)
    assert sealers.open_each(sealed, places=where) == list(plains)
    for number, sealer in enumerate(sealers.each()):
        assert sealer.open(sealed[number], place=where.at(number)) == plains[number]


def test_wraps_keys_and_unwraps_them():
    sealers = Sealers.fresh(10)
    sealed = sealers.seal_each(PLAINS, places=TEN)
    wrapped = sealers.wrapped(Sealer(KEY), places=TEN)
    assert Sealers.unwrapped(Sealer(KEY), wrapped, places=TEN).open_each(sealed, places=TEN) == PLAINS
    with pytest.raises(Unsealable) as refused:
        Sealers.unwrapped(Sealer(random_key()), wrapped, places=TEN)
    assert refused.value.position == 0


def test_uses_each_nonce_once():
    sealed = Sealer(KEY).seal_many([b"same"] * 5000, places=places(["row"] * 5000))
    assert len({value[5:17] for value in sealed}) == 5000


def flipped(value, at):
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


def _swap(values):
    values[3], values[4] = values[4], values[3]


DAMAGE = {
    "swapped with its neighbour": _swap,
    "a copy of another": lambda values: values.__setitem__(3, values[0]),
    "empty": lambda values: values.__setitem__(3, b""),
    "only a header": lambda values: values.__setitem__(3, header_of(1)),
    "cut in the nonce": lambda values: values.__setitem__(3, values[3][:14]),
    "cut in the tag": lambda values: values.__setitem__(3, values[3][:-1]),
    "longer by a byte": lambda values: values.__setitem__(3, values[3] + b"\0"),
    "of another format": lambda values: values.__setitem__(3, b"\x02" + values[3][1:]),
    "of a key version nobody has": lambda values: values.__setitem__(3, header_of(9) + values[3][5:]),
    "with a bit of the nonce flipped": lambda values: values.__setitem__(3, flipped(values[3], 5)),
    "with a bit of the content flipped": lambda values: values.__setitem__(3, flipped(values[3], 17)),
    "with a bit of the tag flipped": lambda values: values.__setitem__(3, flipped(values[3], -1 % len(values[3]))),
    "sealed under another key": lambda values: values.__setitem__(
        3, Sealer(random_key()).seal(PLAINS[3], place=TEN.at(3))
    ),
    "an older version put back": lambda values: values.__setitem__(
        3, Sealer(KEY).seal(b"old", place=replace(TEN.at(3), version=0))
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_names_the_value_that_does_not_open_and_gives_none(damage):
    values = Sealer(KEY).seal_many(PLAINS, places=TEN)
    assert Sealer(KEY).open_many(values, places=TEN) == PLAINS
    damage(values)
    with pytest.raises(Unsealable) as refused:
        Sealer(KEY).open_many(values, places=TEN)
    assert refused.value.position == 3
    assert "value" not in str(refused.value).removeprefix("value 3 of the batch")


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_names_the_value_among_those_with_keys_of_their_own(damage):
    sealers = Sealers([KEY] * 10)
    values = sealers.seal_each(PLAINS, places=TEN)
    damage(values)
    with pytest.raises(Unsealable) as refused:
        sealers.open_each(values, places=TEN)
    assert refused.value.position == 3


@given(position=st.integers(0, 9), at=st.integers(0), bit=st.integers(0, 7))
def test_finds_any_flipped_bit(position, at, bit):
    values = Sealer(KEY).seal_many(PLAINS, places=TEN)
    changed = bytearray(values[position])
    changed[at % len(changed)] ^= 1 << bit
    values[position] = bytes(changed)
    with pytest.raises(Unsealable) as refused:
        Sealer(KEY).open_many(values, places=TEN)
    assert refused.value.position == position


@given(values=st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_opens_no_arbitrary_bytes(values):
    with pytest.raises(Unsealable) as refused:
        Sealer(KEY).open_many(values, places=places(["r"] * len(values)))
    assert refused.value.position == 0


def test_opens_nothing_from_nothing():
    nothing = places([])
    assert Sealer(KEY).seal_many([], places=nothing) == []
    assert Sealer(KEY).open_many([], places=nothing) == []
    assert Sealers([]).open_each([], places=nothing) == []


def test_seals_a_huge_value_and_an_empty_one():
    huge = bytes(20_000_000)
    where = places(["huge", "none"])
    sealed = Sealer(KEY).seal_many([huge, b""], places=where)
    assert Sealer(KEY).open_many(sealed, places=where) == [huge, b""]


@pytest.mark.parametrize("missing", [0, 9, 11])
def test_refuses_values_without_a_place_or_a_key(missing):
    values = Sealer(KEY).seal_many(PLAINS, places=TEN)
    with pytest.raises(ValueError, match="one place"):
        Sealer(KEY).open_many((values + values)[:missing], places=TEN)
    with pytest.raises(ValueError, match="one place"):
        Sealer(KEY).seal_many((PLAINS + PLAINS)[:missing], places=TEN)
    with pytest.raises(ValueError, match="one key"):
        Sealers([KEY] * missing).seal_each(PLAINS, places=TEN)
    with pytest.raises(ValueError, match="one key"):
        Sealers([KEY] * missing).open_each(values, places=TEN)
    with pytest.raises(ValueError, match="one version"):
        Places(practice="p", table="t", column="c", rows=["r"], versions=[])


def test_shows_no_key():
    assert KEY.hex() not in repr(Sealers([KEY]))
    assert str(KEY) not in repr(Sealers([KEY]))
    with pytest.raises(ValueError, match="32 bytes"):
        Sealers([KEY, KEY[:31]])
