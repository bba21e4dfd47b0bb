"""The limits of a connection, with real sockets and TLS: stalls, trickles, floods of connections, answers nobody reads."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bedside.doors.mllp import listening, talking
from bedside.doors.mllp.answering import NotNow
from bedside.doors.mllp.listening import Place, listen, tls_context
from bedside.doors.mllp.talking import Patience
from bedside.ground.errors import Refusal
from bedside.kit.clinical import frame
from tests.doors.mllp.peering import Engine, Papers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUICK = Patience(idle_s=0.6, message_s=0.6, answer_s=0.6)


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> Papers:
    return Papers.make(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def answers(monkeypatch) -> list[bytes]:
    """What reached the records, in place of the database: the answer repeats the message."""
    taken: list[bytes] = []

    def answer(_peer: object, message: bytes) -> bytes:
        taken.append(message)
        return b"MSA|AA|" + message[:20]

    monkeypatch.setattr(talking, "answer", answer)
    monkeypatch.setattr(talking, "find_peer", lambda *_, **__: object())
    return taken


@contextmanager
def door(papers: Papers, **options: object) -> Iterator[tuple[Callable[[], Engine], int]]:
    """A listening door on a thread of its own; gives a way to connect, and the port."""
    tls = tls_context(
        certificate_file=papers.file("server.pem"), key_file=papers.file("server.key"), client_ca_file=None
    )
    place = Place(host="127.0.0.1", port=0, **{"patience": QUICK, **options})
    ports: list[int] = []
    is_ready, loop, ending = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    def ready(port: int) -> None:
        ports.append(port)
        is_ready.set()

    def serve() -> None:
        loop.run_until_complete(listen(place, tls=tls, peers=None, ending=ending, ready=ready))
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert is_ready.wait(10)
    try:
        yield (lambda: Engine(ports[0], papers.client(None))), ports[0]
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(timeout=30)
        assert not thread.is_alive()


def test_ends_a_message_that_never_comes_whole(papers, answers):
    with door(papers) as (connect, _), connect() as engine:
        engine.wire.sendall(frame(b"MSH|1")[:-2])
        began = time.monotonic()
        assert engine.hear() == b""
        assert 0.3 < time.monotonic() - began < 5
    assert answers == []


def test_ends_a_message_that_trickles(papers, answers):
    with door(papers) as (connect, _), connect() as engine:
        began = time.monotonic()
        with pytest.raises(OSError):
            engine.wire.sendall(frame(b"MSH")[:3])
            while time.monotonic() - began < 10:
                engine.wire.sendall(b"x")
                time.sleep(0.1)
    assert answers == []


def test_ends_a_connection_on_which_nothing_happens(papers, answers):
    with door(papers) as (connect, _), connect() as engine:
        assert engine.ask(b"MSH|1").startswith(b"MSA|AA")
        began = time.monotonic()
        assert engine.hear() == b""
        assert 0.3 < time.monotonic() - began < 5


def test_ends_a_frame_beyond_all_measure(papers, answers):
    with door(papers, patience=Patience()) as (connect, _), connect() as engine, pytest.raises(OSError):
        engine.wire.sendall(b"\x0b")
        for _ in range(200):
            engine.wire.sendall(b"x" * 65_536)
        engine.wire.settimeout(5)
        assert engine.hear() == b""
        raise OSError
    assert answers == []


def test_lets_no_more_in_than_it_has_places_for(papers, answers):
    with door(papers, connections_max=2, patience=Patience(idle_s=60)) as (connect, port):
        with connect() as one, connect() as two:
            assert one.ask(b"MSH|1")
            assert two.ask(b"MSH|2")
            with socket.create_connection(("127.0.0.1", port), timeout=1) as third:
                third.settimeout(0.5)
                third.sendall(b"\x16\x03\x01")
                with pytest.raises(TimeoutError):
                    third.recv(1)
        with connect() as four:
            assert four.ask(b"MSH|4")


def test_waits_for_no_handshake_for_ever(papers, answers, monkeypatch):
    monkeypatch.setattr(listening, "HANDSHAKE_S", 0.4)
    with door(papers, connections_max=1) as (connect, port):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as mute:
            began = time.monotonic()
            assert mute.recv(1) == b""
            assert time.monotonic() - began < 4
        with connect() as engine:
            assert engine.ask(b"MSH|1")


def test_gives_no_answer_when_it_cannot_store(papers, answers, monkeypatch):
    def not_now(*_: object) -> bytes:
        raise NotNow

    monkeypatch.setattr(talking, "answer", not_now)
    with door(papers) as (connect, _), connect() as engine:
        assert engine.ask(b"MSH|1") == b""


def test_answers_the_message_in_hand_before_it_ends(papers, answers, monkeypatch):
    began = threading.Event()

    def slow(_peer: object, _message: bytes) -> bytes:
        began.set()
        time.sleep(0.5)
        return b"MSA|AA|1"

    monkeypatch.setattr(talking, "answer", slow)
    heard: list[bytes] = []
    with door(papers) as (connect, _):
        engine = connect()
        engine.wire.sendall(frame(b"MSH|1"))
        assert began.wait(5)
    heard.append(engine.hear())
    engine.wire.close()
    assert heard == [b"MSA|AA|1"]


def test_listens_at_no_place_that_is_taken(papers, answers):
    with door(papers) as (_, port):
        place = Place(host="127.0.0.1", port=port)
        with pytest.raises(Refusal, match="another process"):
            asyncio.run(listen(place, tls=None, peers=None, ending=asyncio.Event(), ready=print))
