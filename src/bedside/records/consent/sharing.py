"""Whom a file of people may hold: never somebody who opted out, unless it is for compliance (CSP-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.consent.queries import AT_ONCE_MAX, opted_out
from bedside.records.patients.queries import by_ids

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope


def without_opted_out(scope: Scope, patient_ids: Sequence[UUID]) -> list[UUID]:
    """These people in the same order, but for those who opted out of all or of all promotional mail.

    Source: 15 USC 7704(a)(4)(A)(iv).
    """
    kept: list[UUID] = []
    for start in range(0, len(patient_ids), AT_ONCE_MAX):
        part = patient_ids[start : start + AT_ONCE_MAX]
        away = opted_out(scope, {patient.id: patient.email for patient in by_ids(scope, part)})
        kept += [patient_id for patient_id in part if patient_id not in away]
    return kept


def file_word(*, everybody: bool) -> str:
    """What the name of such a file says about whom it holds."""
    return "with-opted-out-for-compliance-only" if everybody else "without-opted-out"
