"""Whose sign-up it is: somebody on record, if there is no doubt, otherwise somebody new.

A record is never overwritten by what came from outside. A mailbox may be shared, so one person's word is never put
on the record of another who has the same address and another name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bedside.ground.identity import new_id
from bedside.records.patients import queries as patients
from bedside.records.patients.actions import add
from bedside.records.patients.queries import mrn_key
from bedside.records.patients.rules import Patient, Relationship

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

CANDIDATES_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody as they were given to us; empty where nothing is known."""

    email: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    mrn: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    state: str = field(default="", repr=False)
    language: str = ""
    birth_date: date | None = field(default=None, repr=False)
    interests: tuple[str, ...] = field(default=(), repr=False)
    relationship: Relationship = Relationship.PROSPECT


def is_known(scope: Scope, email: str) -> bool:
    return bool(patients.ids_by_address(scope, email))


def match_or_add(scope: Scope, newcomer: Newcomer, *, at: datetime) -> tuple[UUID, bool]:
    """The person's id, and whether they are new. To be called in the caller's transaction. Raises NotAllowed."""
    found = _match(scope, newcomer)
    if found is not None:
        return found, False
    patient = Patient(
        id=new_id(),
        email=newcomer.email,
        first_name=newcomer.first_name,
        last_name=newcomer.last_name,
        mrn=newcomer.mrn,
        phone=newcomer.phone,
        state=newcomer.state,
        language=newcomer.language,
        birth_date=newcomer.birth_date,
        interests=newcomer.interests,
        relationship=newcomer.relationship,
    )
    add(scope, patient, at=at)
    return patient.id, True


def _match(scope: Scope, newcomer: Newcomer) -> UUID | None:
    if newcomer.mrn:
        by_number = patients.ids_by_mrn(scope, [newcomer.mrn]).get(newcomer.mrn)
        if by_number is not None:
            return by_number
    ids = patients.ids_by_address(scope, newcomer.email)[:CANDIDATES_MAX]
    candidates = [one for one in patients.by_ids(scope, ids) if _agrees(one, newcomer)]
    if len(candidates) > 1:
        candidates = [one for one in candidates if _names(one) == _names(newcomer)]
    return candidates[0].id if len(candidates) == 1 else None


def _agrees(held: Patient, newcomer: Newcomer) -> bool:
    """False if a name, record number or day of birth that both have differs."""
    if held.mrn and newcomer.mrn and mrn_key(held.mrn) != mrn_key(newcomer.mrn):
        return False
    if held.birth_date and newcomer.birth_date and held.birth_date != newcomer.birth_date:
        return False
    pairs = zip(_names(held), _names(newcomer), strict=True)
    return all(not one or not other or one == other for one, other in pairs)


def _names(one: Patient | Newcomer) -> tuple[str, str]:
    return one.first_name.strip().casefold(), one.last_name.strip().casefold()
