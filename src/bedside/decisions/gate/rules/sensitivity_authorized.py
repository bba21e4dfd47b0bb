"""Marketing that may reveal something sensitive needs an authorization that names it (SEN-01)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_AUTHORIZED = Reason(
    code="sensitivity_not_authorized",
    sentence="The authorization does not name what this message may reveal.",
    citation="45 CFR 164.508(a)(3); 160.203(b)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.names_sensitivity


def check(facts: Facts) -> Reason | None:
    held = facts.person.authorization
    if held is None:
        return None  # another rule speaks of that
    return None if set(facts.message.sensitivities) <= set(held.sensitivities) else NOT_AUTHORIZED


RULE = Rule(
    name="sensitivity_authorized",
    question="Does the authorization name everything sensitive that this message may reveal?",
    citation="45 CFR 164.508(a)(3); 160.203(b)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(NOT_AUTHORIZED,),
    check=check,
    looks_at=("message.sensitivities", "person.authorization"),
    applies=applies,
)
