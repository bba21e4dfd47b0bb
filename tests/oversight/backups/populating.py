"""Run as a process over a committed database: `people` fills two practices, the others change something in them."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from bedside.oversight.backups.rules import Step

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def people() -> dict[str, Any]:
    from bedside.correspondence.campaigns import actions as campaigns
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from bedside.records.intake import actions as intake
    from bedside.safeguards.audit.actions import seal
    from tests.conftest import make_practice
    from tests.correspondence.building import authorize, make_people, make_plan

    told: dict[str, Any] = {}
    for slug in ("maple", "elm"):
        practice = make_practice(slug, f"{slug} practice")
        scope = administrator_scope(practice, purpose=Purpose.OPERATIONS)
        persons = make_people(scope, 12, at=AT)
        authorize(scope, persons[0].id, at=AT)
        drafts = [campaigns.create(scope, make_plan(scope, at=AT), at=AT) for _ in range(2)]
        seal(scope, at=AT)
        upload = intake.receive(scope, name="planted.csv", pieces=[b"MRN,Last\nP-1,Marked\n"], at=AT)
        told[slug] = {
            "practice": str(practice),
            "people": [str(one.id) for one in persons],
            "campaigns": [str(one) for one in drafts],
            "import": str(upload),
        }
    return told


def erase(practice: str, person: str) -> dict[str, Any]:
    """As the compliance officer does; the keys beside the backups follow when a worker takes its job."""
    from bedside.oversight.retention.actions import erase as erase_person
    from bedside.oversight.retention.rules import ErasureReason

    erase_person(_scope(practice), UUID(person), reason=ErasureReason.PERSON_ASKED, at=AT)
    return {}


def end_imports(practice: str) -> dict[str, Any]:
    from bedside.records.intake import actions, queries

    for view in queries.imports(_scope(practice), offset=0, limit=50):
        actions.cancel(_scope(practice), view.id, at=AT)
    return {}


def hold(practice: str, person: str) -> dict[str, Any]:
    from bedside.oversight.retention.actions import place_hold
    from bedside.oversight.retention.rules import HoldCode

    place_hold(_scope(practice), UUID(person), code=HoldCode.AUDIT, reason="The auditor asked.", at=AT)
    return {}


def renew(practice: str, person: str) -> dict[str, Any]:
    """A new key in place of one that may be known, some time after the last backup."""
    from datetime import timedelta

    from bedside.ground import clock
    from bedside.safeguards.vault.persons import rotate_person

    return {"values": rotate_person(_scope(practice), UUID(person), at=clock.now() + timedelta(hours=2))}


def refresh() -> dict[str, Any]:
    from bedside.ground import clock
    from bedside.oversight.backups.actions import refresh_keys

    return {"written": refresh_keys(at=clock.now())}


def migrate(app: str, name: str) -> dict[str, Any]:
    """To the tables of another version; signed in as the owner."""
    from django.core.management import call_command

    call_command("migrate", app, name, interactive=False, verbosity=0)
    return {}


def jobs() -> dict[str, Any]:
    """Works off what a worker would."""
    import asyncio

    from procrastinate.contrib.django import app

    from bedside.config.working import _connector

    async def work() -> None:
        with app.replace_connector(_connector()):
            async with app.open_async():
                await app.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(work())
    return {}


def hang(verb: str, folder: str, stage: str) -> dict[str, Any]:
    """Makes or restores, and stops for ever when it comes to `stage`, so that it can be killed there."""
    import time
    from pathlib import Path

    from bedside.ground import clock
    from bedside.oversight.backups import actions, restoring

    def progress(now: Step) -> None:
        if now.stage == stage:
            sys.stdout.write("there\n")
            sys.stdout.flush()
            time.sleep(600)

    if verb == "make":
        actions.make(Path(folder), at=clock.now(), progress=progress)
    else:
        restoring.restore(
            Path(folder), None, by="cli:somebody", private=None, clock=clock.now, progress=progress
        )
    return {}


def _scope(practice: str) -> Any:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose

    return administrator_scope(UUID(practice), purpose=Purpose.COMPLIANCE)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
    import django

    django.setup()
    verb, *arguments = sys.argv[1:]
    print(json.dumps(globals()[verb](*arguments)))  # noqa: T201
