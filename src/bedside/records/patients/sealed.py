"""Patient to sealed bytes and back: one JSON text under the person's own key."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from bedside.kit.sealing import Place
from bedside.records.patients.rules import Patient, Sex

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.kit.sealing import Sealer

_LISTS = ("interests", "conditions", "medications", "tags")
_DATES = ("birth_date", "last_visit", "next_appointment")
_NAMES = tuple(field.name for field in fields(Patient) if field.name != "id")


def seal_patient(patient: Patient, *, sealer: Sealer, practice_id: UUID, version: int) -> bytes:
    known = {name: value for name in _NAMES if (value := getattr(patient, name))}
    return sealer.seal(orjson.dumps(known), place=_place(patient.id, practice_id, version))


def open_patient(
    sealed: bytes, *, patient_id: UUID, sealer: Sealer, practice_id: UUID, version: int
) -> Patient:
    """Raises Unsealable if the record was changed, swapped or rolled back."""
    known: dict[str, Any] = orjson.loads(sealer.open(sealed, place=_place(patient_id, practice_id, version)))
    for name in _LISTS:
        if name in known:
            known[name] = tuple(known[name])
    for name in _DATES:
        if name in known:
            known[name] = date.fromisoformat(known[name])
    if "sex" in known:
        known["sex"] = Sex(known["sex"])
    return Patient(id=patient_id, **known)


def _place(patient_id: UUID, practice_id: UUID, version: int) -> Place:
    return Place(
        practice=str(practice_id),
        table="patients_patient",
        row=str(patient_id),
        column="sealed",
        version=version,
    )
