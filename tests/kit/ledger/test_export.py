"""The exact bytes of an export, of a proof, and of a signed statement."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit import ledger
from bedside.kit.ledger import notes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "ledger.example.org/1"
KEYS = {NAME: KEY.public_key()}
CERTIFICATE = {"format": "bedside-erasure-1", "keys": 2, "kept": ["consent"], "practice": "p"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,  # deep and wide enough; to make up a hundred leaves takes a second each time
)


def test_export_is_written_byte_for_byte():
    key = ledger.ExportedKey(name="k/1", public=bytes(32), from_size=1)
    header = ledger.ExportHeader(origin="o", practice="p", size=2, keys=[key])
    entries = [(bytes(32), b'{"a":1}'), (bytes([255]) * 32, b'{"b":2}')]
    assert "".join(ledger.export_lines(header, entries=entries, notes=["x\n\n\u2014 y z\n"])) == (
        '{"first":0,"format":"bedside-ledger-1","keys":[{"from_size":1,"name":"k/1",'
        '"public":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}],"origin":"o","practice":"p","size":2}\n'
        '0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= {"a":1}\n'
        '1 //////////////////////////////////////////8= {"b":2}\n'
        "checkpoints\n"
        '"x\\n\\n\\u2014 y z\\n"\n'
        "end 1\n"
    )


def test_export_is_written_as_it_is_read():
    def entries():
        yield bytes(32), b"{}"
        raise RuntimeError("nobody asked for a second entry yet")

    header = ledger.ExportHeader(origin="o", practice="p", size=2, keys=[])
    lines = ledger.export_lines(header, entries=entries(), notes=[])
    assert [next(lines)[0], next(lines)[0]] == ["{", "0"]


def test_proof_of_an_entry():
    proof = ledger.proof_of_entry(index=1, size=2, path=[bytes(32)], body=b"{}", note="n")
    assert ledger.canonical_json(proof) == (
        '{"body":"{}","format":"bedside-proof-1","index":1,"note":"n",'
        '"path":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],"size":2}'
    )


def test_statement_opens_to_its_certificate():
    statement = ledger.sign_statement(CERTIFICATE, key=KEY, name=NAME)
    assert statement.endswith(b"\n")
    assert ledger.open_statement(statement, keys=KEYS) == CERTIFICATE
    assert len(ledger.statement_hash(CERTIFICATE)) == 64


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_any_certificate_comes_back(body):
    certificate = {**body, "format": "bedside-erasure-1"}
    statement = ledger.sign_statement(certificate, key=KEY, name=NAME)
    assert ledger.open_statement(statement, keys=KEYS) == certificate


def test_proof_is_attached_beside_the_signature():
    proof = ledger.proof_of_entry(index=0, size=1, path=[], body=b"{}", note="n")
    statement = ledger.attach_proof(ledger.sign_statement(CERTIFICATE, key=KEY, name=NAME), proof=proof)
    assert json.loads(statement)["proof"] == proof
    assert ledger.open_statement(statement, keys=KEYS) == CERTIFICATE


def test_every_single_change_of_a_statement_is_refused():
    statement = ledger.sign_statement(CERTIFICATE, key=KEY, name=NAME)
    for place in range(len(statement)):
        for bit in (1, 4, 32):
            changed = bytearray(statement)
            changed[place] ^= bit
            with pytest.raises(ledger.BadStatement):
                ledger.open_statement(bytes(changed), keys=KEYS)


def test_checkpoint_is_never_taken_for_a_statement():
    text = "ledger\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nat 2026-11-20T15:00:00.000000Z\n"
    note = notes.sign_text(text, key=KEY, name=NAME)
    forged = ledger.canonical_json({"certificate": CERTIFICATE, "note": note}).encode() + b"\n"
    with pytest.raises(ledger.BadStatement, match="another certificate"):
        ledger.open_statement(forged, keys=KEYS)
    statement = json.loads(ledger.sign_statement(CERTIFICATE, key=KEY, name=NAME))
    with pytest.raises(ledger.BadCheckpoint):
        ledger.open_note(statement["note"], keys=KEYS)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"format": 1},
        {"format": ""},
        {"format": "a\nb"},
        {"format": "f", "n": float("nan")},
        {"format": "f", "o": object()},
    ],
)
def test_certificate_that_could_not_be_read_back_is_not_signed(body):
    with pytest.raises(ledger.BadStatement):
        ledger.sign_statement(body, key=KEY, name=NAME)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]\n",
        b"{}\n",
        b"\xff\n",
        b"[" * 100_000,
        b'{"certificate":{},"note":1}\n',
        b" " * (1 << 20) + b"1",
    ],
    ids=["nothing", "list", "empty", "no text", "deep", "no note", "long"],
)
def test_rubbish_is_no_statement(raw):
    with pytest.raises(ledger.BadStatement):
        ledger.open_statement(raw, keys=KEYS)
