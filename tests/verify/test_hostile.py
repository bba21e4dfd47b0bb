"""Whatever the file holds, the answer is a sentence, and it comes soon and in little memory."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside_verify import (
    Report,
    Unusable,
    read_anchors,
    read_key,
    verify_erasure,
    verify_ledger,
    verify_proof,
)
from tests.verify import golden

TRUSTED = [read_key(golden.public_text(key)) for key in (golden.FIRST, golden.SECOND)]
LOG = golden.small_log()
RAW = LOG.export()
HEADER = RAW.partition(b"\n")[0] + b"\n"
DEEP = b"[" * 400_000
HOSTILE = {
    "nothing": b"",
    "line end": b"\n",
    "zero bytes": bytes(5000),
    "one endless line": b"x" * (3 << 20),
    "bad utf-8": b"\xff\xfe\xc3\x28\n" * 100,
    "deep": DEEP + b"\n",
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n",
    "large number": b"9" * 100_000 + b"\n",
    "nan": b'{"first":NaN}\n',
    "list": b"[]\n",
    "other format": b'{"format":"something else"}\n',
    "archive": b"PK\x03\x04" + bytes(100),
    "keys without end": b'{"first":0,"format":"bedside-ledger-1","keys":['
    + b",".join([b"{}"] * 2000)
    + b'],"origin":"","practice":"","size":0}\n',
}
INSIDE = {
    "zero bytes": bytes(5000),
    "bad utf-8": b"0 \xff\xfe \xc3\x28\n",
    "deep": b"0 x " + DEEP + b"\n",
    "many brackets in a text": b'0 x {"a":"' + b"[" * 500_000 + b'"}\n',
    "index without end": b"9" * 500_000 + b" x {}\n",
    "negative index": b"-1 x {}\n",
    "index of another script": "٣ x {}\n".encode(),
    "blank lines": b"\n" * 10_000,
    "body of another sort": b"0 x []\n1 x null\n2 x 3\n",
    "returns": b"0 x {}\r\n",
    "checkpoints of another sort": b'checkpoints\n1\nnull\n{}\n"\\ud800\\n\\n\\u2014 a b\\n"\nend 4\n',
    "end without end": b"checkpoints\nend 99999999999999999999999999999999\n",
    "many markers": b"checkpoints\n" * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_file_that_is_no_export_is_unusable(name):
    with pytest.raises(Unusable, match=r"\.$"):
        verify(HOSTILE[name])


@pytest.mark.parametrize("name", INSIDE)
def test_hostile_lines_give_findings(name):
    try:
        report = verify(HEADER + INSIDE[name])
    except Unusable as error:
        assert "longer than 1 MiB" in str(error)
    else:
        assert_harmless(report)


def test_line_longer_than_any_entry_is_refused_wherever_it_is():
    for raw in (HEADER + b"x" * (1 << 21), RAW.replace(b"end ", b"y" * (1 << 21) + b"end ")):
        with pytest.raises(Unusable, match="A line is longer than 1 MiB"):
            verify(raw)


def test_what_a_terminal_would_obey_is_not_repeated():
    evil = "\x1b]0;owned\x07\u202e\n\u2014 "
    header = json.loads(HEADER)
    header["keys"][0]["name"] = evil
    header["origin"] = evil
    line = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert_harmless(verify(line + RAW.partition(b"\n")[2]))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(raw):
    for answer in (
        lambda: verify(raw),
        lambda: verify_proof(raw, trusted=TRUSTED),
        lambda: verify_erasure(raw, trusted=TRUSTED),
    ):
        with pytest.raises(Unusable):
            answer()
    with pytest.raises(Unusable):
        read_anchors(raw)
    assert_harmless(verify(HEADER + raw))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["format", "origin", "practice", "first", "size", "keys"]), JSON)
def test_header_with_any_other_value_is_answered(field, value):
    header = {**json.loads(HEADER), field: value}
    line = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    try:
        report = verify(line + RAW.partition(b"\n")[2])
    except Unusable:
        return
    assert report.sound == (line == HEADER)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["proof", "certificate"]), st.integers(0, 5000), st.binary(max_size=3))
def test_any_change_of_a_proof_or_certificate_is_found(name, place, put):
    raw = (golden.FOLDER / f"{name}.json").read_bytes()
    start = place % (len(raw) - 1)  # the line end alone may go
    changed = raw[:start] + put + raw[start + 1 :]
    check = verify_proof if name == "proof" else verify_erasure
    try:
        report = check(changed, trusted=TRUSTED)
    except Unusable:
        return
    assert report.sound == (changed == raw)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["format", "index", "size", "path", "body", "note"]), JSON)
def test_proof_with_any_other_value_is_answered(field, value):
    proof = {**json.loads((golden.FOLDER / "proof.json").read_bytes()), field: value}
    raw = json.dumps(proof, sort_keys=True, separators=(",", ":")).encode()
    certificate = json.loads((golden.FOLDER / "certificate.json").read_bytes())
    outer = json.dumps({**certificate, "proof": proof}, sort_keys=True, separators=(",", ":")).encode()
    for check, document in ((verify_proof, raw), (verify_erasure, outer)):
        try:
            assert not check(document, trusted=TRUSTED).sound
        except Unusable as error:
            assert str(error).endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAAA",
        "name+00000000+AAAA",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "ü" * 44,
        "A" * 45,
        "00" * 31,
    ],
)
def test_key_that_is_none_is_unusable(text):
    with pytest.raises(Unusable, match="The key is none"):
        read_key(text)


def verify(raw: bytes) -> Report:
    return verify_ledger(lambda: io.BytesIO(raw), trusted=TRUSTED, anchors=[])


def assert_harmless(report: Report) -> None:
    assert not report.sound
    for finding in report.findings:
        assert finding.sentence.isprintable()
        assert len(finding.sentence) < 500
