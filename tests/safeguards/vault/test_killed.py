"""Workers that rewrap persons' keys are killed and doubled: each key opens at every moment, and all follow (P5)."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[3]
PERSONS = 32_000  # eight batches
SEGMENTS = 10_000
REWRAPPED = "SELECT step = 'finished' FROM vault_rotation"
RESEALED = "SELECT finished_at IS NOT NULL FROM vault_resealing"


class Rotating:
    """A database of its own with a rotation under way."""

    def __init__(
        self, environ: dict[str, str], log: Path, *, verb: str = "prepare", count: int = PERSONS
    ) -> None:
        self.environ = {**environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
        self.log = log
        self.practice_id = self._run(verb, str(count))["practice_id"]

    def report(self, verb: str = "report") -> dict[str, object]:
        return self._run(verb, str(self.practice_id))

    @contextlib.contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "bedside.config.entry", "worker"]
        with self.log.open("a") as stream:
            process = subprocess.Popen(command, env=self.environ, cwd=ROOT, stderr=stream)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)

    def until_some_are_done(self, table: str = "vault_rotation") -> None:
        self._until(f"SELECT done > 0 FROM {table}", every_s=0.001)  # noqa: S608  of this file

    def until(self, finished: str, verb: str = "report") -> dict[str, object]:
        """Looks at everything once meanwhile, and again at the end. `finished` is asked of the database."""
        self.report(verb)
        self._until(finished)
        return self.report(verb)

    def _until(self, asked: str, *, every_s: float = 0.05) -> None:
        """Asks the database itself: a report opens every key, for which the worker would have to wait."""
        from bedside.ground.postgres.target import Login, connect, embedded_target

        target = replace(
            embedded_target(Path(self.environ["BEDSIDE_HOME"])), name=self.environ["BEDSIDE_DATABASE_NAME"]
        )
        deadline = time.monotonic() + 150
        with connect(target, login=Login.APP) as connection:
            connection.execute("SELECT set_config('bedside.practice', %s, false)", [self.practice_id])
            while not connection.execute(asked).fetchone()[0]:
                assert time.monotonic() < deadline, self.log.read_text()[-2000:]
                connection.commit()
                time.sleep(every_s)

    def _run(self, *arguments: str) -> dict[str, object]:
        done = warm().run(*arguments, module="tests.safeguards.vault.rotating", environ=self.environ)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


@pytest.mark.parametrize("workers", [1, 2])
def test_kill_9_while_values_are_sealed_anew_loses_none_and_the_next_goes_on(own_database, tmp_path, workers):
    """Two at once take turns; after the end the old version is needed for nothing."""
    rotating = Rotating(own_database, tmp_path / "worker.log", verb="prepare-resealing", count=SEGMENTS)
    with contextlib.ExitStack() as stack:
        some = [stack.enter_context(rotating.worker()) for _ in range(workers)]
        rotating.until_some_are_done("vault_resealing")
        for worker in some:
            worker.kill()
            worker.wait(10)
    told = rotating.report("report-resealing")
    assert 0 < told["done"] < told["total"], "it was finished before the kill, so this proves nothing"
    assert told["total"] - told["done"] == told["old"], "progress and values were not committed together"
    assert told["opens"] == SEGMENTS
    assert (
        1 <= rotating.report("later")["silent"] <= workers
    )  # one may have ended before it had a heart to beat
    with rotating.worker():
        told = rotating.until(RESEALED, "report-resealing")
    assert (told["done"], told["old"], told["left"], told["opens"]) == (told["total"], 0, 0, SEGMENTS)


@pytest.fixture
def rotating(own_database, tmp_path) -> Rotating:
    return Rotating(own_database, tmp_path / "worker.log")


def test_kill_9_in_mid_rotation_loses_no_key(rotating):
    with rotating.worker() as worker:
        rotating.until_some_are_done()
        worker.kill()
        worker.wait(10)
    told = rotating.report()
    assert told["new"] + told["old"] == PERSONS
    assert told["old"], "it was finished before the kill, so this proves nothing"
    assert told["new"] == told["done"], "progress and keys were not committed together"
    assert rotating.report("later")["silent"] == 1
    with rotating.worker():
        told = rotating.until(REWRAPPED)
    assert told == {"step": "finished", "done": PERSONS, "total": PERSONS, "new": PERSONS, "old": 0}


def test_two_workers_at_once_rewrap_each_key_once(rotating):
    with rotating.worker(), rotating.worker():
        told = rotating.until(REWRAPPED)
    assert told == {"step": "finished", "done": PERSONS, "total": PERSONS, "new": PERSONS, "old": 0}
