"""Whole processes: killed in mid-import, two at once, a database that goes away. Nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.records.intake.import_files import many
from tests.support.serving import run_command
from tests.support.warm import warm

SOURCE = Path(__file__).resolve().parents[3] / "src"
ROWS = 5000
pytestmark = pytest.mark.processes
PRACTICE = [
    "--name", "Maple Street", "--sender-address", "hello@maple.example", "--postal-address",
    "1 Maple Street, Springfield, KS 66000", "--time-zone", "America/Chicago", "--specialty", "primary_care",
]  # fmt: skip
# What a test asks the database, through the product's own queries.
STATE = """
import django; django.setup()
from bedside.doors.cli.shared import administrator_scope
from bedside.ground.scope import Purpose
from bedside.records.patients import queries
from bedside.safeguards.practices.queries import directory
scope = administrator_scope(directory()[0][0], purpose=Purpose.OPERATIONS)
found, after = [], None
while batch := queries.page(scope, after=after, limit=2000):
    found += [patient.mrn for patient in batch]
    after = batch[-1].id
print(len(found), len(set(found)))
"""


def start(environ, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "bedside.config.entry", *arguments],
        env={**environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def command(environ, *arguments):
    done = run_command(environ, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def patients(environ):
    done = warm().run(script=STATE, environ={**environ, "DJANGO_SETTINGS_MODULE": "bedside.config.settings"})
    assert done.returncode == 0, done.stderr
    total, different = done.stdout.split()
    return int(total), int(different)


def newest(environ):
    rows = command(environ, "imports", "list")["rows"]
    return rows[0] if rows else None


def _connect(environ, name, login):
    from dataclasses import replace

    from bedside.ground.postgres.target import Login, connect, embedded_target

    target = replace(embedded_target(Path(environ["BEDSIDE_HOME"])), name=name)
    return connect(target, login=Login(login))


def wait_for_rows(environ, count):
    """Looks every few milliseconds: an import of thousands of rows takes seconds only."""
    ends_at = time.monotonic() + 60
    with _connect(environ, environ["BEDSIDE_DATABASE_NAME"], "owner") as connection:
        practice = connection.execute("SELECT id::text FROM practices_practice").fetchone()[0]
        connection.execute("SELECT set_config('bedside.practice', %s, false)", [practice])
        connection.commit()
        while time.monotonic() < ends_at:
            found = connection.execute("SELECT id::text, rows_new FROM intake_import").fetchone()
            connection.commit()
            if found is not None and found[1] >= count:
                return found[0]
            time.sleep(0.01)
    pytest.fail("the import did not get going")


ORIGIN = ("--from", "own_system", "--method", "registration", "--collected-by", "2026-11-01")


@pytest.fixture
def maple(own_database, tmp_path):
    command(own_database, "practice", "create", "maple", *PRACTICE)
    file = tmp_path / "patients.csv"
    file.write_bytes(many(ROWS))
    return own_database, file


def test_resumes_after_a_kill_without_losing_or_doubling_anybody(maple):
    environ, file = maple
    process = start(environ, "import", str(file), *ORIGIN)
    import_id = wait_for_rows(environ, 1000)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    after = newest(environ)
    assert after["state"] == "running"
    assert 1000 <= after["new"] < ROWS, "it was done before it could be killed; give it more rows"
    assert patients(environ) == (after["new"], after["new"])

    refused = start(environ, "imports", "resume", import_id)
    assert "is running" in refused.communicate(timeout=60)[1]
    # Whoever holds the job resumes at once; a person has to wait until the worker is surely gone.
    program = (
        "import django; django.setup()\n"
        "from bedside.records.intake.jobs import run\n"
        "from bedside.safeguards.practices.queries import directory\n"
        f"run.func(str(directory()[0][0]), {import_id!r})\n"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        env={**environ, "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "bedside.config.settings"},
        timeout=120,
        check=True,
    )
    done = newest(environ)
    assert (done["state"], done["new"], done["rejected"]) == ("finished", ROWS, 0)
    assert patients(environ) == (ROWS, ROWS)


def test_two_imports_of_the_same_people_at_once_add_each_once(maple):
    environ, file = maple
    both = [start(environ, "import", str(file), *ORIGIN, "--json") for _ in range(2)]
    results = []
    for process in both:
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        results.append(json.loads(out))
    assert sum(result["new"] for result in results) == ROWS
    assert all(result["new"] + result["changed"] + result["unchanged"] == ROWS for result in results)
    assert patients(environ) == (ROWS, ROWS)


def test_lost_database_stops_between_batches_and_the_import_goes_on(maple):
    environ, file = maple
    process = start(environ, "import", str(file), *ORIGIN)
    wait_for_rows(environ, 1000)
    _end_connections(environ)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "database does not answer" in err
    stopped = newest(environ)
    assert 1000 <= stopped["new"] < ROWS
    assert patients(environ) == (stopped["new"], stopped["new"])
    again = command(environ, "import", str(file), *ORIGIN)
    assert (again["new"], again["unchanged"]) == (ROWS - stopped["new"], stopped["new"])
    assert patients(environ) == (ROWS, ROWS)


def _end_connections(environ):
    """As a restart of the database does to a client: its connections are gone in the middle of whatever it did."""
    name = environ["BEDSIDE_DATABASE_NAME"]
    with _connect(environ, name, "app") as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
            [name],
        ).fetchone()
    assert ended[0] >= 1
