"""The golden ledger: made again byte for byte, and found sound by a verifier that shares no code with the maker."""

import pytest

from bedside_verify import read_anchors, read_key, verify_erasure, verify_proof
from tests.verify import golden
from tests.verify.checking import check

NAMES = sorted(golden.files())


@pytest.mark.parametrize("name", NAMES)
def test_is_made_again_byte_for_byte(name):
    assert golden.files()[name] == (golden.FOLDER / name).read_bytes()


def test_folder_holds_nothing_else():
    assert sorted(path.name for path in golden.FOLDER.iterdir()) == NAMES


def test_ledger_is_sound():
    report = check(read("ledger.export"), anchors=(read("checkpoint-8.txt"), read("checkpoint-300.txt")))
    assert report.sound
    assert report.warnings == []
    assert report.facts["entries"] == 300
    assert report.facts["checkpoints"] == 6
    assert report.facts["keys"] == 2
    assert report.facts["vouched_for_outside"] == 300


def test_ledger_is_the_same_whatever_way_the_key_is_given():
    for text in (read("key-1.txt").decode(), read_key(read("key-1.txt").decode()).sha256.hex()):
        assert read_key(text).sha256 == read_key(golden.public_text(golden.FIRST)).sha256


def test_proof_and_certificate_are_sound():
    trusted = [read_key(read("key-2.txt").decode())]
    assert verify_proof(read("proof.json"), trusted=trusted).sound
    report = verify_erasure(read("certificate.json"), trusted=trusted)
    assert report.sound
    assert report.warnings == []


def test_outside_checkpoints_may_lie_in_one_file():
    both = read("checkpoint-8.txt") + b"\n" + read("checkpoint-300.txt")
    assert [each.size for each in read_anchors(both)] == [8, 300]
    assert [each.size for each in read_anchors(both.replace(b"\n\nbedside", b"\nbedside"))] == [8, 300]
    assert check(read("ledger.export"), anchors=(both,)).sound


def read(name: str) -> bytes:
    return (golden.FOLDER / name).read_bytes()
