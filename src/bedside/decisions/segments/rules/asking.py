"""Which fields a rule looks at, how telling they are, and which a request for gifts may not look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.decisions.segments.rules.coding import members, plain_code
from bedside.decisions.segments.rules.fields import FIELDS, Field, Kind
from bedside.decisions.segments.rules.nodes import Charted, Condition, Within, walk
from bedside.kit.terminology import BLOCKS, VALUE_SETS, Sensitivity, System, sensitivity_of, strictest
from bedside.records.charts.rules import Kind as ChartKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.segments.rules.nodes import Codes, Rule

CHART: Final = "chart."
# 45 CFR 164.514(f)(1)(i)-(vi): demographics, dates of care, department, treating physician, outcome, insurance status.
# Whether there is an address or a phone, and whether somebody lives, say no more than the list of patients itself.
FOR_FUNDRAISING: Final = frozenset(
    {
        "age", "birthday", "sex", "city", "state", "postal_code", "language", "last_visit", "next_appointment",
        "provider", "email", "phone", "deceased",
    }
)  # fmt: skip
CHARTS_FOR_FUNDRAISING: Final = frozenset({"chart.visit", "chart.appointment", "chart.coverage"})
# Whoever is chosen by one of these is told something about their health by the mere mail (MKT-17).
OF_CONDITIONS: Final = frozenset({"conditions", "medications"})
CHARTS_OF_CONDITIONS: Final = frozenset(
    {
        "chart.condition", "chart.medication", "chart.immunization", "chart.procedure", "chart.programme",
        *(f"chart.{kind}.codes" for kind in ChartKind),
    }
)  # fmt: skip
# Other segments that nobody looked up may ask for anything: never harmless, and never for fundraising.
_ANOTHER: Final = Field(
    name="segment", label="Another segment", help="", kind=Kind.TEXT, sensitivity=Sensitivity.HEALTH
)
CHART_LABELS: Final = {
    ChartKind.VISIT: "Visits",
    ChartKind.APPOINTMENT: "Appointments",
    ChartKind.CONDITION: "Conditions in the chart",
    ChartKind.MEDICATION: "Medications in the chart",
    ChartKind.IMMUNIZATION: "Immunizations",
    ChartKind.PROCEDURE: "Procedures",
    ChartKind.COVERAGE: "Coverage",
    ChartKind.PROGRAMME: "Programmes",
}


def fields_used(rule: Rule) -> tuple[Field, ...]:
    """Each field that decides about anybody, once; also where it leaves people out, and in segments within.

    In the order of `FIELDS`, then the practice's own, then charts (named `chart.<kind>`, or `chart.<kind>.codes` if
    codes are asked for), each as telling as the most telling of what is asked of it.
    """
    used: dict[str, Field] = {}
    for field in _asked(rule):
        known = used.get(field.name)
        if (
            known is None
            or strictest(frozenset({known.sensitivity, field.sensitivity})) is not known.sensitivity
        ):
            used[field.name] = field
    first = [used.pop(name) for name in FIELDS if name in used]
    return (*first, *sorted(used.values(), key=lambda field: (field.name.startswith(CHART), field.name)))


def sensitivities(rule: Rule) -> frozenset[Sensitivity]:
    """The classes of all that is asked."""
    return frozenset(field.sensitivity for field in _asked(rule))


def asks_special(rule: Rule) -> bool:
    """Whether anything asked is protected beyond other facts about health: who it means, few may see.

    Also by the words of a list, a clinician or a place.
    """
    if any(sensitivity.is_special for sensitivity in sensitivities(rule)):
        return True
    return any(sensitivity_of(System.TEXT, words).is_special for words in _words_in(rule))


def _words_in(rule: Rule) -> Iterator[str]:
    for part in walk(rule):
        match part:
            case Condition(value=value):
                several = value if isinstance(value, tuple) else (value,)
                yield from (one for one in several if isinstance(one, str))
            case Charted(providers=providers, places=places):
                yield from (*providers, *places)
            case _:
                continue


def uses_health(rule: Rule) -> bool:
    """Whether receiving mail by this rule says something about health (MKT-17, 45 CFR 160.103)."""
    return any(sensitivity.is_health for sensitivity in sensitivities(rule))


def not_for_fundraising(rule: Rule) -> tuple[Field, ...]:
    """The fields that a segment for fundraising may not use; empty if it may be used (MKT-20)."""
    allowed = FOR_FUNDRAISING | CHARTS_FOR_FUNDRAISING
    return tuple(field for field in fields_used(rule) if field.name not in allowed)


def tells_a_condition(rule: Rule) -> bool:
    """Whether people are chosen, or left out, by what they have or take (MKT-17, 45 CFR 160.103)."""
    telling = OF_CONDITIONS | CHARTS_OF_CONDITIONS
    return any(
        field.name in telling or field is _ANOTHER or (field.is_custom and field.sensitivity.is_health)
        for field in fields_used(rule)
    )


def _asked(rule: Rule) -> Iterator[Field]:
    for part in walk(rule):
        match part:
            case Condition():
                yield part.asks
            case Charted():
                yield _chart_field(part)
            case Within(rule=None):
                yield _ANOTHER
            case _:
                continue


def _chart_field(asked: Charted) -> Field:
    return Field(
        name=f"{CHART}{asked.kind.value}" + (".codes" if asked.of else ""), label=CHART_LABELS[asked.kind], help="",
        kind=Kind.LIST, sensitivity=_telling(asked.of),
    )  # fmt: skip


def _telling(of: Codes) -> Sensitivity:
    """At least health: whoever is in a chart was cared for. A beginning is as telling as any code that has it."""
    classes = {Sensitivity.HEALTH, *(VALUE_SETS[key].sensitivity for key in of.sets)}
    classes.update(sensitivity_of(system, code) for system, code in (*of.codes, *of.beginnings))
    for system, beginning in of.beginnings:
        classes.update(_below(system, plain_code(system, beginning)))
    return strictest(frozenset(classes))


def _below(system: System, beginning: str) -> Iterator[Sensitivity]:
    for value_set in VALUE_SETS.values():
        if any(plain_code(system, code).startswith(beginning) for code in members(value_set, system)):
            yield value_set.sensitivity
    if system is System.ICD10CM:
        for block in BLOCKS.values():
            first, _, last = block.key.partition("-")
            if first[: len(beginning)] <= beginning <= (last or first)[: len(beginning)]:
                yield block.sensitivity
