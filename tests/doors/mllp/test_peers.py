"""Whose messages they are: a certificate names one system of one practice, or none."""

from __future__ import annotations

import pytest

from bedside.doors.mllp import talking
from bedside.doors.mllp.peers import CERTIFICATE, Peers, allow_peer
from bedside.doors.mllp.talking import Patience
from bedside.ground.errors import Refusal
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.sources import add_source, pause_source
from tests.doors.mllp.peering import Papers
from tests.doors.mllp.test_talking import door

MARK = "ab" * 32


def system(scope, at, *, name="Hospital", mark=MARK):
    settings = {CERTIFICATE: mark} if mark else {}
    return add_source(scope, name=name, kind=SourceKind.MLLP, is_part2=False, settings=settings, at=at)


def found(mark=MARK):
    return Peers(source_id=None).find(mark, now_s=0.0)


def test_knows_a_system_by_its_certificate(scope, at):
    source_id = system(scope, at)
    assert found().source_id == source_id
    assert found("cd" * 32) is None


def test_knows_nobody_by_a_certificate_that_two_practices_have(scope, stranger_scope, at):
    system(scope, at)
    system(stranger_scope, at)
    assert found() is None


def test_knows_nobody_by_a_certificate_of_two_even_if_one_is_paused(scope, stranger_scope, at):
    system(scope, at)
    pause_source(stranger_scope, system(stranger_scope, at), paused=True, at=at)
    assert found() is None


def test_lets_no_second_system_have_a_certificate(scope, stranger_scope, at, tmp_path):
    papers = Papers.make(tmp_path)
    pem = papers.file("hospital.pem").read_bytes()
    for each in (scope, stranger_scope):
        system(each, at, mark="")
    allow_peer(scope, "Hospital", pem=pem, at=at)
    allow_peer(scope, "Hospital", pem=pem, at=at)  # said again of the same system
    with pytest.raises(Refusal) as refused:
        allow_peer(stranger_scope, "Hospital", pem=pem, at=at)
    assert refused.value.code == "certificate_taken"


def test_ends_a_connection_whose_system_is_let_in_no_more(tmp_path, monkeypatch):
    let_in = [object(), object(), None]
    taken: list[bytes] = []

    def answer(_peer: object, message: bytes) -> bytes:
        taken.append(message)
        return b"MSA|AA|1"

    monkeypatch.setattr(talking, "answer", answer)
    monkeypatch.setattr(talking, "find_peer", lambda *_, **__: let_in.pop(0))
    with door(Papers.make(tmp_path), patience=Patience()) as (connect, _), connect() as engine:
        assert engine.ask(b"MSH|1") == b"MSA|AA|1"
        assert engine.ask(b"MSH|2") == b""
    assert taken == [b"MSH|1"]
