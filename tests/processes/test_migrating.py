"""A migration that fails: what is told of it holds no value of any row."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bedside.config.database import told
from tests.support.installation import installation

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("failures")]

# Two practices with one sender address, as a version before the unique index could hold.
_CLASH = """
    ALTER TABLE practices_practiceprofile DROP CONSTRAINT IF EXISTS one_practice_per_sender;
    DROP INDEX IF EXISTS one_practice_per_sender;
    INSERT INTO practices_practice (id, slug, name, created_at)
        SELECT gen_random_uuid(), 'other', 'Planted Practice', now();
    INSERT INTO practices_practiceprofile
        SELECT (jsonb_populate_record(row, jsonb_build_object('practice_id', other.id))).*
        FROM practices_practiceprofile AS row, practices_practice AS other WHERE other.slug = 'other';
"""


def _that_migration_and_what_stands_on_it() -> list[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    return graph.backwards_plan(("practices", "0003_one_practice_per_sender"))


def test_tells_type_and_place_of_a_failed_migration_and_no_value(installed_home):
    from bedside.ground.postgres.target import Login, connect, embedded_target

    with installation(like=installed_home) as own:
        own.start_database()
        with connect(embedded_target(own.home), login=Login.OWNER) as connection:
            connection.execute("ALTER TABLE practices_practiceprofile NO FORCE ROW LEVEL SECURITY")
            connection.execute(_CLASH)
            for app, name in _that_migration_and_what_stands_on_it():
                connection.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name])
            connection.commit()
        done = own.bedside("migrate")
    assert done.returncode != 0
    assert "UniqueViolation at " in done.stderr
    assert "could not be brought up to date" in done.stderr
    assert "@" not in done.stderr
    assert "example" not in done.stderr
    assert "Traceback" not in done.stderr


def test_passes_on_marked_lines_only():
    raw = "DETAIL: Key (email)=(jane@example.org)\nmigrating: KeyError at a/b.py:3 run\n  File x\n"
    assert told(raw) == "migrating: KeyError at a/b.py:3 run\n"


def test_the_migrating_process_ends_with_an_error_it_tells(tmp_path):
    environ = {"BEDSIDE_HOME": str(tmp_path), "BEDSIDE_DATABASE_LOGIN": "owner"}
    done = subprocess.run(
        [sys.executable, "-m", "bedside.config.migrating"],
        env=environ, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert told(done.stderr)
