"""A sealed value opens in its own place under its own key, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.sealing import BlindIndex, Place, Sealer, Unsealable, random_key
from bedside.kit.sealing.envelope import key_version

KEY = bytes(range(32))
PLACE = Place(practice="p1", table="patients", row="r1", column="sealed", version=3)


@given(plain=st.binary(max_size=2000))
def test_opens_what_it_sealed(plain):
    sealer = Sealer(KEY)
    assert sealer.open(sealer.seal(plain, place=PLACE), place=PLACE) == plain


@pytest.mark.parametrize(
    "moved",
    [
        {"practice": "p2"},
        {"table": "messages"},
        {"row": "r2"},
        {"column": "other"},
        {"version": 2},  # rolled back
    ],
)
def test_does_not_open_in_another_place(moved):
    sealer = Sealer(KEY)
    sealed = sealer.seal(b"secret", place=PLACE)
    with pytest.raises(Unsealable):
        sealer.open(sealed, place=replace(PLACE, **moved))


def test_keeps_parts_of_a_place_apart():
    # Without lengths "ab"+"c" and "a"+"bc" would be one associated text.
    one = replace(PLACE, practice="ab", table="c").associated()
    other = replace(PLACE, practice="a", table="bc").associated()
    assert one != other


@given(position=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_does_not_open_when_one_bit_is_flipped(position, bit):
    sealer = Sealer(KEY)
    sealed = bytearray(sealer.seal(b"secret value", place=PLACE))
    sealed[position % len(sealed)] ^= 1 << bit
    with pytest.raises(Unsealable):
        sealer.open(bytes(sealed), place=PLACE)


@given(garbage=st.binary(max_size=80))
def test_does_not_open_arbitrary_bytes(garbage):
    with pytest.raises(Unsealable):
        Sealer(KEY).open(garbage, place=PLACE)


@pytest.mark.parametrize("cut", [0, 1, 5, 16, 32])
def test_does_not_open_when_cut(cut):
    sealed = Sealer(KEY).seal(b"secret value", place=PLACE)
    with pytest.raises(Unsealable):
        Sealer(KEY).open(sealed[:cut], place=PLACE)


def test_does_not_open_under_another_key_or_version():
    sealed = Sealer(KEY).seal(b"secret", place=PLACE)
    for other in (Sealer(random_key()), Sealer(KEY, version=2)):
        with pytest.raises(Unsealable):
            other.open(sealed, place=PLACE)


def test_never_seals_to_the_same_bytes_twice():
    sealer = Sealer(KEY)
    assert sealer.seal(b"x", place=PLACE) != sealer.seal(b"x", place=PLACE)


def test_follows_the_documented_format():
    # Version 1: format, key version, nonce, AES-256-GCM over length-prefixed parts of the place.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = Sealer(KEY, version=7).seal(b"secret", place=PLACE)
    associated = b"\x00\x02p1\x00\x08patients\x00\x02r1\x00\x06sealed\x00\x013"
    assert sealed[:5] == b"\x01\x00\x00\x00\x07"
    assert key_version(sealed) == 7
    assert AESGCM(KEY).decrypt(sealed[5:17], sealed[17:], associated) == b"secret"


def test_does_not_show_its_key():
    assert KEY.hex() not in repr(Sealer(KEY))
    assert str(KEY) not in repr(Sealer(KEY))


def test_derives_different_keys_for_different_uses():
    sealer = Sealer(KEY)
    assert sealer.derive("one") != sealer.derive("two")
    assert sealer.derive("one") == sealer.derive("one")


def test_indexes_equal_values_equally_and_labels_apart():
    index = BlindIndex(KEY)
    assert index.of("address", "pia@example.org") == index.of("address", "pia@example.org")
    assert index.of("address", "1") != index.of("mrn", "1")
    assert index.of("address", "a") != BlindIndex(random_key()).of("address", "a")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_refuses_a_key_of_another_length(length):
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(bytes(length))
