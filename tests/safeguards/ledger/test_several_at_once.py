"""Sealing beside others: late committers, other sealers, processes that are killed, a database that goes away."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.safeguards.audit import keeping, sealing
from bedside.safeguards.audit.actions import record, seal
from bedside.safeguards.audit.keeping import Keeper
from bedside.safeguards.audit.models import Checkpoint, Entry
from bedside.safeguards.audit.order import decode
from bedside.safeguards.audit.tail import unsealed
from bedside.safeguards.audit.verifying import verify
from bedside.safeguards.practices.entries import PROFILE_CHANGED

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 30


def write(scope, at, count=1):
    for _ in range(count):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())


def listed(scope):
    with in_scope(scope):
        rows = [decode(bytes(each.entries)) for each in Checkpoint.objects.order_by("size")]
        return [row.id for part in rows for row in part], list(Entry.objects.values_list("id", flat=True))


class Other(threading.Thread):
    """Does something on a connection of its own."""

    def __init__(self, work):
        super().__init__()
        self.work = work
        self.error = None
        self.start()

    def run(self):
        try:
            self.work()
        except Exception as error:  # noqa: BLE001  shown by `done`
            self.error = error
        finally:
            connection.close()

    def done(self):
        self.join(PATIENCE_S)
        assert not self.is_alive()
        if self.error:
            raise self.error


def test_a_writer_that_commits_late_is_neither_waited_for_nor_missed(committed, at, nothing_else_runs):
    """Its row has a lower number than rows that are sealed long before it is committed."""
    scope = committed.scope
    written, may_commit = threading.Event(), threading.Event()

    def late():
        with in_scope(scope):
            write(scope, at)
            written.set()
            assert may_commit.wait(PATIENCE_S)

    for wave in range(3):
        written.clear()
        may_commit.clear()
        writer = Other(late)
        assert written.wait(PATIENCE_S)
        write(scope, at, 5)
        began = time.monotonic()
        assert seal(scope, at=at).leaves >= 5
        assert time.monotonic() - began < 5
        assert seal(scope, at=at) is None
        may_commit.set()
        writer.done()
        if wave == 1:
            sealing.forget()  # as a process that has just started
        assert seal(scope, at=at).leaves == 1
    ours, there = listed(scope)
    assert sorted(ours) == sorted(there)
    assert ours != sorted(ours)
    assert verify(scope, at=at).finding == "sound"


def test_sealing_waits_for_no_writer_and_no_writer_for_sealing(committed, at):
    scope = committed.scope
    write(scope, at, 3)
    with in_scope(scope):
        seal(scope, at=at)
        other = Other(lambda: write(scope, at))  # while our checkpoint is not committed
        other.done()
    assert seal(scope, at=at).leaves == 1


def test_of_several_sealers_at_once_nothing_is_sealed_twice_or_forgotten(committed, at):
    scope = committed.scope
    told = threading.Event()

    def sealer():
        while not told.is_set():
            sealing.seal_all(scope, at=at)

    sealers = [Other(sealer) for _ in range(3)]
    writers = [Other(lambda: write(scope, at, 60)) for _ in range(3)]
    for writer in writers:
        writer.done()
    told.set()
    for each in sealers:
        each.done()
    seal(scope, at=at)
    ours, there = listed(scope)
    assert sorted(ours) == sorted(there)
    assert len(ours) == len(set(ours))
    found = verify(scope, at=at)
    assert (found.sound, found.finding) == (True, "sound")


def test_a_second_sealer_does_nothing_while_the_first_is_at_it(committed, at):
    scope = committed.scope
    write(scope, at, 3)
    results = []
    with in_scope(scope):
        seal(scope, at=at)
        write(scope, at)
        Other(lambda: results.append(seal(scope, at=at))).done()
    assert results == [None]


@pytest.mark.processes
def test_a_sealer_killed_at_any_moment_leaves_a_sound_ledger(committed, at):
    scope = committed.scope
    environment = {**committed.environment, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
    for wait_s in (0.05, 0.21, 0.4):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.safeguards.ledger.sealing_process", str(scope.practice_id)],
            env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            assert process.stdout.readline()
            time.sleep(wait_s)
            process.kill()
            process.wait(PATIENCE_S)
    sealing.forget()
    deadline = time.monotonic() + PATIENCE_S  # the server notices that its client is gone
    while seal(scope, at=at) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    ours, there = listed(scope)
    assert sorted(ours) == sorted(there)
    assert verify(scope, at=at).finding == "sound"


# --- the keeper


def waiting(scope):
    with in_scope(scope):
        return unsealed(scope.practice_id, rows_max=1000)


def until(holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def now():
    return datetime.now(tz=UTC)


@pytest.fixture
def keeper(committed):
    """Starts a keeper that is stopped in any case."""
    running = []

    def start(*, every_s):
        running.append(Keeper(clock=now, every_s=every_s))
        running[-1].start()
        return running[-1]

    yield start
    for each in running:
        each.stop()


def test_the_keeper_seals_what_is_written_and_a_last_time_at_the_end(committed, at, keeper):
    scope = committed.scope
    first = keeper(every_s=0.05)
    write(scope, at, 3)
    until(lambda: not waiting(scope))
    first.stop()
    second = keeper(every_s=3600)
    write(scope, at)
    assert waiting(scope)
    second.stop()
    assert not waiting(scope)


def test_the_keeper_asks_one_question_when_nothing_happens_at_all(committed, at, monkeypatch):
    """Unless another database of the same server is busy, which only costs looking."""
    monkeypatch.setattr(keeping, "_QUIET", keeping._QUIET.replace("pg_snapshot_xmin", "pg_snapshot_xmax"))
    passes = []
    monkeypatch.setattr(
        keeping, "directory", lambda: passes.append(1) or [(committed.scope.practice_id, "", "")]
    )
    write(committed.scope, at)
    keeper = Keeper(clock=now)
    for _ in range(10):
        keeper._pass()
    # The first introduced the key, which is an entry as well; the last came after all that could have written.
    assert len(passes) == 3
    assert not waiting(committed.scope)
    write(committed.scope, at)
    keeper._pass()
    assert not waiting(committed.scope)
    for _ in range(40):
        keeper._pass()
    assert len(passes) == 3 + 2 + 1  # and now and then it looks all the same


def test_the_keeper_outlives_a_lost_connection(committed, at, keeper):
    scope = committed.scope
    keeper = keeper(every_s=0.05)
    write(scope, at)
    until(lambda: not waiting(scope))
    for _ in range(3):
        with connection.cursor() as cursor:  # of its own role, so that it may
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] > 0
        write(scope, at)
        until(lambda: not waiting(scope))
    keeper.stop()
    assert verify(scope, at=at).finding == "sound"


def test_entries_wait_and_the_standing_says_why_while_the_vault_is_closed(committed, at, monkeypatch):
    from bedside.ground.errors import Fault
    from bedside.safeguards.audit import signing
    from bedside.safeguards.audit.queries import standing

    scope = committed.scope
    write(scope, at)
    seal(scope, at=at)
    keeper = Keeper(clock=now)
    with monkeypatch.context() as patch:

        def closed(_scope):
            raise Fault("provider_down", "The key service does not answer.", retry_after_s=5)

        patch.setattr(signing, "practice_keys", closed)
        write(scope, at, 2)
        keeper._pass()
        found = standing(scope, at=at)
        assert (found.unsealed, found.oldest_unsealed_at, found.trouble) == (2, at, "provider_down")
        with pytest.raises(Fault):
            verify(scope, at=at)
    keeper._pass()
    found = standing(scope, at=at)
    assert (found.unsealed, found.trouble) == (0, "")


def test_says_that_sealing_is_behind(committed, at):
    from datetime import timedelta

    from bedside.safeguards.audit.queries import standing

    write(committed.scope, at)
    assert standing(committed.scope, at=at + timedelta(seconds=30)).trouble == ""
    assert standing(committed.scope, at=at + timedelta(minutes=5)).trouble == "ledger_behind"
