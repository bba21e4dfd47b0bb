"""In a restored database there are no jobs, but what was under way must not stand still for ever."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from bedside.safeguards.vault.destroying import ask, release
from bedside.safeguards.vault.resuming import resume
from bedside.safeguards.vault.rotation import rotate


def _jobs() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, coalesce(args->>'rotation_id', args->>'request_id') FROM procrastinate_jobs "
            "WHERE task_name LIKE 'vault.%%' ORDER BY 1"
        )
        return cursor.fetchall()


def test_goes_on_with_rotations_and_released_destructions(scope_of, at):
    omar, chloe = scope_of("omar"), scope_of("chloe")
    rotation_id, request_id = rotate(omar, at=at), ask(omar, None, at=at)
    release(chloe, request_id, at=at + timedelta(hours=1))
    wanted = [("vault.destroy", str(request_id)), ("vault.rotate", str(rotation_id))]
    assert _jobs() == wanted
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert resume(omar) == 2
    assert _jobs() == wanted


def test_leaves_alone_what_nobody_has_released(scope_of, at):
    omar = scope_of("omar")
    ask(omar, None, at=at)
    assert resume(omar) == 0
    assert _jobs() == []
