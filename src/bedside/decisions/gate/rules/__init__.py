"""The gate's rules: pure decisions on frozen facts. One file per rule; `decide` alone combines them."""

from types import MappingProxyType

from bedside.decisions.gate.rules.basis import BASES
from bedside.decisions.gate.rules.choosing import best_authorization
from bedside.decisions.gate.rules.classes import CLASS_RULES, ClassRule, MessageClass
from bedside.decisions.gate.rules.deciding import RULE_FAILED, NoRulesInForce, decide, replay
from bedside.decisions.gate.rules.duties import Basis, Duties, Part2Need, Route, Tracking
from bedside.decisions.gate.rules.facts import (
    AuthorizationFacts,
    BadFacts,
    Facts,
    MessageFacts,
    Part2Facts,
    PersonFacts,
)
from bedside.decisions.gate.rules.places import jurisdiction_of
from bedside.decisions.gate.rules.register import RULES
from bedside.decisions.gate.rules.rows import Case, Row
from bedside.decisions.gate.rules.table import ROWS, Requirement, requirement
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule, Verdict

REASONS = MappingProxyType(
    {
        reason.code: reason
        for reason in (*(reason for rule in RULES for reason in rule.reasons), *BASES, RULE_FAILED)
    }
)

__all__ = [
    "CLASS_RULES",
    "REASONS",
    "ROWS",
    "RULES",
    "AuthorizationFacts",
    "BadFacts",
    "Basis",
    "Case",
    "ClassRule",
    "Decision",
    "Duties",
    "Facts",
    "MessageClass",
    "MessageFacts",
    "NoRulesInForce",
    "Part2Facts",
    "Part2Need",
    "PersonFacts",
    "Reason",
    "Requirement",
    "Route",
    "Row",
    "Rule",
    "Tracking",
    "Verdict",
    "best_authorization",
    "decide",
    "jurisdiction_of",
    "replay",
    "requirement",
]
