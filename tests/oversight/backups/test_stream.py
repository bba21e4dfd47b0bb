"""The sealed stream: whole, or refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.sealing import Sealer, random_key
from bedside.oversight.backups import stream
from bedside.oversight.backups.stream import BadStream, opened, sealing

KEY = Sealer(b"k" * 32)
ID = bytes(range(16))
HEAD = len(stream.MAGIC) + stream.ID_BYTES


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(stream, "CHUNK_BYTES", 10)


def sealed(content: bytes, *, key: Sealer = KEY, stream_id: bytes = ID, kind: str = "data") -> bytes:
    target = io.BytesIO()
    writer = sealing(target, key=key, stream_id=stream_id, kind=kind)
    writer.write(content)
    writer.close()
    return target.getvalue()


def read(content: bytes, *, key: Sealer = KEY, kind: str = "data", expect=lambda _id: True) -> bytes:
    return b"".join(opened(io.BytesIO(content), key=key, kind=kind, expect=expect))


@pytest.mark.parametrize("length", [0, 1, 9, 10, 11, 20, 21, 1000])
def test_opens_what_was_sealed(length):
    content = bytes(255 - number % 200 for number in range(length))
    assert read(sealed(content)) == content
    assert content not in sealed(content) or length < 2


@given(pieces=st.lists(st.binary(max_size=40), max_size=12))
def test_gives_the_same_bytes_however_they_were_written(pieces):
    target = io.BytesIO()
    writer = sealing(target, key=KEY, stream_id=ID, kind="data")
    for piece in pieces:
        writer.write(piece)
    writer.close()
    assert read(target.getvalue()) == b"".join(pieces)


@pytest.mark.parametrize("cut", range(0, 180, 7))
def test_refuses_a_stream_that_was_cut_off(cut):
    whole = sealed(b"x" * 45)
    assert cut < len(whole)
    with pytest.raises(BadStream):
        read(whole[:cut])


def test_refuses_a_stream_cut_off_at_a_chunks_end():
    whole = sealed(b"x" * 30)
    chunk = 4 + 10 + 16
    assert len(whole) == HEAD + 3 * chunk
    with pytest.raises(BadStream, match="cut off"):
        read(whole[:-chunk])


def test_refuses_a_stream_that_was_never_ended():
    target = io.BytesIO()
    sealing(target, key=KEY, stream_id=ID, kind="data").write(b"x" * 45)
    with pytest.raises(BadStream, match="cut off"):
        read(target.getvalue())


@given(place=st.integers(min_value=0, max_value=HEAD + 149), flip=st.integers(min_value=1, max_value=255))
def test_refuses_any_changed_byte(place, flip):
    whole = bytearray(sealed(b"x" * 45))
    place %= len(whole)
    whole[place] ^= flip
    with pytest.raises(BadStream):
        read(bytes(whole))


def test_refuses_swapped_repeated_and_dropped_chunks():
    whole = sealed(b"a" * 10 + b"b" * 10 + b"c" * 10)
    size = 4 + 10 + 16
    head, chunks = whole[:HEAD], [whole[HEAD + n * size : HEAD + (n + 1) * size] for n in range(3)]
    for order in ([1, 0, 2], [0, 0, 2], [0, 2], [2], [0, 1, 2, 2], [0, 1, 1, 2]):
        with pytest.raises(BadStream):
            read(head + b"".join(chunks[number] for number in order))


def test_refuses_another_key_another_kind_another_stream():
    with pytest.raises(BadStream):
        read(sealed(b"x"), key=Sealer(random_key()))
    with pytest.raises(BadStream):
        read(sealed(b"x"), kind="keys")
    with pytest.raises(BadStream, match="asked for"):
        read(sealed(b"x"), expect=lambda stream_id: stream_id != ID)
    other = sealed(b"y" * 45, stream_id=bytes(16))
    with pytest.raises(BadStream):
        read(sealed(b"x" * 45)[:HEAD] + other[HEAD:])
