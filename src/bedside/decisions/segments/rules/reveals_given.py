"""What a mail tells before anybody is counted: by what its people are chosen, and by who sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.decisions.segments.rules.asking import fields_used, tells_a_condition
from bedside.decisions.segments.rules.nodes import Charted, Condition, walk
from bedside.decisions.segments.rules.reveals import Cause, Finding, Level
from bedside.kit.terminology import (
    VALUE_SETS,
    Sensitivity,
    SetKind,
    System,
    name_of,
    sensitivities_of,
    strictest,
    value_sets_of,
)
from bedside.safeguards.practices.rules import Specialty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.segments.rules.nodes import Codes, Rule
    from bedside.safeguards.practices.rules import Profile

_IN_WORDS: Final = frozenset({"conditions", "medications", "interests", "tags"})
_OF_SPECIALTY: Final = {
    Specialty.SUBSTANCE_USE: ("substance use", Sensitivity.SUBSTANCE_USE),
    Specialty.MENTAL_HEALTH: ("mental health", Sensitivity.MENTAL_HEALTH),
    Specialty.REPRODUCTIVE_HEALTH: ("reproductive health", Sensitivity.REPRODUCTIVE),
    Specialty.ONCOLOGY: ("cancer", Sensitivity.HEALTH),
    Specialty.WEIGHT_MANAGEMENT: ("weight", Sensitivity.HEALTH),
}
# Words that tell a specialty and are not the name of a condition.
_TELLING_WORDS: Final = (
    "recovery", "rehab", "sober", "behavioral", "counseling", "psych", "mental", "fertility", "women s health",
    "planned parenthood", "hospice", "weight loss", "bariatric", "methadone", "detox", "sexual", "gender", "shelter",
)  # fmt: skip


def by_rule(rule: Rule) -> list[Finding]:
    """What it tells that these people were chosen, or left out, by something about health (MKT-17).

    Words of lists are looked up, so that a tag "HIV group" is as telling as the diagnosis.
    """
    named = list(_named(rule))
    found = [_of_name(label, classes) for label, classes in named]
    tells = tells_a_condition(rule)
    for field in fields_used(rule):
        if field.sensitivity.is_health and not (named and _is_named(field.name)):
            label = field.label if tells else f"{field.label} (a date or a name from their care)"
            found.append(_of_name(label, frozenset({field.sensitivity}), key=field.name))
    return found


def by_sender(practice: Profile) -> list[Finding]:
    """What the sender's name tells of everybody who gets mail from this practice (MKT-17, SEN-06)."""
    label, sensitivity = _OF_SPECIALTY.get(practice.specialty, ("", Sensitivity.NONE))
    if practice.part2_program:
        label, sensitivity = _OF_SPECIALTY[Specialty.SUBSTANCE_USE]
    if not label:
        return []
    # PHI and no more: it tells that with every mail, and the gate has rules of its own for such practices.
    return [Finding(cause=Cause.SENDER, level=Level.PHI, sensitivity=sensitivity, key="sender", label=label)]


def is_neutral(name: str) -> bool:
    """Whether a sender's name tells nothing of what its patients are treated for (SEN-06, 42 CFR 2.13(c))."""
    plain = " ".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())
    if any(f" {word}" in f" {plain}" for word in _TELLING_WORDS):
        return False
    return not any(
        VALUE_SETS[key].kind in {SetKind.CONDITION, SetKind.PROCEDURE, SetKind.VISIT}
        for key in value_sets_of(System.TEXT, name)
    )


def _is_named(field: str) -> bool:
    """Whether the findings by name say more than that a field of this kind was looked at."""
    return field in _IN_WORDS or field.endswith(".codes")


def _named(rule: Rule) -> Iterator[tuple[str, frozenset[Sensitivity]]]:
    for part in walk(rule):
        match part:
            case Condition(field=field, value=value) if field in _IN_WORDS:
                for word in value if isinstance(value, tuple) else (value,):
                    yield from _of_word(str(word or ""), field=field)
            case Charted(of=codes):
                yield from _of_codes(codes)
            case _:
                continue


def _of_word(word: str, *, field: str) -> Iterator[tuple[str, frozenset[Sensitivity]]]:
    """A diagnosis always tells; a practice's own label if it names one; a topic only if it names a special one.

    An interest in sleep is an interest; whether those who share it share more is counted.
    """
    named = {VALUE_SETS[key].sensitivity for key in value_sets_of(System.TEXT, word)}
    if field in {"conditions", "medications"} and word:
        yield word, sensitivities_of(System.TEXT, word)
    elif any(one.is_special for one in named) or (named and field == "tags"):
        yield word, frozenset(named)


def _of_codes(codes: Codes) -> Iterator[tuple[str, frozenset[Sensitivity]]]:
    for key in codes.sets:
        yield VALUE_SETS[key].label, frozenset({VALUE_SETS[key].sensitivity})
    for system, code in codes.codes:
        yield name_of(system, code) or f"the code {code}", sensitivities_of(system, code)
    for system, beginning in codes.beginnings:
        yield f"codes that begin with {beginning}", sensitivities_of(system, beginning)


def _of_name(label: str, classes: frozenset[Sensitivity], *, key: str = "") -> Finding:
    worst = strictest(classes)
    return Finding(
        cause=Cause.RULE,
        level=Level.SPECIAL if worst.is_special else Level.PHI,
        sensitivity=worst,
        key=key or f"named:{label}",
        label=label,
    )
