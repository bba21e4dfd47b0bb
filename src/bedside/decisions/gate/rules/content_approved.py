"""What goes out was approved as it is (CON-23)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

NOT_APPROVED = Reason(
    code="not_approved",
    sentence="This content is not approved yet, or changed after it was.",
    citation="45 CFR 164.312(b); house rule",
)


def check(facts: Facts) -> Reason | None:
    return None if facts.message.approved else NOT_APPROVED


RULE = Rule(
    name="content_approved",
    question="Has somebody else approved this content?",
    citation="45 CFR 164.312(b); house rule",
    holds_from=date(2026, 1, 1),  # house rule
    objection=Decision.HOLD,
    reasons=(NOT_APPROVED,),
    check=check,
    looks_at=("message.approved",),
)
