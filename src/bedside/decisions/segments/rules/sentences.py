"""A rule in plain English, for the author, the approver and the record."""

from __future__ import annotations

from datetime import date
from typing import Final

from bedside.decisions.segments.rules.charting import LASTING
from bedside.decisions.segments.rules.fields import COUNTING_DAYS, Field, Kind, Operator
from bedside.decisions.segments.rules.nodes import (
    All,
    AnyOf,
    Charted,
    Codes,
    Condition,
    Not,
    Rule,
    Sample,
    When,
    Within,
)
from bedside.decisions.segments.rules.periods import Period
from bedside.kit.terminology import VALUE_SETS, System, name_of
from bedside.records.charts.rules import Kind as ChartKind

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
    Operator.BETWEEN: "is from {value}",
    Operator.IN_PERIOD: "is {value}",
    Operator.KNOWN: "is known",
    Operator.UNKNOWN: "is not known",
}
_SYSTEMS: Final = {
    System.ICD10CM: "ICD-10-CM",
    System.SNOMED: "SNOMED",
    System.RXNORM: "RxNorm",
    System.TEXT: "",
}
_CHARTS: Final = {
    ChartKind.VISIT: ("a visit", "visits"),
    ChartKind.APPOINTMENT: ("an appointment", "appointments"),
    ChartKind.CONDITION: ("a condition", "conditions"),
    ChartKind.MEDICATION: ("a medicine", "medicines"),
    ChartKind.IMMUNIZATION: ("an immunization", "immunizations"),
    ChartKind.PROCEDURE: ("a procedure", "procedures"),
    ChartKind.COVERAGE: ("coverage", "coverages"),
    ChartKind.PROGRAMME: ("a programme", "programmes"),
}


def sentence_of(rule: Rule) -> str:
    """One sentence that begins with "Patients" or "All patients"."""
    if isinstance(rule, All) and not rule.parts:
        return "All patients."
    return f"Patients for whom {_words(rule, inner=False)}."


def _words(rule: Rule, *, inner: bool) -> str:
    match rule:
        case All(parts):
            return _joined(parts, " and ", empty="anything holds", inner=inner)
        case AnyOf(parts):
            return _joined(parts, " or ", empty="nothing holds", inner=inner)
        case Not(part):
            return _negated(part)
        case Charted():
            return _charted(rule, has=True)
        case Sample():
            return f"chance drew one of {rule.percent} percent (by “{rule.seed}”)"
        case Within():
            return f"“{rule.name}” holds" if rule.name else "another segment holds"
        case Condition():
            return _condition(rule)


def _negated(part: Rule) -> str:
    match part:
        case Charted():
            return _charted(part, has=False)
        case Sample():
            return f"chance drew the other {100 - part.percent} percent (by “{part.seed}”)"
        case _:
            return f"it is not so that {_words(part, inner=True)}"


def _joined(parts: tuple[Rule, ...], word: str, *, empty: str, inner: bool) -> str:
    if not parts:
        return empty
    text = word.join(_words(part, inner=True) for part in parts)
    return f"({text})" if inner and len(parts) > 1 else text


def _condition(condition: Condition) -> str:
    field = condition.asks
    name = field.label if field.label.isupper() else field.label[0].lower() + field.label[1:]
    if condition.operator in COUNTING_DAYS:
        return f"{name} {_days(field, condition)}"
    if condition.operator is Operator.TURNS and isinstance(condition.value, tuple):
        age, period = condition.value
        return f"the age becomes {age} {_value(period)}"
    if field.kind is Kind.YES_NO:
        return _yes_no(field, name, yes=condition.value == "yes")
    between = condition.operator is Operator.BETWEEN
    value = _value(condition.value, word=" to " if between else " or ")
    return f"{name} {_WORDS[condition.operator].format(value=value)}"


def _days(field: Field, condition: Condition) -> str:
    span = _span(condition.value)
    match condition.operator:
        case Operator.LAST_DAYS:
            return f"was in the last {span}"
        case Operator.NEXT_DAYS:
            return f"is in the next {span}"
        case Operator.WITHIN_DAYS:
            return f"was in the last {span}" if field.past else f"is in the next {span}"
        case _:
            return (
                f"was more than {span} ago or never"
                if field.past
                else f"is more than {span} ahead or not booked"
            )


def _span(days: object) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _yes_no(field: Field, name: str, *, yes: bool) -> str:
    match field.name:
        case "email":
            return "there is an email address" if yes else "there is no email address"
        case "phone":
            return "there is a phone number" if yes else "there is no phone number"
        case "deceased":
            return "the patient has died" if yes else "the patient is not recorded as deceased"
        case _:
            return f"{name} is {'yes' if yes else 'no'}"


def _charted(asked: Charted, *, has: bool) -> str:
    one, several = _CHARTS[asked.kind]
    what = one if asked.at_least == 1 else f"at least {asked.at_least} {several}"
    if not has and asked.at_least == 1:
        what = f"no {several}"
    elif not has:
        what = f"fewer than {asked.at_least} {several}"
    return f"there {'are' if _is_plural(asked, has=has) else 'is'} {what}{_which(asked)}"


def _is_plural(asked: Charted, *, has: bool) -> bool:
    return asked.at_least > 1 or not has


def _which(asked: Charted) -> str:
    parts = [f" of {_codes(asked.of)}"] if asked.of else []
    if asked.statuses:
        parts.append(f" that {'are' if asked.at_least > 1 else 'is'} {' or '.join(asked.statuses)}")
    if asked.providers:
        parts.append(f" with {' or '.join(asked.providers)}")
    if asked.places:
        parts.append(f" at {' or '.join(asked.places)}")
    if asked.when is not None:
        parts.append((" at any time " if asked.kind in LASTING else " ") + _when(asked.when))
    if asked.ended is not None:
        parts.append(f" that ended {_when(asked.ended)}")
    return "".join(parts)


def _codes(of: Codes) -> str:
    names = [VALUE_SETS[key].label for key in of.sets]
    names += [_code(system, code) for system, code in of.codes]
    names += [f"{_system(system)}{code}…" for system, code in of.beginnings]
    return " or ".join(names)


def _code(system: System, code: str) -> str:
    name = name_of(system, code)
    return f"{_system(system)}{code}" + (f" ({name})" if name else "")


def _system(system: System) -> str:
    name = _SYSTEMS.get(system, system.value.upper())
    return f"{name} " if name else ""


def _when(when: When) -> str:
    if when.last_days is not None:
        return f"in the last {_span(when.last_days)}"
    if when.next_days is not None:
        return f"in the next {_span(when.next_days)}"
    if when.period is not None:
        return _value(when.period)
    ends = [("from", when.first), ("to", when.last)]
    return " ".join(f"{word} {_value(day)}" for word, day in ends if day is not None)


def _value(value: object, *, word: str = " or ") -> str:
    if isinstance(value, tuple):
        return word.join(map(_value, value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Period):
        return _period(value)
    return str(value)


def _period(period: Period) -> str:
    if period is Period.TODAY:
        return "today"
    return f"in {period.words}" if period.words.startswith("this") else f"in the {period.words}"
