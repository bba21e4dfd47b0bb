"""Replies come out the same in whatever pieces they came in, and nothing else comes out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.transport.capabilities import capabilities_in, scan
from bedside.kit.transport.replies import (
    LINE_BYTES_MAX,
    REPLY_LINES_MAX,
    BadReply,
    Reply,
    ReplyParser,
    without_addresses,
)

codes = st.sampled_from([220, 250, 354, 421, 451, 550, 554])
texts = st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=("Cs",)), max_size=60)
replies = st.tuples(codes, st.lists(texts, min_size=1, max_size=5))


def written(code: int, lines: list[str]) -> bytes:
    marks = ["-"] * (len(lines) - 1) + [" "]
    return "".join(f"{code}{mark}{line}\r\n" for mark, line in zip(marks, lines, strict=True)).encode()


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def fed(parts: list[bytes]) -> list[Reply]:
    parser = ReplyParser()
    found = [reply for part in parts for reply in parser.feed(part)]
    assert parser.is_idle
    return found


@given(st.lists(replies, max_size=6), st.lists(st.integers(min_value=0), max_size=12))
def test_pieces_do_not_matter(said, cuts):
    data = b"".join(written(code, lines) for code, lines in said)
    expected = [Reply(code, "\n".join(lines)) for code, lines in said]
    assert fed(pieces(data, cuts)) == expected
    assert fed([bytes([byte]) for byte in data]) == expected


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_anything_else_is_a_bad_reply_and_nothing_worse(parts):
    parser = ReplyParser()
    try:
        found = [reply for part in parts for reply in parser.feed(part)]
    except BadReply:
        return
    assert all(200 <= reply.code <= 559 for reply in found)


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"25\r\n",
        b"199 too low\r\n",
        b"600 too high\r\n",
        b"260 bad middle\r\n",
        b"250_underscore\r\n",
        b"250nothing between\r\n",
        b"250 ended by LF\n",
        b"250 with \r inside\r\n",
        b"250 with \0 inside\r\n",
        b"250-one code\r\n251 and another\r\n",
        b" 250 indented\r\n",
        b"EHLO mx\r\n",
        b"250 " + b"x" * LINE_BYTES_MAX + b"\r\n",
        b"x" * (LINE_BYTES_MAX + 1),
        b"250-line\r\n" * (REPLY_LINES_MAX + 1),
        (b"250-" + b"x" * 4000 + b"\r\n") * 20,
    ],
)
def test_refuses(data):
    with pytest.raises(BadReply) as refused:
        ReplyParser().feed(data)
    assert "x" * 10 not in str(refused.value)


@pytest.mark.parametrize("data", [b"250\r\n", b"250 \r\n", b"250-\r\n250\r\n"])
def test_accepts_a_reply_without_text(data):
    assert [reply.code for reply in fed([data])] == [250]


@pytest.mark.parametrize(
    ("reply", "enhanced"),
    [
        (Reply(250, "2.1.5 Ok"), "2.1.5"),
        (Reply(550, "5.1.1"), "5.1.1"),
        (Reply(451, "4.7.500 many digits"), "4.7.500"),
        (Reply(550, "no code here 5.1.1"), "5.0.0"),
        (Reply(550, "4.1.1 contradicts itself"), "5.0.0"),
        (Reply(250, "2.1.5000 too long"), "2.0.0"),
        (Reply(250, "10.1.5.3 is an address"), "2.0.0"),
        (Reply(250, "2.1.5.3"), "2.0.0"),
        (Reply(421, ""), "4.0.0"),
    ],
)
def test_reads_the_enhanced_code(reply, enhanced):
    assert reply.enhanced == enhanced


def test_reads_what_a_server_offers():
    offers = capabilities_in(Reply(250, "mx.example SIZE\nPipelining\nsize 1000\nAUTH plain LOGIN\n\nSIZE x"))
    assert offers.offers("PIPELINING")
    assert offers.size_bytes_max == 1000
    assert offers.auth == {"PLAIN", "LOGIN"}
    assert not offers.offers("CHUNKING")
    assert capabilities_in(Reply(250, "CHUNKING")).keywords == frozenset(), (
        "the first line is the server's name"
    )
    assert capabilities_in(Reply(250, "mx\nSIZE 0")).size_bytes_max is None
    assert capabilities_in(Reply(250, "mx\nSIZE")).size_bytes_max is None


@pytest.mark.parametrize(
    "text",
    [
        "5.1.1 <ana.quiroga@home.example>: unknown",
        "5.1.1 ANA.QUIROGA@HOME.EXAMPLE unknown",
        "mailbox ana.quiroga is full",
        "mailbox=ana.quiroga=40home.example",
        "see https://mx.example/?to=ana.quiroga%40home.example",
        "user <quiroga> unknown",
        "ana.quiroga\uff20home.example",
        "bounces of front-desk disabled",
        "line one\nana.quiroga@home.example\nline three",
        "(ana.quiroga)",
        "x_ana.quiroga_x",
    ],
)
def test_removes_addresses_from_what_a_server_says(text):
    safe = without_addresses(text, secrets=("ana.quiroga@home.example", "front-desk@maple.example"))
    assert "quiroga" not in safe.lower()
    assert "front-desk" not in safe
    assert "\n" not in safe
    assert "[removed]" in safe


def test_keeps_the_rest_of_what_a_server_says():
    text = "4.7.1 Service unavailable; try again in 300 seconds"
    assert without_addresses(text, secrets=("me@home.example", "")) == text
    assert (
        without_addresses("some message for me", secrets=("me@home.example",)) == "some message for [removed]"
    )


@given(st.text(max_size=80), st.emails(), st.text(max_size=80))
def test_never_lets_the_recipient_through(before, address, after):
    safe = without_addresses(f"{before}{address}{after}", secrets=(address,))
    assert address.casefold() not in safe.casefold()
    assert safe.isprintable() or not any(ord(character) < 32 for character in safe)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b".", b"\x80"]), max_size=12).map(b"".join))
def test_sees_every_line_end_that_is_not_crlf(content):
    without = content.replace(b"\r\n", b"")
    is_whole = content.endswith(b"\r\n") and b"\r" not in without and b"\n" not in without
    assert scan(content).is_whole == is_whole
    assert scan(content).is_ascii == (b"\x80" not in content)
