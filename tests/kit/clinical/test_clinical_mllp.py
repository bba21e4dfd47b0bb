"""MLLP framing, however the bytes arrive."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.clinical import BadFrame, Deframer, FramingFault, frame

_messages = st.lists(st.binary(max_size=40).map(lambda each: each.translate(None, b"\x0b\x1c")), max_size=6)


def chunks(content, cuts):
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts), len(content)]
    return [content[start:end] for start, end in pairwise(edges)]


@given(
    messages=_messages,
    cuts=st.lists(st.integers(0, 500), max_size=30),
    between=st.sampled_from([b"", b"\r\n"]),
)
def test_gives_every_message_however_the_bytes_are_cut(messages, cuts, between):
    content = b"".join(frame(message) + between for message in messages)
    deframer = Deframer()
    found = [message for piece in chunks(content, cuts) for message in deframer.feed(piece)]
    assert found == messages
    assert deframer.is_idle


_wire = st.lists(
    st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\n", b"x", b"x" * 9, b"\x1c\r"]), max_size=30
).map(b"".join)


@given(content=_wire, cuts=st.lists(st.integers(0, 100), max_size=20))
def test_any_bytes_end_the_same_way_however_they_are_cut(content, cuts):
    assert ended(chunks(content, cuts)) == ended([content])


def ended(pieces):
    deframer, found = Deframer(bytes_max=20), []
    for piece in pieces:
        try:
            found += deframer.feed(piece)
        except BadFrame:
            break
    try:
        found += deframer.feed(b"")
    except BadFrame as bad:
        return found, bad.fault
    return found, None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"MSH|", FramingFault.OUTSIDE),
        (b"\x0bMSH|\x0bMSH|\x1c\r", FramingFault.UNENDED),
        (b"\x0bMSH|\x1c\x0b", FramingFault.BROKEN_END),
        (b"\x0b" + b"x" * 101, FramingFault.TOO_LARGE),
    ],
)
def test_a_broken_framing_ends_the_connection(content, fault):
    deframer = Deframer(bytes_max=100)
    with pytest.raises(BadFrame) as bad:
        deframer.feed(content)
    assert bad.value.fault is fault
    assert deframer.has_fault
    with pytest.raises(BadFrame):
        deframer.feed(frame(b"MSH|"))


def test_too_large_stays_too_large_whatever_comes_behind():
    content = b"\x0b" + b"x" * 25 + b"\x0b"
    assert ended([content]) == ended([content[:22], content[22:]]) == ([], FramingFault.TOO_LARGE)


def test_messages_before_a_fault_are_given_first():
    deframer = Deframer()
    assert deframer.feed(frame(b"one") + b"junk") == [b"one"]
    assert deframer.has_fault
    with pytest.raises(BadFrame):
        deframer.feed(b"")


def test_a_peer_that_never_ends_is_not_kept():
    deframer = Deframer(bytes_max=1_000)
    deframer.feed(b"\x0b")
    with pytest.raises(BadFrame):
        for _ in range(20):
            deframer.feed(b"x" * 100)


@pytest.mark.parametrize("mark", [b"\x0b", b"\x1c"])
def test_refuses_to_frame_what_would_break_the_framing(mark):
    with pytest.raises(BadFrame):
        frame(b"MSH|" + mark)
