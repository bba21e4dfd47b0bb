"""What the office sees when the ground gives way: one sentence, nothing half-done, and it goes on afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.installation import Installation, installation
from tests.support.serving import door, free_port

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("failures")]

ORIGIN = ("--from", "own_system", "--method", "registration", "--collected-by", "2026-11-01")
ROWS = "MRN,First,Last,Email\r\n" + "".join(
    f"MS-{number},Pia,Hartwell,pia{number * 7}@example.org\r\n" for number in range(3000)
)


@pytest.fixture
def own(installed_home):
    """Maple Street, migrated and running."""
    with installation(like=installed_home) as its:
        its.start_database()
        yield its


@pytest.fixture(scope="module")
def keyless(installed_home):
    """One without its root key, for all that only look: refusing to start changes nothing."""
    with installation(like=installed_home) as its:
        its.start_database()
        (its.home / "root.key").rename(its.home / "elsewhere.key")
        yield its


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait_for(condition, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.2)


def test_says_in_one_sentence_that_the_database_is_away_and_goes_on_when_it_is_back(own, tmp_path):
    port = free_port()
    environ = {**own.environ, "BEDSIDE_WEB_URL": f"http://127.0.0.1:{port}"}
    with door("web", port, environ, tmp_path / "web.log"):
        page = f"http://127.0.0.1:{port}/account/login/"
        assert fetch(page)[0] == 200
        own.stop_database()
        status, body = fetch(page)
        assert status == 503
        assert "The database does not answer, so nothing was changed" in body
        assert "Traceback" not in body
        own.start_database()
        wait_for(lambda: fetch(page)[0] == 200)


def test_keeps_the_worker_through_an_outage_of_the_database(own, tmp_path):
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "bedside.config.entry", "worker"], env=own.environ, stdout=log, stderr=log
        )
    try:
        time.sleep(2)
        own.stop_database()
        time.sleep(2)
        assert worker.poll() is None
        own.start_database()
        job = _leave_a_job(own)
        wait_for(lambda: _state_of(own, job) not in {"todo", "doing"}, seconds=60)
        assert _state_of(own, job) in {"succeeded", ""}
    finally:
        worker.terminate()
        try:
            worker.wait(90)
        finally:
            worker.kill()
            worker.wait()
    assert worker.returncode == 0


def _leave_a_job(own: Installation) -> int:
    """The worker may be back already and have done it by the time this gives its id."""
    code = (
        "import django; django.setup()\n"
        "from bedside.ground.jobs import enqueue\n"
        "from bedside.safeguards.practices.queries import directory\n"
        "print(enqueue('segments.refresh', practice_id=directory()[0][0]))\n"
    )
    environ = {**own.environ, "DJANGO_SETTINGS_MODULE": "bedside.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, timeout=60, capture_output=True, text=True
    )
    return int(done.stdout)


def _state_of(own: Installation, job: int) -> str:
    """Empty when the queue has forgotten it, as it does with what succeeded."""
    from bedside.ground.postgres.target import Login, connect, embedded_target

    with connect(embedded_target(own.home), login=Login.APP) as connection:
        found = connection.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job]).fetchone()
        return str(found[0]) if found else ""


@pytest.mark.parametrize("verb", [("practice", "list"), ("worker",), ("web",), ("pickup",), ("migrate",)])
def test_refuses_to_start_without_its_root_key(keyless, verb):
    done = keyless.bedside(*verb)
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        "The root key file is missing, so nothing can be opened; put root.key back from your safe copy."
    )
    assert "Traceback" not in done.stderr
    assert not (keyless.home / "root.key").exists()


def test_refuses_a_root_key_that_others_may_read(own):
    (own.home / "root.key").chmod(0o644)
    done = own.bedside("practice", "list")
    assert done.returncode == 1
    assert "chmod 600 root.key" in done.stderr


def test_refuses_another_root_key_than_the_one_the_data_was_sealed_with(own, tmp_path):
    (own.home / "root.key").write_bytes(bytes(32))
    file = tmp_path / "patients.csv"
    file.write_text(ROWS[:200])
    done = own.bedside("import", str(file), *ORIGIN)
    assert done.returncode == 1
    assert "put back the two that belong together" in done.stderr


def test_starts_twice_at_once_from_nothing():
    with installation() as own:
        with ThreadPoolExecutor(3) as pool:
            runs = list(pool.map(lambda _: own.bedside("migrate"), range(3)))
        assert [run.returncode for run in runs] == [0, 0, 0], [run.stderr for run in runs]
        assert (own.home / "root.key").stat().st_mode & 0o777 == 0o600
        own.make_practice()
        assert "maple" in own.bedside("practice", "list").stdout


def test_refuses_a_wrong_setting_by_its_name(own):
    own.environ["BEDSIDE_RELAY_PORT"] = "ninety"
    done = own.bedside("practice", "list")
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == "bedside: The setting BEDSIDE_RELAY_PORT must be a whole number from 1 to 65535."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a small disk")
def test_says_that_the_disk_is_full_and_finishes_the_import_when_there_is_room(installed_home, tmp_path):
    # Not below pytest's own folder, which the database's user may not enter.
    disk = Path(tempfile.mkdtemp(prefix="bedside-disk-"))
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(disk)], check=False)
    if made.returncode != 0:
        pytest.skip("this machine does not let a test make a small disk")
    try:
        with installation(disk / "home", like=installed_home) as own:
            _run_out_of_room(own, disk, tmp_path / "patients.csv")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()


def _run_out_of_room(own: Installation, disk: Path, file: Path) -> None:
    own.start_database()
    file.write_text(ROWS)
    filler = disk / "filler"
    _fill(disk, filler, leave_bytes=1_500_000)
    full = own.bedside("import", str(file), *ORIGIN)
    assert full.returncode in {1, 3}
    assert full.stderr.strip().count("\n") <= 3
    assert "Traceback" not in full.stderr
    filler.unlink()
    own.start_database()
    again = own.bedside("import", str(file), *ORIGIN, "--json")
    assert again.returncode == 0, again.stderr
    assert own.bedside("patients", "count", "--json").stdout.count("3000") == 1


def _fill(disk: Path, filler: Path, *, leave_bytes: int) -> None:
    free = os.statvfs(disk)
    room = free.f_bavail * free.f_frsize - leave_bytes
    with filler.open("wb") as out:
        out.write(bytes(max(0, room)))
