"""The embedded server takes its share of the machine, no more, and what the administrator says."""

from __future__ import annotations

import os

import psycopg
import pytest

from bedside.ground.errors import Refusal
from bedside.ground.postgres import Login, ensure_running
from bedside.ground.postgres.sizing import SETTING, machine_memory_bytes, memory_settings
from tests.ground.postgres.clusters import leave_nothing, new_home

MB, GB = 1 << 20, 1 << 30


@pytest.mark.parametrize(
    ("memory", "disk", "shared", "log"),
    [
        (256 * MB, 5 * GB, "128MB", "1024MB"),
        (2 * GB, 40 * GB, "512MB", "2048MB"),
        (64 * GB, 2000 * GB, "4096MB", "8192MB"),
    ],
    ids=["a small container", "a small server", "a large server"],
)
def test_takes_a_quarter_within_bounds(memory: int, disk: int, shared: str, log: str) -> None:
    found = memory_settings(memory_bytes=memory, free_disk_bytes=disk, environ={})
    assert (found["shared_buffers"], found["max_wal_size"]) == (shared, log)


def test_takes_what_the_administrator_says() -> None:
    found = memory_settings(memory_bytes=64 * GB, free_disk_bytes=0, environ={SETTING: "20000"})
    assert found["shared_buffers"] == "20000MB"


@pytest.mark.parametrize("text", ["a lot", "-1", "12", "1.5", "٣٠٠", "99999999999"])
def test_refuses_what_is_no_number_of_megabytes(text: str) -> None:
    with pytest.raises(Refusal, match=SETTING):
        memory_settings(memory_bytes=GB, free_disk_bytes=GB, environ={SETTING: text})


def test_knows_what_the_machine_has() -> None:
    assert 64 * MB < machine_memory_bytes() < 1 << 50


@pytest.mark.processes
def test_the_server_starts_with_it() -> None:
    home = new_home()
    try:
        target = ensure_running(home, environ={**os.environ, SETTING: "160"}, while_pid=os.getpid())
        with psycopg.connect(**target.parameters(Login.APP)) as connection:
            assert connection.execute("SHOW shared_buffers").fetchone() == ("160MB",)
            assert connection.execute("SHOW jit").fetchone() == ("off",)
    finally:
        leave_nothing(home)
