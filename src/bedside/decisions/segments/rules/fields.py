"""The fields a segment may ask about, what may be asked of each, and how telling it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bedside.kit.terminology import Sensitivity

CUSTOM = "custom."  # what names of a practice's own fields begin with
OWN_COLUMN = "custom:"  # and what their columns do, where a point divides a long table from its parts


class Kind(StrEnum):
    """What a field holds."""

    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    TEXT = "text"
    LIST = "list"
    YES_NO = "yes_no"
    BIRTHDAY = "birthday"  # a day of every year


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
    BETWEEN = "between"  # both ends included
    LAST_DAYS = "last_days"  # today and so many days before it, whatever the field
    NEXT_DAYS = "next_days"  # today and so many days after it
    IN_PERIOD = "in_period"
    TURNS = "turns"  # reaches an age within a period
    KNOWN = "known"
    UNKNOWN = "unknown"


# Those that take a number of days, counted from today.
COUNTING_DAYS = frozenset(
    {Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS, Operator.LAST_DAYS, Operator.NEXT_DAYS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `past` says which side of today a DATE field lies on for `within_days`.

    `sensitivity` says how telling it is (DESIGN section 2). `is_decimal`: numbers that are no years of age.
    """

    name: str
    label: str
    help: str
    kind: Kind
    sensitivity: Sensitivity
    choices: tuple[str, ...] = ()
    past: bool = True
    is_decimal: bool = False

    @property
    def column(self) -> str:
        """What it is read from: age and birthdays are, like the date of birth, one thing."""
        if self.is_custom:
            return OWN_COLUMN + self.name.removeprefix(CUSTOM)
        return "birth_date" if self.name in {"age", "birthday"} else self.name

    @property
    def is_custom(self) -> bool:
        return self.name.startswith(CUSTOM)

    @property
    def operators(self) -> tuple[Operator, ...]:
        """What it can be asked; those of a builder first. Only an age is reached on a day that is known before."""
        return tuple(
            operator
            for operator in OPERATORS[self.kind]
            if operator is not Operator.TURNS or self.name == "age"
        )


_KNOWN = (Operator.KNOWN, Operator.UNKNOWN)
OPERATORS: MappingProxyType[Kind, tuple[Operator, ...]] = MappingProxyType(
    {
        Kind.NUMBER: (Operator.AT_LEAST, Operator.AT_MOST, *_KNOWN, Operator.BETWEEN, Operator.TURNS),
        Kind.CHOICE: (Operator.IS, Operator.IS_NOT, Operator.IS_ANY_OF),
        Kind.DATE: (
            Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS, Operator.BEFORE, Operator.AFTER, *_KNOWN,
            Operator.BETWEEN, Operator.LAST_DAYS, Operator.NEXT_DAYS, Operator.IN_PERIOD,
        ),
        Kind.TEXT: (Operator.IS, Operator.IS_NOT, Operator.IS_ANY_OF, Operator.STARTS_WITH, *_KNOWN),
        Kind.LIST: (Operator.HAS, Operator.HAS_ANY_OF, Operator.HAS_NOT, *_KNOWN),
        Kind.YES_NO: (Operator.IS,),
        Kind.BIRTHDAY: (Operator.NEXT_DAYS, Operator.IN_PERIOD),
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
_TIES = ("patient", "plan_member", "prospect", "workforce", "business")
FIELDS: MappingProxyType[str, Field] = MappingProxyType(
    dict(
        [
            _field("age", "Age", "Completed years today.", Kind.NUMBER, _WHO),
            _field("birthday", "Birthday", "The day of the year.", Kind.BIRTHDAY, _WHO),
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
            _field("phone", "Phone", "Whether there is a number.", Kind.YES_NO, _PLAIN, ("yes", "no")),
            _field(
                "relationship", "Relationship", "What somebody is to the practice.", Kind.CHOICE, _WHO, _TIES
            ),
            _field("added", "On record since", "The day the record was made.", Kind.DATE, _WHO),
            _field("deceased", "Deceased", "As recorded.", Kind.YES_NO, _WHO, ("yes", "no")),
        ]
    )
)


def custom_field(
    key: str,
    *,
    kind: Kind,
    label: str = "",
    choices: tuple[str, ...] = (),
    sensitivity: Sensitivity = Sensitivity.HEALTH,
) -> Field:
    """A field of the practice's own. As long as nobody says otherwise it counts as telling something about health."""
    return Field(
        name=CUSTOM + key, label=label or key.replace("_", " ").capitalize(), help="", kind=kind,
        sensitivity=sensitivity, choices=("yes", "no") if kind is Kind.YES_NO else choices,
        is_decimal=kind is Kind.NUMBER,
    )  # fmt: skip
