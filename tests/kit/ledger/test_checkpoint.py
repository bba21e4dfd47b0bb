"""Checkpoints and signed notes: written in one way only, and opened only when vouched for."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit import ledger
from bedside.kit.ledger import notes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
NAME = "ledger.example.org/1"
AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
CHECKPOINT = ledger.Checkpoint(origin="ledger.example.org/riverside", size=3, root=bytes(range(32)), at=AT)
KEYS = {NAME: KEY.public_key()}


def test_known_answer_of_another_implementation():
    # Go's sumdb/note publishes this key pair, text and signature; Ed25519 signs one text in one way only.
    key = Ed25519PrivateKey.from_private_bytes(
        base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    )
    assert notes.key_id(key.public_key(), name="PeterNeumann").hex() == "c74f20a3"
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    note = notes.sign_text(text, key=key, name="PeterNeumann")
    assert note == f"{text}\n\u2014 PeterNeumann {signature}\n"
    assert notes.open_text(note, keys={"PeterNeumann": key.public_key()}) == text


def test_checkpoint_is_four_lines_and_a_signature():
    note = ledger.sign(CHECKPOINT, key=KEY, name=NAME)
    text, signature = note.split("\n\n")
    assert text.split("\n") == [
        "ledger.example.org/riverside",
        "3",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "at 2026-11-20T15:00:00.000000Z",
    ]
    assert signature.startswith(f"\u2014 {NAME} ")
    raw = base64.b64decode(signature.split(" ")[2])
    assert raw[:4] == notes.key_id(KEY.public_key(), name=NAME)
    KEY.public_key().verify(raw[4:], (text + "\n").encode())


def test_opens_to_the_same_checkpoint():
    assert ledger.open_note(ledger.sign(CHECKPOINT, key=KEY, name=NAME), keys=KEYS) == CHECKPOINT


@given(
    st.text(min_size=1).filter(str.isprintable),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.datetimes(
        min_value=datetime(1, 1, 2),  # noqa: DTZ001 - the zone is drawn apart
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))]),
    ),
)
def test_any_checkpoint_comes_back(origin, size, root, at):
    checkpoint = ledger.Checkpoint(origin=origin, size=size, root=root, at=at)
    assert ledger.open_note(ledger.sign(checkpoint, key=KEY, name=NAME), keys=KEYS) == checkpoint


def test_key_of_the_same_name_does_not_vouch_for_another():
    note = ledger.sign(CHECKPOINT, key=OTHER, name=NAME)
    with pytest.raises(ledger.BadCheckpoint, match="not signed by any"):
        ledger.open_note(note, keys=KEYS)


def test_one_of_several_keys_is_enough_and_strangers_are_left_aside():
    note = ledger.add_signature(ledger.sign(CHECKPOINT, key=OTHER, name="witness"), key=KEY, name=NAME)
    assert ledger.open_note(note, keys=KEYS) == CHECKPOINT
    assert ledger.open_note(note, keys={**KEYS, "witness": OTHER.public_key()}) == CHECKPOINT


def test_false_signature_of_a_known_key_spoils_the_note():
    good = ledger.sign(CHECKPOINT, key=KEY, name=NAME)
    raw = notes.key_id(OTHER.public_key(), name="witness") + bytes(64)
    note = good + f"\u2014 witness {base64.b64encode(raw).decode()}\n"
    assert ledger.open_note(note, keys=KEYS) == CHECKPOINT
    with pytest.raises(ledger.BadCheckpoint, match="does not fit"):
        ledger.open_note(note, keys={**KEYS, "witness": OTHER.public_key()})


def test_every_single_change_is_refused():
    note = ledger.sign(CHECKPOINT, key=KEY, name=NAME)
    for place in range(len(note)):
        for other in ("", "A", "\n", note[place] * 2, "\x00", "\ud800"):
            changed = note[:place] + other + note[place + 1 :]
            if changed != note:
                with pytest.raises(ledger.BadCheckpoint):
                    ledger.open_note(changed, keys=KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n3\n\nat 2026-11-20T15:00:00.000000Z\n",
        "origin\n03\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-11-20T15:00:00.000000Z\n",
        "origin\n-3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-11-20T15:00:00.000000Z\n",
        "origin\n99999999999999999999\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-11-20T15:00:00.000000Z\n",
        "origin\n9999999999999999999\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-11-20T15:00:00.000000Z\n",
        "origin\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-13-20T15:00:00.000000Z\n",
        "origin\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-11-20T15:00:00Z\n",
        "origin\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "origin\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-11-20T15:00:00.000000Z\nmore\n",
        "\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 2026-11-20T15:00:00.000000Z\n",
    ],
)
def test_signed_text_that_is_no_checkpoint_is_refused(text):
    with pytest.raises(ledger.BadCheckpoint):
        ledger.open_note(notes.sign_text(text, key=KEY, name=NAME), keys=KEYS)


@pytest.mark.parametrize(
    "checkpoint",
    [
        {"origin": "two\nlines"},
        {"origin": ""},
        {"size": -1},
        {"size": 2**63},
        {"root": bytes(31)},
        {"at": datetime(2026, 11, 20)},  # noqa: DTZ001 - the missing zone is the point
    ],
)
def test_checkpoint_that_could_not_be_read_back_is_not_signed(checkpoint):
    fields = {"origin": "origin", "size": 3, "root": bytes(32), "at": AT, **checkpoint}
    with pytest.raises(ledger.BadCheckpoint):
        ledger.sign(ledger.Checkpoint(**fields), key=KEY, name=NAME)


@pytest.mark.parametrize("name", ["", "two words", "with+plus", "line\nbreak", "tab\t"])
def test_name_that_would_break_a_signature_line_is_refused(name):
    with pytest.raises(ledger.BadCheckpoint):
        ledger.sign(CHECKPOINT, key=KEY, name=name)
    with pytest.raises(ledger.BadNote):
        ledger.add_signature(ledger.sign(CHECKPOINT, key=KEY, name=NAME), key=KEY, name=name)


@pytest.mark.parametrize("text", ["no line break", "control\x07\n", "half \ud800\n"])
def test_text_that_no_note_can_hold_is_not_signed(text):
    with pytest.raises(ledger.BadNote):
        notes.sign_text(text, key=KEY, name=NAME)


def test_endless_notes_are_refused():
    good = ledger.sign(CHECKPOINT, key=KEY, name=NAME)
    line = good.split("\n\n")[1]
    with pytest.raises(ledger.BadCheckpoint, match="too many"):
        ledger.open_note(good + line * 16, keys=KEYS)
    with pytest.raises(ledger.BadCheckpoint, match="too long"):
        ledger.open_note("x" * 70_000, keys=KEYS)


@given(st.text())
def test_rubbish_is_refused_and_never_crashes(text):
    with pytest.raises(ledger.BadCheckpoint):
        ledger.open_note(text, keys=KEYS)
