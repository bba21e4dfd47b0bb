"""The fields a segment may ask about, what may be asked of each, and how telling it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a field holds."""

    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    TEXT = "text"
    LIST = "list"
    YES_NO = "yes_no"


class Operator(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    IS = "is"
    IS_NOT = "is_not"
    IS_ANY_OF = "is_any_of"
    STARTS_WITH = "starts_with"
    HAS = "has"
    HAS_ANY_OF = "has_any_of"
    HAS_NOT = "has_not"
    WITHIN_DAYS = "within_days"  # of today: past for visits, future for appointments
    NOT_WITHIN_DAYS = "not_within_days"  # longer ago (or further ahead) than that, or never
    BEFORE = "before"
    AFTER = "after"
    KNOWN = "known"
    UNKNOWN = "unknown"


class Sensitivity(StrEnum):
    """How telling a field is (DESIGN section 2; finer classes come with the audience rules)."""

    NONE = "none"
    IDENTITY = "identity"
    HEALTH = "health"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `past` says which side of today a DATE field lies on for `within_days`."""

    name: str
    label: str
    help: str
    kind: Kind
    sensitivity: Sensitivity
    choices: tuple[str, ...] = ()
    past: bool = True

    @property
    def operators(self) -> tuple[Operator, ...]:
        return OPERATORS[self.kind]


_KNOWN = (Operator.KNOWN, Operator.UNKNOWN)
OPERATORS: MappingProxyType[Kind, tuple[Operator, ...]] = MappingProxyType(
    {
        Kind.NUMBER: (Operator.AT_LEAST, Operator.AT_MOST, *_KNOWN),
        Kind.CHOICE: (Operator.IS, Operator.IS_NOT),
        Kind.DATE: (
            Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS, Operator.BEFORE, Operator.AFTER, *_KNOWN,
        ),
        Kind.TEXT: (Operator.IS, Operator.IS_NOT, Operator.IS_ANY_OF, Operator.STARTS_WITH, *_KNOWN),
        Kind.LIST: (Operator.HAS, Operator.HAS_ANY_OF, Operator.HAS_NOT, *_KNOWN),
        Kind.YES_NO: (Operator.IS,),
    }
)  # fmt: skip


def _field(
    name: str, label: str, help_text: str, kind: Kind, sensitivity: Sensitivity, choices: tuple[str, ...] = ()
) -> tuple[str, Field]:
    field = Field(
        name=name,
        label=label,
        help=help_text,
        kind=kind,
        sensitivity=sensitivity,
        choices=choices,
        past=name != "next_appointment",
    )
    return name, field


_PLAIN, _WHO, _HEALTH = Sensitivity.NONE, Sensitivity.IDENTITY, Sensitivity.HEALTH
FIELDS: MappingProxyType[str, Field] = MappingProxyType(
    dict(
        [
            _field("age", "Age", "Completed years today.", Kind.NUMBER, _WHO),
            _field("sex", "Sex", "", Kind.CHOICE, _WHO, ("female", "male", "other", "unknown")),
            _field("last_visit", "Last visit", "The newest visit on record.", Kind.DATE, _HEALTH),
            _field("next_appointment", "Next appointment", "The next one booked.", Kind.DATE, _HEALTH),
            _field("conditions", "Conditions", "Diagnoses as imported.", Kind.LIST, _HEALTH),
            _field("medications", "Medications", "Medicines as imported.", Kind.LIST, _HEALTH),
            _field("interests", "Interests", "Topics the person asked for.", Kind.LIST, _PLAIN),
            _field("tags", "Tags", "Your own labels.", Kind.LIST, _PLAIN),
            _field("city", "City", "", Kind.TEXT, _WHO),
            _field("state", "State", "Two letters, such as KS.", Kind.TEXT, _WHO),
            _field("postal_code", "ZIP code", "All of it, or how it begins.", Kind.TEXT, _WHO),
            _field("provider", "Provider", "Who sees the patient.", Kind.TEXT, _HEALTH),
            _field("language", "Language", "A code such as en or es.", Kind.TEXT, _WHO),
            _field(
                "email",
                "Email address",
                "Whether there is one to write to.",
                Kind.YES_NO,
                _PLAIN,
                ("yes", "no"),
            ),
            _field("deceased", "Deceased", "As recorded.", Kind.YES_NO, _WHO, ("yes", "no")),
        ]
    )
)
