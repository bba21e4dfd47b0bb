"""Run as a process against a database of its own: prepares a rotation, or tells how far it is.

python -m tests.safeguards.vault.rotating prepare PERSONS    a practice, persons, a rotation about to rewrap
python -m tests.safeguards.vault.rotating report PRACTICE    how far it is, and whether every key opens
python -m tests.safeguards.vault.rotating later PRACTICE     a minute after the workers' death: their jobs are given back
python -m tests.safeguards.vault.rotating prepare-resealing COUNT    segments under a version that rests
python -m tests.safeguards.vault.rotating report-resealing PRACTICE  how far, and whether every one opens
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import timedelta
from uuid import UUID


def prepare(persons: int) -> dict[str, object]:
    """The minutes of waiting are behind it, so that a worker has only the rewrapping to do."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground import clock
    from bedside.ground.identity import new_id
    from bedside.ground.scope import Purpose
    from bedside.safeguards.vault.actions import make_person_keys
    from bedside.safeguards.vault.rotation import advance, rotate
    from bedside.safeguards.vault.rules import MARGIN
    from tests.conftest import make_practice

    practice_id = make_practice("maple", "Maple Street Family Practice")
    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    make_person_keys(scope, [new_id() for _ in range(persons)], at=clock.now())
    earlier = clock.now() - timedelta(hours=1)
    rotation_id = rotate(scope, at=earlier)
    for step in (1, 2):
        advance(scope, rotation_id, clock=lambda step=step: earlier + step * MARGIN)
    return {"practice_id": str(practice_id)}


def report(practice_id: UUID) -> dict[str, object]:
    """Raises Unsealable if any key does not open."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose, in_scope
    from bedside.kit.sealing.envelope import key_version
    from bedside.safeguards.vault.inventory import rotation_standing
    from bedside.safeguards.vault.models import PersonKey
    from bedside.safeguards.vault.queries import practice_keys

    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    standing = rotation_standing(scope)
    assert standing is not None
    with in_scope(scope):
        rows = [
            (str(one), bytes(wrapped))
            for one, wrapped in PersonKey.objects.values_list("person_id", "wrapped")
        ]
    practice_keys(scope).persons([one for one, _ in rows], [wrapped for _, wrapped in rows])
    versions = [key_version(wrapped) for _, wrapped in rows]
    return {
        "step": standing.step.value,
        "done": standing.done,
        "total": standing.total,
        "new": versions.count(2),
        "old": versions.count(1),
    }


def later() -> dict[str, object]:
    """As time itself would: hearts have been silent for a minute, and the look for that, once a minute, is due."""
    from django.db import connection
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
        )
        silent = cursor.rowcount
    with suppress(AlreadyEnqueued):  # it was due when they died
        app.configure_task("delivery.rescue_stalled_jobs").defer(timestamp=0)
    return {"silent": silent}


def prepare_resealing(count: int) -> dict[str, object]:
    """That many segments under version 1, which rests; sealing them anew is asked for."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground import clock
    from bedside.ground.identity import new_id
    from bedside.ground.scope import Purpose, in_scope
    from bedside.safeguards.vault.queries import practice_keys
    from bedside.safeguards.vault.resealing import reseal
    from bedside.safeguards.vault.rotation import advance, rotate
    from bedside.safeguards.vault.rules import MARGIN
    from tests.conftest import make_practice

    practice_id = make_practice("maple", "Maple Street Family Practice")
    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    now, keys = clock.now(), practice_keys(scope)
    with in_scope(scope):
        _segments(practice_id, keys, [new_id() for _ in range(count)], at=now)
    earlier = now - timedelta(hours=1)
    rotation_id = rotate(scope, at=earlier)
    for step in (1, 2, 3):
        advance(scope, rotation_id, clock=lambda step=step: earlier + step * MARGIN)
    reseal(scope, 1, at=now)
    return {"practice_id": str(practice_id)}


def _segments(practice_id: UUID, keys: object, ids: list[UUID], *, at: object) -> None:
    from bedside.decisions.segments.models import SegmentRow

    SegmentRow.objects.bulk_create(
        [
            SegmentRow(
                id=one, practice_id=practice_id, version=1, created_by="test", created_at=at, updated_at=at,
                sealed=keys.seal(one.bytes, table="segments_segment", row=str(one), column="sealed"),
            )
            for one in ids
        ],
        batch_size=1000,
    )  # fmt: skip


def report_resealing(practice_id: UUID) -> dict[str, object]:
    from bedside.decisions.segments.models import SegmentRow
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose, in_scope
    from bedside.safeguards.vault.census import sealed_under
    from bedside.safeguards.vault.queries import practice_keys
    from bedside.safeguards.vault.resealing import resealing_standing

    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    standing, keys, opens = resealing_standing(scope), practice_keys(scope), 0
    assert standing is not None
    with in_scope(scope):
        for one, sealed in SegmentRow.objects.values_list("id", "sealed"):
            plain = keys.open(bytes(sealed), table="segments_segment", row=str(one), column="sealed")
            opens += plain == one.bytes
    return {
        "done": standing.done,
        "total": standing.total,
        "left": standing.left,
        "finished": standing.finished_at is not None,
        "old": sum(sealed_under(scope, 1).values()),
        "opens": opens,
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
    import django

    django.setup()
    verb, argument = sys.argv[1:]
    verbs = {
        "prepare": lambda: prepare(int(argument)),
        "report": lambda: report(UUID(argument)),
        "later": later,
        "prepare-resealing": lambda: prepare_resealing(int(argument)),
        "report-resealing": lambda: report_resealing(UUID(argument)),
    }
    told = verbs[verb]()
    sys.stdout.write(json.dumps(told))
