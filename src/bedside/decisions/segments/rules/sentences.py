"""A rule in plain English, for the author, the approver and the record."""

from __future__ import annotations

from datetime import date

from bedside.decisions.segments.rules.asking import fields_used
from bedside.decisions.segments.rules.fields import FIELDS, Field, Operator, Sensitivity
from bedside.decisions.segments.rules.language import All, AnyOf, Condition, Not, Rule

_WORDS = {
    Operator.AT_LEAST: "is at least {value}",
    Operator.AT_MOST: "is at most {value}",
    Operator.IS: "is {value}",
    Operator.IS_NOT: "is not {value}",
    Operator.IS_ANY_OF: "is {value}",
    Operator.STARTS_WITH: "begins with {value}",
    Operator.HAS: "include {value}",
    Operator.HAS_ANY_OF: "include {value}",
    Operator.HAS_NOT: "do not include {value}",
    Operator.BEFORE: "is before {value}",
    Operator.AFTER: "is after {value}",
    Operator.KNOWN: "is known",
    Operator.UNKNOWN: "is not known",
}


def sentence_of(rule: Rule) -> str:
    """One sentence that begins with "Patients" or "All patients"."""
    if isinstance(rule, All) and not rule.parts:
        return "All patients."
    return f"Patients for whom {_words(rule, inner=False)}."


def uses_health(rule: Rule) -> bool:
    """Whether receiving mail by this rule says something about health (MKT-17, 45 CFR 160.103)."""
    return any(field.sensitivity is Sensitivity.HEALTH for field in fields_used(rule))


def _words(rule: Rule, *, inner: bool) -> str:
    match rule:
        case All(parts):
            return _joined(parts, " and ", empty="anything holds", inner=inner)
        case AnyOf(parts):
            return _joined(parts, " or ", empty="nothing holds", inner=inner)
        case Not(part):
            return f"it is not so that {_words(part, inner=True)}"
        case Condition():
            return _condition(rule)


def _joined(parts: tuple[Rule, ...], word: str, *, empty: str, inner: bool) -> str:
    if not parts:
        return empty
    text = word.join(_words(part, inner=True) for part in parts)
    return f"({text})" if inner and len(parts) > 1 else text


def _condition(condition: Condition) -> str:
    field = FIELDS[condition.field]
    name = field.label if field.label.isupper() else field.label[0].lower() + field.label[1:]
    if condition.operator in {Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS}:
        return f"{name} {_days(field, condition)}"
    if field.name in {"email", "deceased"}:
        return _yes_no(field, yes=condition.value == "yes")
    return f"{name} {_WORDS[condition.operator].format(value=_value(condition.value))}"


def _days(field: Field, condition: Condition) -> str:
    span = f"{condition.value} day{'' if condition.value == 1 else 's'}"
    inside = condition.operator is Operator.WITHIN_DAYS
    if field.past:
        return f"was in the last {span}" if inside else f"was more than {span} ago or never"
    return f"is in the next {span}" if inside else f"is more than {span} ahead or not booked"


def _yes_no(field: Field, *, yes: bool) -> str:
    if field.name == "email":
        return "there is an email address" if yes else "there is no email address"
    return "the patient has died" if yes else "the patient is not recorded as deceased"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " or ".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
