"""The closed language of segments: fields, charts, few operators, and, or, not. No text of it is ever executed."""

from bedside.decisions.segments.rules.asking import (
    asks_special,
    fields_used,
    not_for_fundraising,
    sensitivities,
    tells_a_condition,
    uses_health,
)
from bedside.decisions.segments.rules.counting import ShownCount, shown
from bedside.decisions.segments.rules.fields import FIELDS, Field, Kind, Operator, custom_field
from bedside.decisions.segments.rules.language import from_json, to_json
from bedside.decisions.segments.rules.nesting import as_saved, resolved, segments_in
from bedside.decisions.segments.rules.nodes import (
    All,
    AnyOf,
    BadRule,
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
from bedside.decisions.segments.rules.sentences import sentence_of

__all__ = [
    "FIELDS",
    "All",
    "AnyOf",
    "BadRule",
    "Charted",
    "Codes",
    "Condition",
    "Field",
    "Kind",
    "Not",
    "Operator",
    "Period",
    "Rule",
    "Sample",
    "ShownCount",
    "When",
    "Within",
    "as_saved",
    "asks_special",
    "custom_field",
    "fields_used",
    "from_json",
    "not_for_fundraising",
    "resolved",
    "segments_in",
    "sensitivities",
    "sentence_of",
    "shown",
    "tells_a_condition",
    "to_json",
    "uses_health",
]
