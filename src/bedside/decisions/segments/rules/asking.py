"""Which fields a rule looks at, and which of them a request for gifts may not look at."""

from __future__ import annotations

from typing import Final

from bedside.decisions.segments.rules.fields import FIELDS, Field
from bedside.decisions.segments.rules.language import All, AnyOf, Condition, Not, Rule

# 45 CFR 164.514(f)(1)(i)-(vi): demographics, dates of care, department, treating physician, outcome, insurance status.
# Whether there is an address, and whether somebody lives, say no more than the list of patients itself.
FOR_FUNDRAISING: Final = frozenset(
    {
        "age", "sex", "city", "state", "postal_code", "language", "last_visit", "next_appointment", "provider",
        "email", "deceased",
    }
)  # fmt: skip
# Whoever is chosen by one of these is told something about their health by the mere mail (MKT-17).
OF_CONDITIONS: Final = frozenset({"conditions", "medications"})


def fields_used(rule: Rule) -> tuple[Field, ...]:
    """Each field that decides about anybody, once, in the order of `FIELDS`; also where it leaves people out."""
    names = _names(rule)
    return tuple(field for name, field in FIELDS.items() if name in names)


def not_for_fundraising(rule: Rule) -> tuple[Field, ...]:
    """The fields that a segment for fundraising may not use; empty if it may be used (MKT-20)."""
    return tuple(field for field in fields_used(rule) if field.name not in FOR_FUNDRAISING)


def tells_a_condition(rule: Rule) -> bool:
    """Whether people are chosen, or left out, by what they have or take (MKT-17, 45 CFR 160.103)."""
    return any(field.name in OF_CONDITIONS for field in fields_used(rule))


def _names(rule: Rule) -> set[str]:
    match rule:
        case All(parts) | AnyOf(parts):
            return set().union(*(_names(part) for part in parts))
        case Not(part):
            return _names(part)
        case Condition(field=field):
            return {field}
