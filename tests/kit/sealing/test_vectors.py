"""Our code and the documented format arrive at the same bytes; what must not open does not."""

from __future__ import annotations

import json

import pytest

from bedside.kit.sealing import BlindIndex, Place, Places, Sealer, Sealers, Unsealable
from bedside.kit.sealing.envelope import key_version
from tests.kit.sealing import vectors

GIVEN = json.loads(vectors.FILE.read_text())


def known(section):
    return pytest.mark.parametrize("vector", GIVEN[section], ids=lambda one: one.get("name", ""))


def bytes_of(vector, name):
    return bytes.fromhex(vector[name])


def sealer_of(vector):
    return Sealer(bytes_of(vector, "key"), version=vector["key_version"])


def places_of(place):
    return Places(
        practice=place["practice"],
        table=place["table"],
        column=place["column"],
        rows=[place["row"]],
        versions=[place["version"]],
    )


def test_the_file_is_what_its_maker_makes():
    assert vectors.FILE.read_text() == vectors.written()


@known("sealed")
def test_binds_to_the_documented_bytes(vector):
    bound = bytes_of(vector, "associated")
    assert Place(**vector["place"]).associated() == bound
    assert places_of(vector["place"]).associated() == [bound]


@known("sealed")
def test_seals_to_the_documented_bytes(vector, monkeypatch):
    nonce, plain = bytes_of(vector, "nonce"), bytes_of(vector, "plain")
    monkeypatch.setattr("bedside.kit.sealing.envelope.os.urandom", lambda _: nonce)
    sealer, places, sealed = sealer_of(vector), places_of(vector["place"]), bytes_of(vector, "sealed")
    assert sealer.seal(plain, place=Place(**vector["place"])) == sealed
    assert sealer.seal_many([plain], places=places) == [sealed]
    each = Sealers([bytes_of(vector, "key")], version=vector["key_version"])
    assert each.seal_each([plain], places=places) == [sealed]


@known("sealed")
def test_opens_the_documented_bytes(vector):
    sealed, plain = bytes_of(vector, "sealed"), bytes_of(vector, "plain")
    assert key_version(sealed) == vector["key_version"]
    assert sealer_of(vector).open(sealed, place=Place(**vector["place"])) == plain
    assert sealer_of(vector).open_many([sealed], places=places_of(vector["place"])) == [plain]


@known("refused")
def test_does_not_open_what_was_tampered_with(vector):
    sealed, place = bytes_of(vector, "sealed"), vector["place"]
    with pytest.raises(Unsealable):
        sealer_of(vector).open(sealed, place=Place(**place))
    with pytest.raises(Unsealable) as refused:
        sealer_of(vector).open_many([sealed], places=places_of(place))
    assert refused.value.position == 0


@known("derived")
def test_derives_the_documented_keys(vector):
    assert Sealer(bytes_of(vector, "key")).derive(vector["purpose"]) == bytes_of(vector, "derived")


@known("blind_index")
def test_indexes_to_the_documented_bytes(vector):
    index = BlindIndex(bytes_of(vector, "key"))
    assert index.of(vector["label"], vector["value"]) == bytes_of(vector, "index")


@known("wrapped_key")
def test_unwraps_a_key_and_opens_what_lies_under_it(vector):
    practice = Sealer(bytes_of(vector, "practice_key"), version=vector["practice_key_version"])
    key = practice.open(bytes_of(vector, "wrapped"), place=Place(**vector["place"]))
    assert key == bytes_of(vector, "person_key")
    record = Sealer(key).open(bytes_of(vector, "record"), place=Place(**vector["record_place"]))
    assert record == bytes_of(vector, "record_plain")
    sealers = Sealers.unwrapped(practice, [bytes_of(vector, "wrapped")], places=places_of(vector["place"]))
    opened = sealers.open_each([bytes_of(vector, "record")], places=places_of(vector["record_place"]))
    assert opened == [record]
