"""The nouns of a patient and the pure rules about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

ADULT_AGE_YEARS = 18


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Relationship(StrEnum):
    """What somebody is to the practice; it decides whether HIPAA or consumer health law holds (MKT-24, SEN-18)."""

    PATIENT = "patient"
    PLAN_MEMBER = "plan_member"
    PROSPECT = "prospect"  # signed up for mail and never was a patient: consumer health data, not PHI
    WORKFORCE = "workforce"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Any person written to. Empty text or tuple means not known. All of it is PHI (MKT-18)."""

    id: UUID
    mrn: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    last_visit: date | None = None
    next_appointment: date | None = None
    provider: str = ""
    interests: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    medications: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    deceased: bool = False
    relationship: Relationship = Relationship.PATIENT
    part2: bool = False  # substance use records under 42 CFR Part 2 are held about this person
    custom: tuple[tuple[str, str], ...] = ()  # the practice's own fields: key and value as text, see `fields`

    def __repr__(self) -> str:
        return f"Patient({self.id})"  # never a value of the record

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    def age_on(self, day: date) -> int | None:
        """Completed years on `day`, None without a birth date. Born 29 February ages on 1 March."""
        if self.birth_date is None:
            return None
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before

    def is_minor_on(self, day: date) -> bool | None:
        """None when the birth date is not known."""
        age = self.age_on(day)
        return None if age is None else age < ADULT_AGE_YEARS

    def with_id(self, patient_id: UUID) -> Patient:
        return replace(self, id=patient_id)
