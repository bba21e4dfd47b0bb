"""What a practice keeps of the records that other systems send: a closed list, narrow until somebody widens it.

A hospital's system sends far more than a practice needs to write to its patients. What is not kept is not read where
that can be avoided, is never stored, and is only counted (45 CFR 164.502(b)).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.kit.clinical import PERSON_FIELDS
from bedside.kit.terminology import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Item(StrEnum):
    """What can be kept or not. The values stand in the database for ever."""

    CONTACT = "contact"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    LANGUAGE = "language"
    VISITS = "visits"
    APPOINTMENTS = "appointments"
    CONDITIONS = "conditions"
    MEDICATIONS = "medications"
    IMMUNIZATIONS = "immunizations"
    PROCEDURES = "procedures"
    COVERAGE = "coverage"
    PROGRAMMES = "programmes"
    SUBSTANCE_USE = "special:substance_use"
    MENTAL_HEALTH = "special:mental_health"
    HIV = "special:hiv"
    SEXUAL_HEALTH = "special:sexual_health"
    REPRODUCTIVE = "special:reproductive"
    GENDER = "special:gender"
    GENETIC = "special:genetic"
    VIOLENCE = "special:violence"


KEPT_AT_FIRST: Final = frozenset(
    {Item.CONTACT, Item.BIRTH_DATE, Item.SEX, Item.LANGUAGE, Item.VISITS, Item.APPOINTMENTS}
)
SPECIAL: Final = {
    Sensitivity(item.value.removeprefix("special:")): item
    for item in Item
    if item.value.startswith("special:")
}
"""Specially protected classes that can be switched on. Psychotherapy is not among them: it is never kept (SEN-10)."""

_PERSON_FIELDS: Final = {
    Item.CONTACT: ("telecoms", "addresses"),
    Item.BIRTH_DATE: ("birth",),
    Item.SEX: ("sex",),
    Item.LANGUAGE: ("languages",),
    Item.VISITS: ("practitioners", "organization"),
}
_TYPES: Final = {
    Item.VISITS: "Encounter",
    Item.APPOINTMENTS: "Appointment",
    Item.CONDITIONS: "Condition",
    Item.MEDICATIONS: "MedicationRequest",
    Item.IMMUNIZATIONS: "Immunization",
    Item.PROCEDURES: "Procedure",
    Item.COVERAGE: "Coverage",
    Item.PROGRAMMES: "CarePlan",
}
_NAMED_BY: Final = frozenset({"Practitioner", "Location"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """What is kept. Who somebody is, whether they live, and merged records are always read."""

    items: frozenset[Item] = KEPT_AT_FIRST

    @property
    def resource_types(self) -> frozenset[str]:
        """FHIR's types of what is kept; clinicians and places are read for their names."""
        return frozenset({"Patient", *_NAMED_BY, *(_TYPES[each] for each in self.items if each in _TYPES)})

    @property
    def person_fields(self) -> frozenset[str]:
        """Fields of `kit.clinical.Person`."""
        dropped = {name for item, names in _PERSON_FIELDS.items() if item not in self.items for name in names}
        return PERSON_FIELDS - dropped

    def keeps(self, sensitivity: Sensitivity) -> bool:
        """Whether a fact of this class may be stored."""
        return not sensitivity.is_special or SPECIAL.get(sensitivity) in self.items


def allowed(choices: Mapping[str, bool]) -> Allow:
    """The allow-list from what somebody chose; what nobody chose is as at first. Unknown items count for nothing."""
    chosen: Iterable[Item] = (item for item in Item if choices.get(item.value, item in KEPT_AT_FIRST))
    return Allow(items=frozenset(chosen))
