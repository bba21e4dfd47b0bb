"""Beyond care a Part 2 consent must name the purpose; one for all care never counts (SEN-04)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.duties import Part2Need
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

CARE_ONLY = Reason(
    code="part2_consent_care_only",
    sentence="The consent on substance use records is for care, payment and operations only.",
    citation="42 CFR 2.31(a)(4)-(5), 2.33(b)",
)
OTHER_PURPOSE = Reason(
    code="part2_consent_other_purpose",
    sentence="The consent on substance use records does not name the purpose of this message.",
    citation="42 CFR 2.31(a)(5)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.part2 is Part2Need.NAMED


def check(facts: Facts) -> Reason | None:
    wanted, held = facts.message.authorization_purpose, facts.person.part2_consent
    if held is None:
        return None  # another rule speaks of that
    if held.care_only:
        return CARE_ONLY
    return None if wanted in held.purposes else OTHER_PURPOSE


RULE = Rule(
    name="part2_consent_covers",
    question="Beyond care: does the Part 2 consent name the purpose of this message?",
    citation="42 CFR 2.31(a)(4)-(5), 2.33(b)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(CARE_ONLY, OTHER_PURPOSE),
    check=check,
    looks_at=("message.authorization_purpose", "person.part2_consent"),
    applies=applies,
)
