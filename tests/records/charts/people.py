"""Patients with charts, for the tests of this room and of others."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bedside.ground.identity import new_id
from bedside.kit.terminology import System
from bedside.records.charts.rules import Entry, Kind, Status
from bedside.records.patients import actions as patients
from bedside.records.patients.rules import Patient

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope

SEEN = datetime(2026, 11, 1, 8, 30, 0, 123456, tzinfo=UTC)


def saved_people(scope: Scope, *, at: datetime, how_many: int = 1) -> list[UUID]:
    """Ids of invented people who are on record, in this order."""
    people = [
        Patient(id=new_id(), mrn=f"MS-{number}", first_name="Pia", last_name=f"Maple{number}")
        for number in range(how_many)
    ]
    patients.save_many(scope, new=people, changed=[], source="test", at=at)
    return [one.id for one in people]


def condition(**changes: object) -> Entry:
    known: dict[str, object] = {
        "kind": Kind.CONDITION,
        "source": "0193-ehr",
        "source_id": "c-1",
        "updated_at": SEEN,
        "status": Status.ACTIVE,
        "codes": ((System.ICD10CM, "E11.9"), (System.TEXT, "Zqdiabetes")),
        "day": date(2020, 2, 29),
    }
    return Entry(**{**known, **changes})  # type: ignore[arg-type]


def appointment(**changes: object) -> Entry:
    known: dict[str, object] = {
        "kind": Kind.APPOINTMENT,
        "source": "",
        "source_id": "a-1",
        "status": Status.PLANNED,
        "day": date(2026, 12, 1),
        "starts_at": datetime(2026, 12, 1, 15, 0, tzinfo=UTC),
        "provider": "Dr. Zqmaple",
        "place": "Room 3",
    }
    return Entry(**{**known, **changes})  # type: ignore[arg-type]
