"""A server that sends so little that no single wait is too long is cut off all the same."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from bedside.kit.transport.certificates import issue, make_authority, write_identity
from bedside.records.intake.pulling import fetching
from bedside.records.intake.pulling.fetching import Fetcher, Reach
from bedside.records.intake.pulling.problems import Problem, Stopped

HOST = "127.0.0.1"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n"
PAUSE_S = 0.02


class Trickling:
    """Answers every request with `quick` at once and then `slow` over and over, `PAUSE_S` apart, for half a minute."""

    def __init__(self, folder, *, quick: bytes, slow: bytes) -> None:
        now = datetime.now(UTC)
        dates = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=1)}
        authority = make_authority(name="Maple Hospital", **dates)
        identity = issue(authority, names=[HOST], **dates)
        write_identity(identity, certificate_file=folder / "t.pem", key_file=folder / "t.key")
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(folder / "t.pem", folder / "t.key")
        self.quick, self.slow = quick, slow
        self.listening = socket.create_server((HOST, 0))
        url = f"https://{HOST}:{self.listening.getsockname()[1]}/file"
        self.url = url
        self.fetcher = Fetcher(
            Reach(
                hosts=frozenset({HOST}),
                private_hosts=frozenset({HOST}),
                fhir_url=url,
                ca_pem=authority.certificate_pem.decode(),
            )
        )
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        try:
            plain, _ = self.listening.accept()
            with self.tls.wrap_socket(plain, server_side=True) as line:
                line.recv(4096)
                line.sendall(self.quick)
                until = time.monotonic() + 30
                while time.monotonic() < until:
                    line.sendall(self.slow)
                    time.sleep(PAUSE_S)
        except OSError:
            return  # the other side hung up, as it should

    def close(self) -> None:
        self.listening.close()
        self.thread.join(5)


@pytest.fixture
def trickling(tmp_path):
    made = []

    def make(*, quick: bytes, slow: bytes) -> Trickling:
        made.append(Trickling(tmp_path, quick=quick, slow=slow))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("quick", "slow"), [(HEAD, b"x"), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (b"", b"H")]
)
@pytest.mark.parametrize("whole", [True, False])
def test_cuts_off_an_answer_that_trickles(trickling, monkeypatch, quick, slow, whole):
    monkeypatch.setattr(fetching, "ASK_S", 0.4)
    server = trickling(quick=quick, slow=slow)
    since = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        if whole:
            server.fetcher.ask(server.url)
        else:
            with server.fetcher.stream(server.url, headers={}, token="") as (_, pieces):
                sum(map(len, pieces))
    assert stopped.value.problem in {Problem.UNREACHABLE, Problem.ANSWER}
    assert time.monotonic() - since < 5


def test_waits_for_a_file_that_keeps_coming(trickling, monkeypatch):
    """It takes three times as long as an answer may, and as its bytes allow."""
    monkeypatch.setattr(fetching, "ASK_S", 0.4)
    server = trickling(quick=HEAD, slow=b"x" * 16_000)
    with server.fetcher.stream(server.url, headers={}, token="") as (_, pieces):
        assert sum(map(len, pieces)) == 1_000_000


def test_ends_the_longest_download_too(trickling, monkeypatch):
    monkeypatch.setattr(fetching, "DOWNLOAD_S", 0.4)
    server = trickling(quick=HEAD, slow=b"x" * 2_000)
    with (
        pytest.raises(Stopped),
        server.fetcher.stream(server.url, headers={}, token="") as (_, pieces),
    ):
        sum(map(len, pieces))
