"""People whose permissions are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.identity import new_id
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope
from bedside.records.patients import actions as patients
from bedside.records.patients.rules import Patient
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

ADDRESS = "jane.roe@example.org"


def add_patient(scope: Scope, *, at: datetime, email: str = ADDRESS, **values: object) -> Patient:
    patient = Patient(id=new_id(), first_name="Jane", email=email, **values)
    patients.add(scope, patient, at=at)
    return patient


def as_patient(scope: Scope, patient_id: UUID) -> Scope:
    return Scope(
        practice_id=scope.practice_id,
        actor=Actor(kind=ActorKind.PATIENT, id=str(patient_id)),
        purpose=Purpose.PATIENT_REQUEST,
        rights=frozenset({Right.RECORD_CONSENT.value}),
    )
