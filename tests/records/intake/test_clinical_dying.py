"""Whole processes reading a hospital's file: killed in the middle, and two at once. Nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.records.intake.clinical_files import archive, ndjson, patient, visit
from tests.records.intake.test_import_dying import (
    ORIGIN,
    PRACTICE,
    SOURCE,
    command,
    newest,
    patients,
    start,
    wait_for_rows,
)

pytestmark = pytest.mark.processes
PEOPLE, VISITS = 6_000, 12_000


@pytest.fixture
def maple(own_database, tmp_path):
    command(own_database, "practice", "create", "maple", *PRACTICE)
    command(own_database, "sources", "add", "Hospital")
    file = tmp_path / "export.zip"
    people = (patient(number) for number in range(PEOPLE))
    visits = (visit(number, person=f"p{number % PEOPLE}") for number in range(VISITS))
    file.write_bytes(archive(Encounter__ndjson=ndjson(*visits), Patient__ndjson=ndjson(*people)))
    return own_database, file


def resume(environ, import_id):
    """As the worker that holds the job does, at once."""
    program = (
        "import django; django.setup()\n"
        "from bedside.records.intake.jobs import run\n"
        "from bedside.safeguards.practices.queries import directory\n"
        f"run.func(str(directory()[0][0]), {import_id!r})\n"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        env={**environ, "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "bedside.config.settings"},
        timeout=300,
        check=True,
    )


def test_goes_on_after_a_kill_without_losing_or_doubling_anything(maple):
    environ, file = maple
    process = start(environ, "import", str(file), "--source", "Hospital", *ORIGIN)
    import_id = wait_for_rows(environ, 2_000)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    stopped = newest(environ)
    assert stopped["state"] == "running"
    assert 2_000 <= stopped["new"] < PEOPLE + VISITS, "it was done before it could be killed; give it more"
    resume(environ, import_id)
    done = newest(environ)
    assert (done["state"], done["new"], done["rejected"]) == ("finished", PEOPLE + VISITS, 0)
    assert patients(environ) == (PEOPLE, PEOPLE)
    again = command(environ, "import", str(file), "--source", "Hospital", *ORIGIN)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, PEOPLE + VISITS)


def test_two_imports_of_the_same_file_at_once_store_everything_once(maple):
    environ, file = maple
    both = [start(environ, "import", str(file), "--source", "Hospital", *ORIGIN, "--json") for _ in range(2)]
    results = []
    for process in both:
        out, err = process.communicate(timeout=400)
        assert process.returncode == 0, err
        results.append(json.loads(out))
    assert sum(result["new"] for result in results) == PEOPLE + VISITS
    assert all(result["changed"] == result["rejected"] == 0 for result in results)
    assert patients(environ) == (PEOPLE, PEOPLE)
