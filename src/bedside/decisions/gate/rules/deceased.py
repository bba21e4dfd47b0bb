"""Nothing goes to people who have died. Stricter than the law, which speaks of their records (RGT-16)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

DECEASED = Reason(
    code="deceased",
    sentence="This person has died.",
    citation="45 CFR 164.502(f); house rule",
)


def check(facts: Facts) -> Reason | None:
    return DECEASED if facts.person.deceased else None


RULE = Rule(
    name="deceased",
    question="Has this person died?",
    citation="45 CFR 164.502(f); house rule",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.SUPPRESS,
    reasons=(DECEASED,),
    check=check,
    looks_at=("person.deceased",),
)
