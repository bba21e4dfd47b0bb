"""At which address a person is reached: the one on record, or the one they asked us to use instead.

The only place that decides it, for every class of message (45 CFR 164.522(b), RGT-12).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.records.consent.elsewhere import other_addresses
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.consent.rules import PersonPermissions
    from bedside.records.patients.rules import Patient


def reached_at(scope: Scope, patients: Sequence[Patient]) -> list[Patient]:
    """The same people in the same order, each with the address that counts; empty where it cannot be read."""
    return with_addresses(scope, patients, permissions_of(scope, [patient.id for patient in patients]))


def with_addresses(
    scope: Scope, patients: Sequence[Patient], held: Mapping[UUID, PersonPermissions]
) -> list[Patient]:
    """As `reached_at`, with permissions that the caller has read."""
    moved = [patient.id for patient in patients if held[patient.id].other_way is Way.OTHER_EMAIL]
    if not moved:
        return list(patients)
    others = other_addresses(scope, moved)
    apart = frozenset(moved)
    return [
        replace(patient, email=others.get(patient.id, "")) if patient.id in apart else patient
        for patient in patients
    ]
