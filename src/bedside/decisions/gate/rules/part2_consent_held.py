"""Substance use records are used only on a consent under Part 2 in force (SEN-02)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.duties import Part2Need
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NO_CONSENT = Reason(
    code="part2_consent_missing",
    sentence="There is no consent to use substance use records about this person.",
    citation="42 CFR 2.13, 2.31",
)
CONSENT_OVER = Reason(
    code="part2_consent_over",
    sentence="The consent to use substance use records has ended.",
    citation="42 CFR 2.31(a)(7)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.part2 is not Part2Need.NONE


def check(facts: Facts) -> Reason | None:
    held = facts.person.part2_consent
    if held is None:
        return NO_CONSENT
    return CONSENT_OVER if held.until is not None and held.until < facts.today else None


RULE = Rule(
    name="part2_consent_held",
    question="Where substance use records are held: is there a Part 2 consent in force?",
    citation="42 CFR 2.13, 2.31, 2.33",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(NO_CONSENT, CONSENT_OVER),
    check=check,
    looks_at=("person.part2_record", "person.part2_consent"),
    applies=applies,
)
