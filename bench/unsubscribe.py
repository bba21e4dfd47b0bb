"""One-click unsubscribes a second through the patients' door, over HTTP, while a campaign runs to the same people.

The door is the product's own (granian), the worker its own process, the receiving server keeps the time of each
message; all of them, PostgreSQL and the poster share the machine. Whoever was answered before their message was handed
over must not get it: `handed_over_after` has to be 0, or the run does not count.
"""

from __future__ import annotations

import contextlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench._installation import cpu_s, installation, practice
from bench.campaign import RELAY_NAME, _prepare, _receiver, worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope

NAME = "unsubscribe"
ABOUT = "one-click unsubscribes a second while a campaign runs, and that nobody who left is mailed afterwards"
RUNS_WHOLE = True  # takes --run and --leave

_BODY = b"List-Unsubscribe=One-Click"
_POST = (
    b"POST /u/%b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\n%b"
)
_POSTERS = 48
_DOOR_WAIT_S = 180.0
_END_WAIT_S = 3600.0
_MAILED_SHARE = 0.8  # of the audience; the rest are minors, and those who left


@dataclass(frozen=True, slots=True)
class Answered:
    """One post: whose, and when the answer was there (seconds since 1970)."""

    address: str
    at: float
    took_s: float


def run(*, quick: bool, run: int = 0, leave: int = 0) -> dict[str, object]:
    """With `run`, the whole campaign and `leave` posts at random moments; otherwise posts as fast as they go."""
    if run:
        return _measure(people=run, leaving=leave or run // 100, spread=True)
    return _measure(people=2_000 if quick else 20_000, leaving=500 if quick else 4_000, spread=False)


def _measure(*, people: int, leaving: int, spread: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, _receiver(Path(folder), witness=True) as (port, authority):
        door_port = _free_port()
        settings = {
            "BEDSIDE_RELAY_HOST": "127.0.0.1",
            "BEDSIDE_RELAY_PORT": str(port),
            "BEDSIDE_RELAY_TLS_NAME": RELAY_NAME,
            "BEDSIDE_RELAY_CA_FILE": str(authority),
            "BEDSIDE_PICKUP_URL": f"http://127.0.0.1:{door_port}",
        }
        with installation(**settings), _door(door_port) as door:
            scope = practice()
            campaign_id, _ = _prepare(scope, people)
            trial = _Trial(scope, campaign_id, Path(folder) / "arrived", people)
            return trial.run(_leavers(scope, campaign_id, leaving), door, door_port, spread=spread)


class _Trial:
    """One campaign, and the posts that come in meanwhile."""

    def __init__(self, scope: Scope, campaign_id: UUID, arrivals: Path, people: int) -> None:
        self._scope, self._campaign_id, self._people = scope, campaign_id, people
        self._arrivals = arrivals
        self._lock = threading.Lock()
        self._answered: list[Answered] = []

    def run(
        self, leavers: Sequence[tuple[str, str]], door: subprocess.Popen[bytes], port: int, *, spread: bool
    ) -> dict[str, object]:
        from bedside.correspondence.campaigns import actions
        from bedside.ground import clock

        with worker() as sender:
            actions.schedule(self._scope, self._campaign_id, at=clock.now())
            began = time.monotonic()
            self._wait(lambda: self._arrived() > 0, sender)
            spent_s, start, at_start = cpu_s(door.pid), time.monotonic(), self._arrived()
            with ThreadPoolExecutor(_POSTERS) as pool:
                post = self._poster(port)
                for number, (token, address) in enumerate(leavers):
                    if spread:
                        share = (number + random.random()) / len(leavers)  # noqa: S311  not a secret
                        self._wait(partial(self._has_sent, share * self._people * _MAILED_SHARE), sender)
                    pool.submit(post, token, address)
            seconds = time.monotonic() - start
            spent_s, sent = cpu_s(door.pid) - spent_s, self._arrived() - at_start
            self._wait(self._is_finished, sender)
            campaign_s = time.monotonic() - began
        assert len(self._answered) == len(leavers), "some post was not answered with 200"
        return {
            "posted": len(leavers),
            "per_s": round(len(leavers) / seconds, 1),
            **_times([one.took_s for one in self._answered]),
            "door_cpu_ms_a_post": round(spent_s / len(leavers) * 1000, 2),
            "mails_a_second_meanwhile": round(sent / seconds, 1),
            **self._kept(),
            "campaign_s": round(campaign_s, 1),
        }

    def _poster(self, port: int) -> Callable[[str, str], None]:
        """Each thread keeps its connection, as a large mail provider does, and is no load to speak of."""
        own = threading.local()

        def post(token: str, address: str) -> None:
            if not hasattr(own, "line"):
                own.line = socket.create_connection(("127.0.0.1", port), timeout=60)
                own.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            start = time.monotonic()
            own.line.sendall(_POST % (token.encode(), port, len(_BODY), _BODY))
            answer = _whole_answer(own.line)
            at = time.time()
            if answer.startswith(b"HTTP/1.1 200 "):
                with self._lock:
                    self._answered.append(Answered(address, at, time.monotonic() - start))

        return post

    def _kept(self) -> dict[str, object]:
        """What the receiving server saw of those who left."""
        from bedside.correspondence.campaigns.queries import numbers
        from bedside.correspondence.delivery.queries import balance

        assert balance(self._scope, self._campaign_id).agrees, "the books do not balance"
        lines = (line.split() for line in self._arrivals.read_text().splitlines())
        arrived = {address: float(at) for at, address in lines}
        late = [
            arrived[one.address] - one.at for one in self._answered if arrived.get(one.address, 0.0) > one.at
        ]
        mailed = sum(one.address in arrived for one in self._answered)
        return {
            "delivered": numbers(self._scope, self._campaign_id).delivered,
            "left_and_not_mailed": len(self._answered) - mailed,
            "mailed_before_they_left": mailed - len(late),
            "handed_over_after": len(late),
            "latest_after_s": round(max(late, default=0.0), 3),
        }

    def _arrived(self) -> int:
        with self._arrivals.open("rb") as lines:
            return sum(part.count(b"\n") for part in iter(lambda: lines.read(1 << 20), b""))

    def _has_sent(self, count: float) -> bool:
        return self._arrived() >= count

    def _is_finished(self) -> bool:
        from bedside.correspondence.campaigns.queries import state_of
        from bedside.correspondence.campaigns.rules import CampaignState

        return state_of(self._scope, self._campaign_id) is CampaignState.FINISHED

    def _wait(self, until: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _END_WAIT_S
        while not until():
            if worker.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the campaign did not go on")
            if self._is_finished():
                return  # whoever is left to post does so afterwards
            time.sleep(0.05)


def _leavers(scope: Scope, campaign_id: UUID, count: int) -> list[tuple[str, str]]:
    """(token, address) of people of the audience, drawn at random."""
    from bedside.correspondence.campaigns.queries import every_recipient
    from bedside.ground.scope import reading
    from bedside.records.consent.links import seal_link
    from bedside.records.consent.rules import Category
    from bedside.records.patients.queries import by_ids

    with reading(scope):
        everybody = [one.patient_id for one in every_recipient(scope, campaign_id, state="", code="")]
    drawn = random.sample(everybody, min(count, len(everybody)))
    return [
        (
            seal_link(
                practice_id=scope.practice_id, patient_id=one.id, campaign_id=campaign_id,
                category=Category.NEWSLETTER,
            ),
            one.email,
        )
        for one in by_ids(scope, drawn)
    ]  # fmt: skip


def _whole_answer(line: socket.socket) -> bytes:
    told = b""
    while b"\r\n\r\n" not in told:
        told += line.recv(4096)
    head, _, body = told.partition(b"\r\n\r\n")
    length = next(one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
    missing = int(length.partition(b":")[2]) - len(body)
    while missing > 0:
        missing -= len(line.recv(missing))
    return head


def _times(took_s: list[float]) -> dict[str, object]:
    cuts = statistics.quantiles(took_s, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 1), "p99_ms": round(cuts[98] * 1000, 1)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _door(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The patients' door as it is served, in processes of its own."""
    command = [sys.executable, "-m", "bedside.config.entry", "pickup", "--port", str(port)]
    door = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + _DOOR_WAIT_S
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/robots.txt"):
                break
            if door.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the door did not open")
            time.sleep(0.1)
        yield door
    finally:
        door.terminate()
        try:
            door.wait(60)
        except subprocess.TimeoutExpired:
            door.kill()
