"""An authorization known to hold something untrue is none (AUT-12)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

FALSE = Reason(
    code="authorization_false",
    sentence="Something material in the authorization is known to be untrue.",
    citation="45 CFR 164.508(b)(2)(v)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization


def check(facts: Facts) -> Reason | None:
    held = facts.person.authorization
    return FALSE if held is not None and held.found_false else None


RULE = Rule(
    name="authorization_not_false",
    question="Is anything in the authorization known to be untrue?",
    citation="45 CFR 164.508(b)(2)(v)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(FALSE,),
    check=check,
    looks_at=("person.authorization",),
    applies=applies,
)
