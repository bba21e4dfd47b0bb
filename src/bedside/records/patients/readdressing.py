"""What follows when a person's address is changed: the old one is told, the new one is asked to confirm (CON-19).

Where the practice sends nothing personal to an address that is not proven, or the person's old one was proven. Until
the new one is, its mark is not the proven one, and the gate holds what is personal (CON-18).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.identity import new_id
from bedside.records.consent.owing import owe_letter
from bedside.records.consent.proving import owe_confirmation
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import LetterKind
from bedside.records.patients.queries import by_ids
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class Readdressed:
    """Somebody before and after; the same address written otherwise is none."""

    before: Patient
    after: Patient


def before_change(scope: Scope, moved: Sequence[UUID], wanted: Mapping[UUID, Patient]) -> list[Readdressed]:
    """Those of `moved` who are to hear of it, read before their records are replaced."""
    if not moved:
        return []
    held = by_ids(scope, moved)
    if not profile(scope).address_proof_required:
        proven = permissions_of(scope, moved)
        held = [patient for patient in held if proven[patient.id].proven_mark]
    return [Readdressed(before=patient, after=wanted[patient.id]) for patient in held]


def tell(scope: Scope, changes: Iterable[Readdressed], *, at: datetime) -> None:
    """Owes the letters, after the new records are stored. Nothing for the dead."""
    for one in changes:
        before, after = one.before, one.after
        if after.deceased:
            continue
        if before.email:
            owe_letter(
                scope, LetterKind.ADDRESS_CHANGED, patient_id=after.id, address=before.email, about=new_id(),
                language=after.language, at=at,
            )  # fmt: skip
        if after.email:
            owe_confirmation(scope, after.id, after.email, language=after.language, at=at)


def ask_new(scope: Scope, patient: Patient, *, at: datetime) -> None:
    """Somebody new with an address, in a practice that asks for proof of each."""
    if patient.email and not patient.deceased and profile(scope).address_proof_required:
        owe_confirmation(scope, patient.id, patient.email, language=patient.language, at=at)
