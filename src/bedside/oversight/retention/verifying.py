"""Trying to find an erased person again, before anything is certified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import forgetting as campaigns
from bedside.decisions.segments.queries import finds
from bedside.kit.sealing import Unsealable
from bedside.oversight.retention.rules import Check
from bedside.records.consent.queries import suppressed_addresses
from bedside.records.consent.rules import SuppressionScope
from bedside.records.patients import queries as patients
from bedside.safeguards.vault.queries import person_keys, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient


class NotErased(AssertionError):
    """A check found what should be gone: a bug. The erasure is undone with its transaction and nothing certified."""


def verify_erased(scope: Scope, patient: Patient, *, sealed: bytes, version: int) -> tuple[Check, ...]:
    """Makes every check; `sealed` is the record as it was stored, in its `version`.

    Raises NotErased naming the first check that failed.
    """
    made = []
    for check, passed in _checks(scope, patient, sealed, version):
        if not passed:
            raise NotErased(check.value)
        made.append(check)
    return tuple(made)


def _checks(scope: Scope, patient: Patient, sealed: bytes, version: int) -> Iterator[tuple[Check, bool]]:
    yield Check.NO_KEY, not person_keys(scope, [patient.id])
    yield Check.RECORD_REFUSED, not _opens(scope, patient, sealed, version)
    yield Check.NOT_FOUND, not _is_found(scope, patient)
    yield Check.COLUMNS_SILENT, not finds(scope, patient.id)
    yield Check.CAMPAIGNS_SILENT, campaigns.traces(scope, patient.id)[1] == 0
    if patient.email:
        yield Check.ADDRESS_KEPT_AWAY, _is_kept_away(scope, patient)


def _opens(scope: Scope, patient: Patient, sealed: bytes, version: int) -> bool:
    """Under the practice's keys, the only ones there are left for this person."""
    keys = practice_keys(scope)
    try:
        keys.open(sealed, table="patients_patient", row=str(patient.id), column="sealed", version=version)
    except Unsealable:
        return False
    return True


def _is_found(scope: Scope, patient: Patient) -> bool:
    by_address = patients.ids_by_address(scope, patient.email) if patient.email else []
    by_number = patients.ids_by_mrn(scope, [patient.mrn]).values() if patient.mrn else []
    return bool(patients.by_ids(scope, [patient.id])) or patient.id in {*by_address, *by_number}


def _is_kept_away(scope: Scope, patient: Patient) -> bool:
    found = suppressed_addresses(scope, {patient.id: patient.email}).get(patient.id)
    return found is not None and found.scope is SuppressionScope.EVERYTHING
