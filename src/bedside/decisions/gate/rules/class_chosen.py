"""A message has one class from the closed list, and the one category that goes with it (MKT-01)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import CLASS_RULES
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

NO_CLASS = Reason(
    code="class_missing",
    sentence="Choose what kind of message this is.",
    citation="45 CFR 164.501; 164.506(c)",
)
CATEGORY_MISMATCH = Reason(
    code="category_mismatch",
    sentence="The category does not belong to this kind of message; choose the kind again.",
    citation="45 CFR 164.501; 15 USC 7704(a)(4)",
)


def check(facts: Facts) -> Reason | None:
    chosen = facts.message.message_class
    if chosen is None:
        return NO_CLASS
    # Otherwise an offer could go out as a reminder to people who refused offers.
    return None if CLASS_RULES[chosen].category is facts.message.category else CATEGORY_MISMATCH


RULE = Rule(
    name="class_chosen",
    question="Is the kind of this message chosen, and does its category fit?",
    citation="45 CFR 164.501; 164.506(c)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.HOLD,
    reasons=(
        NO_CLASS,
        CATEGORY_MISMATCH,
    ),
    check=check,
    looks_at=("message.message_class", "message.category"),
)
