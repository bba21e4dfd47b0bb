"""What an act says beyond yes and no: codes, days and numbers, never free text, for it is stored in clear."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.records.consent.rules.nouns import Category

PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
MONTHLY_MAX = 31
_MARK = re.compile(r"[0-9a-f]{16}\Z")


class Sensitivity(StrEnum):
    """What a message or a record may reveal, beyond that somebody is a patient (SEN-01)."""

    SUBSTANCE_USE = "substance_use"  # 42 CFR Part 2
    MENTAL_HEALTH = "mental_health"
    REPRODUCTIVE = "reproductive"
    GENDER_AFFIRMING = "gender_affirming"
    HIV_STI = "hiv_sti"
    GENETIC = "genetic"
    MINOR_CONSENTED = "minor_consented"
    DOMESTIC_VIOLENCE = "domestic_violence"


class StateProfile(StrEnum):
    """The form that an authorization takes: the federal one, or with what a state asks for besides."""

    FEDERAL = "federal"
    CALIFORNIA = "california"  # Cal. Civ. Code 56.11 (AUT-23)
    WASHINGTON = "washington"  # RCW 19.373.070, and Nevada SB 370 (AUT-24)


class Way(StrEnum):
    """How somebody asked to be reached instead (45 CFR 164.522(b)); they need not say why."""

    OTHER_EMAIL = "other_email"
    PORTAL = "portal"
    PHONE = "phone"
    LETTER = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The particulars of one act; each kind uses a few of them and leaves the others as they are.

    `document_id` is the signed document (`records.authorizations`); `purposes` are codes that it names; `until` is
    the last day on which the act counts; `mark` is `links.address_mark` of an address as 16 hex digits.
    """

    document_id: UUID | None = None
    purposes: tuple[str, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    profile: StateProfile = StateProfile.FEDERAL
    until: date | None = None
    monthly_max: int | None = None
    categories: tuple[Category, ...] = ()  # of a restriction; empty means all mail
    way: Way | None = None
    mark: str = ""
    care_only: bool = (
        False  # a Part 2 consent for treatment, payment and operations: never marketing (SEN-04)
    )

    def stored(self) -> dict[str, Any]:
        """As JSON, without what was left as it is. Raises Refusal for what is no code, day or number."""
        _check(self)
        plain: dict[str, Any] = {
            "document": str(self.document_id) if self.document_id else None,
            "purposes": list(self.purposes),
            "sensitivities": [one.value for one in self.sensitivities],
            "profile": self.profile.value if self.profile is not StateProfile.FEDERAL else None,
            "until": self.until.isoformat() if self.until else None,
            "monthly": self.monthly_max,
            "categories": [one.value for one in self.categories],
            "way": self.way.value if self.way else None,
            "mark": self.mark,
            "care_only": self.care_only,
        }
        return {name: value for name, value in plain.items() if value or (value == 0 and value is not False)}


def read_purposes(plain: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(plain.get("purposes", ()))


def read_sensitivities(plain: Mapping[str, Any]) -> tuple[Sensitivity, ...]:
    return tuple(Sensitivity(one) for one in plain.get("sensitivities", ()))


def read_until(plain: Mapping[str, Any]) -> date | None:
    text = plain.get("until")
    return date.fromisoformat(text) if text else None


def read_document(plain: Mapping[str, Any]) -> UUID | None:
    text = plain.get("document")
    return UUID(text) if text else None


def _check(terms: Terms) -> None:
    if any(not PURPOSE.match(purpose) for purpose in terms.purposes):
        raise Refusal("purpose", "Choose the purposes from the list.")
    if terms.monthly_max is not None and not 0 <= terms.monthly_max <= MONTHLY_MAX:
        raise Refusal("monthly_max", f"Choose how often as a number from 0 to {MONTHLY_MAX} a month.")
    if terms.mark and not _MARK.match(terms.mark):
        raise Refusal("mark", "The address could not be marked; try again.")
