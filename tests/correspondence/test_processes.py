"""Whole processes of the product: killed, doubled, restarted. P5: nothing lost, nothing sent twice."""

from __future__ import annotations

import collections
import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.correspondence.building import make_certificates
from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def _running(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    with log.open("a") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(10)
            process.stdout.close()


class Installation:
    """A database of its own, a receiving server in a process of its own, and verbs run as processes."""

    def __init__(self, environ: dict[str, str], folder: Path, port: int, authority: Path) -> None:
        self.maildir = folder / "mail"
        self.log = folder / "worker.log"
        self.environ = {
            **environ,
            "BEDSIDE_RELAY_HOST": "127.0.0.1",
            "BEDSIDE_RELAY_PORT": str(port),
            "BEDSIDE_RELAY_TLS_NAME": "relay.example",
            "BEDSIDE_RELAY_CA_FILE": str(authority),
            "BEDSIDE_RELAY_CONNECTIONS": "4",
            "BEDSIDE_RETRY_DELAYS_S": "2",
            "PYTHONPATH": f"{ROOT}/src:{ROOT}",
        }

    def prepare(self, people: int, message_class: str = "general_health") -> dict[str, str]:
        return self._run("prepare", str(people), message_class)

    def report(self, campaign: dict[str, str]) -> dict[str, object]:
        return self._run("report", campaign["practice_id"], campaign["campaign_id"])

    def worker(self) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
        command = ["bedside.config.entry", "worker", "--concurrency", "2"]
        return _running(command, self.environ, self.log)

    def received(self) -> collections.Counter[str]:
        """How often each recipient got the message."""
        found: collections.Counter[str] = collections.Counter()
        for path in (self.maildir / "new").iterdir():
            with path.open() as message:
                next(message)
                found[next(message).split(":", 1)[1].strip()] += 1
        return found

    def wait_received(self, count: int, *, within_s: float = 60) -> None:
        deadline = time.monotonic() + within_s
        while sum(1 for _ in (self.maildir / "new").iterdir()) < count:
            assert time.monotonic() < deadline, f"the worker sent too little: {self.log.read_text()[-2000:]}"
            time.sleep(0.02)

    def wait_finished(self, campaign: dict[str, str], *, within_s: float = 120) -> dict[str, object]:
        deadline = time.monotonic() + within_s
        while True:
            told = self.report(campaign)
            if told["state"] == "finished" and told["agrees"]:
                return told
            assert time.monotonic() < deadline, f"{told} {self.log.read_text()[-2000:]}"
            time.sleep(0.5)

    def _run(self, *arguments: str) -> dict:
        done = warm().run(*arguments, module="tests.correspondence.preparing", environ=self.environ)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


@pytest.fixture
def installation(own_database: dict[str, str], tmp_path: Path) -> Iterator[Installation]:
    authority, certificate, key = make_certificates(tmp_path / "tls")
    command = ["bedside.kit.transport.receiver", "--certificate", str(certificate), "--key", str(key)]
    command += ["--maildir", str(tmp_path / "mail")]
    with _running(command, own_database, tmp_path / "receiver.log") as receiver:
        port = int(receiver.stdout.readline().rsplit(":", 1)[1])
        yield Installation(own_database, tmp_path, port, authority)


def test_kill_9_in_mid_campaign_loses_nobody_and_sends_nobody_twice(installation):
    people = 1500
    campaign = installation.prepare(people)
    for so_far in (150, 700):
        with installation.worker() as worker:
            installation.wait_received(so_far)
            worker.kill()
            worker.wait(10)
    with installation.worker():
        told = installation.wait_finished(campaign)
    received = installation.received()
    assert max(received.values()) == 1
    in_doubt = told.get("in_doubt", 0)
    assert told["delivered"] + in_doubt == people
    assert told["delivered"] <= len(received) <= told["delivered"] + in_doubt
    assert in_doubt <= 2 * 2 * 4  # two kills, two chunks at once, four connections each
    assert "planted" not in installation.log.read_text().lower()


def test_two_workers_at_once_send_nobody_twice(installation):
    people = 1200
    campaign = installation.prepare(people)
    with installation.worker(), installation.worker():
        told = installation.wait_finished(campaign)
    received = installation.received()
    assert told["delivered"] == people == len(received)
    assert max(received.values()) == 1
    assert "planted" not in installation.log.read_text().lower()


def test_care_in_doubt_is_sent_again_and_marked(installation):
    people = 300
    campaign = installation.prepare(people, "treatment")
    with installation.worker() as worker:
        installation.wait_received(60)
        worker.kill()
        worker.wait(10)
    with installation.worker():
        told = installation.wait_finished(campaign)
    assert told["delivered"] == people == len(installation.received())
