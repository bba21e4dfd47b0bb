"""The closed language of segments: named fields, few operators, and, or, not. No text of it is ever executed."""

from bedside.decisions.segments.rules.asking import fields_used, not_for_fundraising, tells_a_condition
from bedside.decisions.segments.rules.counting import ShownCount, shown
from bedside.decisions.segments.rules.fields import FIELDS, Field, Kind, Operator
from bedside.decisions.segments.rules.language import All, AnyOf, Condition, Not, Rule, from_json, to_json
from bedside.decisions.segments.rules.sentences import sentence_of, uses_health

__all__ = [
    "FIELDS",
    "All",
    "AnyOf",
    "Condition",
    "Field",
    "Kind",
    "Not",
    "Operator",
    "Rule",
    "ShownCount",
    "fields_used",
    "from_json",
    "not_for_fundraising",
    "sentence_of",
    "shown",
    "tells_a_condition",
    "to_json",
    "uses_health",
]
