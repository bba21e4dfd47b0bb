"""A throw-away installation for benchmarks: own home, own database server, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from bedside.ground.scope import Scope

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
_BATCH = 1000


@contextmanager
def installation(**settings: str) -> Iterator[Path]:
    """Sets the environment of a fresh home, migrates, starts Django in this process; stops all of it at the end."""
    from bedside.ground.postgres.starting import ensure_running, stop

    home = Path(tempfile.mkdtemp(prefix="bedside-bench-"))
    home.chmod(0o711)
    for name in [name for name in os.environ if name.startswith(("BEDSIDE_", "DATABASE_"))]:
        del os.environ[name]
    os.environ.update(
        {"BEDSIDE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "bedside.config.settings", **settings}
    )
    ensure_running(home, while_pid=os.getpid())
    try:
        from bedside.config.database import migrate

        migrate()
        import django

        django.setup()
        from bedside.ground.collecting import collect_seldom

        collect_seldom()  # as every process of the product does
        yield home
    finally:
        stop(home)
        shutil.rmtree(home, ignore_errors=True)


def without_statistics(home: Path, *tables: str) -> None:
    """Keeps PostgreSQL from counting and analysing these tables, as in the first minute after an import."""
    from psycopg import sql

    from bedside.ground.postgres.target import Login, connect, database_for

    with connect(database_for({}, home), login=Login.OWNER) as connection:
        for table in tables:
            off = sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = false)").format(sql.Identifier(table))
            connection.execute(off)


def practice() -> Scope:
    """A practice; gives the scope of this machine's administrator in it."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.identity import new_id
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.actions import create_practice
    from bedside.safeguards.practices.rules import Profile, Specialty

    practice_id = new_id()
    scope = administrator_scope(practice_id, purpose=Purpose.OPERATIONS)
    profile = Profile(
        practice_id=practice_id,
        name="Maple Street Family Practice",
        sender_name="Maple Street Family Practice",
        sender_address="hello@maple.example",
        reply_address="",
        postal_address="1 Maple Street, Springfield, KS 66000",
        phone="555-0100",
        website="",
        time_zone="America/Chicago",
        specialty=Specialty.PRIMARY_CARE,
        idle_minutes=60,
        second_factor_required=False,
        opt_in_required=True,
    )
    create_practice(scope, profile, slug="maple", at=AT)
    return scope


def member(scope: Scope, roles: list[str]) -> UUID:
    """An account with these roles."""
    from bedside.safeguards.staff.actions import add_member

    return add_member(
        scope,
        email="omar@maple.example",
        name="Omar",
        roles=roles,
        password="correct horse battery maple",
        at=AT,
    )


def answer_questions(scope: Scope, campaign_id: UUID) -> None:
    """Whoever answers for the practice lets the campaign go without whatever is open of the seventeen questions."""
    from bedside.correspondence.campaigns import actions
    from bedside.correspondence.campaigns.queries import readiness
    from bedside.ground import clock
    from bedside.ground.scope import Actor, ActorKind
    from bedside.safeguards.staff.rules import rights_of

    officer = replace(
        scope, actor=Actor(kind=ActorKind.STAFF, id="officer"), rights=rights_of(["compliance_officer"])
    )
    for answer in readiness(officer, campaign_id, at=clock.now()).blocking:
        actions.waive(
            officer,
            campaign_id,
            answer.question,
            mark=answer.mark.hex(),
            words="A benchmark.",
            at=clock.now(),
        )


def patients(scope: Scope, count: int) -> list[UUID]:
    """Saves invented patients, all with an address. Gives their ids."""
    from bedside.ground.identity import new_id
    from bedside.records.patients.actions import save_many
    from bedside.records.patients.rules import Patient, Sex

    ids: list[UUID] = []
    towns = ("Fairhaven", "Larkspur", "Stony Creek", "New Aurora")
    for start in range(0, count, _BATCH):
        batch = [
            Patient(
                id=new_id(),
                mrn=f"MS-{number}",
                first_name=("Alice", "Bruno", "Carmen", "Dmitri", "Elena")[number % 5],
                last_name=f"Hartwell{number % 997}",
                birth_date=date(1930 + number % 90, 1 + number % 12, 1 + number % 28),
                sex=(Sex.FEMALE, Sex.MALE)[number % 2],
                email=f"patient{number}@example.org",
                city=towns[number % 4],
                state="KS",
                postal_code=f"669{number % 100:02d}",
                last_visit=date(2024 + number % 3, 1 + number % 12, 1 + number % 28),
                provider="Dr. Priya Raman",
                interests=("nutrition", "sleep")[: number % 3],
                conditions=("asthma", "hypertension")[: number % 3],
                language="en",
            )
            for number in range(start, min(start + _BATCH, count))
        ]
        save_many(scope, new=batch, changed=[], source="bench", at=AT)
        ids += [patient.id for patient in batch]
    return ids


def cpu_s(pid: int) -> float:
    """Processor time of a process and of its children, also of those that have ended."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):
            spent = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if int(folder.name) == pid:
                ticks += sum(map(int, spent[11:15]))
            elif int(spent[1]) == pid:
                ticks += int(spent[11]) + int(spent[12])
    return ticks / os.sysconf("SC_CLK_TCK")
