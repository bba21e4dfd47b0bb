"""The nouns of clinical data: what one record of a hospital's system becomes. All of it is PHI but `doubts`.

`source_id` is the record's id in its source and, with the kind of noun and the source, says which record it is.
`updated_at` (UTC) says which of two versions is later; None if the source did not say. `status` is the source's
own word in small letters; "entered-in-error" takes a record back. `doubts` are the values that were left out.
Nothing here holds notes, free-text titles, pictures, emergency contacts, race or numbers given by the state:
what is never taken need not be protected (45 CFR 164.502(b)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.kit.clinical.values import Concept, Sex

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.kit.clinical.outcomes import Doubt
    from bedside.kit.clinical.values import (
        Code,
        HumanName,
        Identifier,
        Language,
        Link,
        Moment,
        Period,
        PostAddress,
        Reference,
        Telecom,
    )

_NOTHING = Concept()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient.

    `telecoms` stand in the order of preference, those no longer in use last. `is_deceased` is True at any sign of
    death, also an unreadable date of it. `identifiers_withheld` counts numbers that were there and not read
    (social security, passport, …). `cleared` names fields of this class that the source says to empty, which only
    HL7 v2 can say; a FHIR record says all that is known.
    """

    source_id: str
    updated_at: datetime | None = None
    is_active: bool | None = None
    identifiers: tuple[Identifier, ...] = ()
    identifiers_withheld: int = 0
    names: tuple[HumanName, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    addresses: tuple[PostAddress, ...] = ()
    birth: Moment | None = None
    sex: Sex = Sex.UNKNOWN
    is_deceased: bool | None = None
    deceased: Moment | None = None
    languages: tuple[Language, ...] = ()
    links: tuple[Link, ...] = ()
    organization: Reference | None = None
    practitioners: tuple[Reference, ...] = ()
    cleared: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


PERSON_FIELDS: Final = frozenset(
    {
        "identifiers",
        "names",
        "telecoms",
        "addresses",
        "birth",
        "sex",
        "languages",
        "organization",
        "practitioners",
    }
)
"""The fields of `Person` a caller may do without; the others say who it is, whether alive, and which is later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A meeting that took place or takes place (FHIR Encounter, HL7 PV1). `setting`: AMB, IMP, EMER, …"""

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    setting: Code | None = None
    types: tuple[Concept, ...] = ()
    reasons: tuple[Concept, ...] = ()
    period: Period | None = None
    practitioners: tuple[Reference, ...] = ()
    locations: tuple[Reference, ...] = ()
    organization: Reference | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A meeting agreed on. `people` is never empty; a group has several."""

    source_id: str
    people: tuple[Reference, ...]
    updated_at: datetime | None = None
    status: str = ""
    types: tuple[Concept, ...] = ()
    reasons: tuple[Concept, ...] = ()
    start: Moment | None = None
    end: Moment | None = None
    practitioners: tuple[Reference, ...] = ()
    locations: tuple[Reference, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A problem or diagnosis. `status`: active, resolved, …; `verification`: confirmed, refuted, …"""

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    verification: str = ""
    concept: Concept = _NOTHING
    categories: tuple[Concept, ...] = ()
    onset: Moment | None = None
    abatement: Moment | None = None
    has_abated: bool = False
    recorded: Moment | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """A medicine asked for (FHIR MedicationRequest). `reference` if the medicine is a record of its own."""

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    intent: str = ""
    concept: Concept = _NOTHING
    reference: Reference | None = None
    authored: Moment | None = None
    requester: Reference | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Immunization:
    """A vaccination. `status` "not-done" means just that."""

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    vaccine: Concept = _NOTHING
    occurred: Moment | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """Something done to or for a patient."""

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    concept: Concept = _NOTHING
    performed: Period | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Who pays for a patient. `classes` are plan and group (kind, value); member numbers are not read."""

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    type: Concept = _NOTHING
    relationship: Concept = _NOTHING
    payors: tuple[Reference, ...] = ()
    classes: tuple[tuple[str, str], ...] = ()
    period: Period | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What another system says a patient agreed to: a claim, not the agreement itself.

    `permits` is the outermost rule; None if there is none. Exceptions within it are only counted, so whoever finds
    `exceptions` above 0 must not rely on a yes.
    """

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    scope: Concept = _NOTHING
    categories: tuple[Concept, ...] = ()
    given: Moment | None = None
    permits: bool | None = None
    exceptions: int = 0
    purposes: tuple[Code, ...] = ()
    period: Period | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """A programme a patient is in; its activities and words are not read."""

    source_id: str
    person: Reference
    updated_at: datetime | None = None
    status: str = ""
    intent: str = ""
    categories: tuple[Concept, ...] = ()
    period: Period | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place of care."""

    source_id: str
    updated_at: datetime | None = None
    status: str = ""
    name: str = ""
    identifiers: tuple[Identifier, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    address: PostAddress | None = None
    organization: Reference | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Practitioner:
    """A clinician."""

    source_id: str
    updated_at: datetime | None = None
    is_active: bool | None = None
    identifiers: tuple[Identifier, ...] = ()
    identifiers_withheld: int = 0
    names: tuple[HumanName, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    doubts: tuple[Doubt, ...] = ()


Noun = (
    Person
    | Visit
    | Appointment
    | Condition
    | Medication
    | Immunization
    | Procedure
    | Coverage
    | Consent
    | CarePlan
    | Location
    | Practitioner
)
