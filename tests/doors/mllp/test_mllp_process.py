"""`bedside mllp` as a whole process: real TLS, real records, and a kill between commit and answer."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from typing import TYPE_CHECKING

import pytest

from bedside.kit.clinical import frame
from tests.conftest import database_of_its_own
from tests.doors.api.sending import message
from tests.doors.mllp.peering import Engine, Papers, code
from tests.records.intake.test_import_dying import PRACTICE, SOURCE, patients
from tests.support.serving import free_port, run_command

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes
PLAIN = [sys.executable, "-m", "bedside.config.entry"]
# The whole process, killed by itself when the records stand and the answer is not yet sent.
DIES_BEFORE_ITS_ANSWER = """
import os, signal, sys
sys.argv = ["bedside", *sys.argv[1:]]
from bedside.config import entry
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
import django; django.setup()
from bedside.doors.mllp import talking
def dies(*_):
    os.kill(os.getpid(), signal.SIGKILL)
talking.frame = dies
entry.main()
"""


class World:
    """A practice with one hospital, and its MLLP door."""

    def __init__(self, environ: dict[str, str], papers: Papers) -> None:
        self.papers, self.port = papers, free_port()
        self.environ = {
            **environ,
            "PYTHONPATH": str(SOURCE),
            "BEDSIDE_MLLP_CERTIFICATE_FILE": str(papers.file("server.pem")),
            "BEDSIDE_MLLP_KEY_FILE": str(papers.file("server.key")),
            "BEDSIDE_MLLP_CLIENT_CA_FILE": str(papers.file("ca.pem")),
        }

    def bedside(self, *arguments: str) -> dict[str, object]:
        done = run_command(self.environ, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def serving(self, start: list[str] | None = None, **environ: str) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [*(start or PLAIN), "mllp", "--port", str(self.port)],
            env={**self.environ, **environ},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            line = process.stderr.readline()
            assert "mllp.listening" in line, line + process.stderr.read()
            yield process
        finally:
            process.kill()
            process.communicate(timeout=20)

    def engine(self, name: str | None = "hospital", **options: object) -> Engine:
        return Engine(self.port, self.papers.client(name, **options))


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    with database_of_its_own(f"test_{uuid.uuid4().hex[-12:]}") as environ:
        made = World(environ, Papers.make(tmp_path_factory.mktemp("papers")))
        made.bedside("practice", "create", "maple", *PRACTICE)
        for name in ("hospital", "clinic"):
            made.bedside("sources", "add", name, "--kind", "mllp")
        made.bedside("peers", "allow", "hospital", str(made.papers.file("hospital.pem")))
        yield made


@pytest.fixture(scope="module")
def served(world) -> Iterator[World]:
    with world.serving():
        yield world


def test_answers_each_message_after_it_is_stored(served):
    before, _ = patients(served.environ)
    with served.engine() as engine:
        assert code(engine.ask(message(101))) == "AA C101"
        assert patients(served.environ)[0] == before + 1
        assert code(engine.ask(message(101))) == "AA C101"
        assert code(engine.ask(message(102))) == "AA C102"
    assert patients(served.environ) == (before + 2, before + 2)


def test_answers_what_it_cannot_take_with_a_code(served):
    with served.engine() as engine:
        assert code(engine.ask(message(5, event="Q99"))).startswith("AR")
        assert code(engine.ask(b"hello")).startswith("AR")
        assert code(engine.ask(message(6).replace(b"PID|", b"ZZZ|"))).startswith("AE")
        assert code(engine.ask(message(103))) == "AA C103"


def test_answers_several_messages_sent_at_once_in_their_order(served):
    with served.engine() as engine:
        engine.wire.sendall(frame(message(104)) + frame(message(105)))
        engine.wire.settimeout(20)
        heard = b""
        while heard.count(b"\x1c") < 2:
            heard += engine.wire.recv(65_536)
    assert heard.index(b"C104") < heard.index(b"C105")


def test_takes_two_systems_at_once(served):
    answers = []

    def send(start: int) -> None:
        with served.engine() as engine:
            answers.extend(code(engine.ask(message(number))) for number in range(start, start + 10))

    senders = [threading.Thread(target=send, args=(start,)) for start in (200, 220)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(timeout=60)
    assert len(answers) == 20
    assert all(each.startswith("AA") for each in answers)


@pytest.mark.parametrize("name", [None, "outsider"])
def test_lets_nobody_in_without_a_certificate_of_the_authority(served, name):
    with contextlib.suppress(ssl.SSLError, ConnectionError), served.engine(name) as engine:
        assert engine.ask(message(9)) == b""


def test_takes_nothing_from_a_certificate_that_no_system_has(served):
    before = patients(served.environ)
    with contextlib.suppress(ssl.SSLError, ConnectionError), served.engine("stranger") as engine:
        assert engine.ask(message(300)) == b""
    assert patients(served.environ) == before


def test_takes_nothing_without_tls(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as plain:
        plain.sendall(frame(message(9)))
        with contextlib.suppress(ConnectionError):
            assert b"MSA" not in plain.recv(1000)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_takes_nothing_over_old_tls(served):
    with pytest.raises((ssl.SSLError, ConnectionError)), served.engine(at_most=ssl.TLSVersion.TLSv1_1):
        pass


def test_takes_a_message_over_tls_1_2(served):
    with served.engine(at_most=ssl.TLSVersion.TLSv1_2) as engine:
        assert engine.wire.version() == "TLSv1.2"
        assert code(engine.ask(message(106))) == "AA C106"


def test_closes_when_the_framing_breaks(served):
    with served.engine() as engine:
        engine.wire.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert engine.hear() == b""


def test_loses_nothing_and_takes_nothing_twice_when_killed_before_the_answer(world):
    before, _ = patients(world.environ)
    other = World.__new__(World)
    other.__dict__.update({**world.__dict__, "port": free_port()})
    with other.serving([sys.executable, "-c", DIES_BEFORE_ITS_ANSWER]) as process:
        with other.engine() as engine:
            assert engine.ask(message(400, last="Only")) == b""
        assert process.wait(timeout=20) == -signal.SIGKILL
    assert patients(world.environ) == (before + 1, before + 1)
    with other.serving(), other.engine() as engine:
        assert code(engine.ask(message(400, last="Only"))) == "AA C400"
    assert patients(world.environ) == (before + 1, before + 1)


def test_ends_in_order_when_told(world):
    other = World.__new__(World)
    other.__dict__.update({**world.__dict__, "port": free_port()})
    with other.serving() as process, other.engine() as engine:
        assert code(engine.ask(message(401))) == "AA C401"
        began = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        assert engine.hear() == b""
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - began < 10


def test_serves_one_system_without_certificates_where_the_settings_say_so(world):
    rows = world.bedside("sources", "list")["rows"]
    clinic = next(row["id"] for row in rows if row["name"] == "clinic")
    other = World.__new__(World)
    other.__dict__.update({**world.__dict__, "port": free_port()})
    with (
        other.serving(BEDSIDE_MLLP_CLIENT_CA_FILE="", BEDSIDE_MLLP_SOURCE=clinic),
        other.engine(None) as engine,
    ):
        assert code(engine.ask(message(402))) == "AA C402"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"BEDSIDE_MLLP_CERTIFICATE_FILE": ""}, "nothing is taken without TLS"),
        ({"BEDSIDE_MLLP_CLIENT_CA_FILE": ""}, "Set either"),
        ({"BEDSIDE_MLLP_SOURCE": str(uuid.UUID(int=7))}, "Set either"),
        ({"BEDSIDE_MLLP_CLIENT_CA_FILE": "", "BEDSIDE_MLLP_SOURCE": str(uuid.UUID(int=7))}, "must be the id"),
        ({"BEDSIDE_MLLP_CLIENT_CA_FILE": "", "BEDSIDE_MLLP_SOURCE": "x"}, "must be an id"),
        ({"BEDSIDE_MLLP_KEY_FILE": "/nowhere"}, "cannot be read"),
    ],
)
def test_starts_with_no_settings_that_do_not_fit(world, settings, words):
    done = run_command({**world.environ, **settings}, "mllp", "--port", str(free_port()))
    assert done.returncode == 1
    assert words in done.stderr


def test_knows_no_system_by_a_file_that_is_no_certificate(world):
    for file, words in (("hospital.key", "no certificate in PEM form"), ("nothing", "no such file")):
        done = run_command(world.environ, "peers", "allow", "hospital", str(world.papers.file(file)))
        assert done.returncode == 1
        assert words in done.stderr


def test_takes_nothing_from_a_paused_system(world):
    other = World.__new__(World)
    other.__dict__.update({**world.__dict__, "port": free_port()})
    world.bedside("sources", "pause", "hospital")
    try:
        with other.serving(), contextlib.suppress(ssl.SSLError, ConnectionError), other.engine() as engine:
            assert engine.ask(message(500)) == b""
    finally:
        world.bedside("sources", "resume", "hospital")
