"""An authorization admits only the purposes that it names (AUT-04)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_NAMED = Reason(
    code="authorization_other_purpose",
    sentence="The authorization does not name the purpose of this message.",
    citation="45 CFR 164.508(a)(1), (c)(1)(iv)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization


def check(facts: Facts) -> Reason | None:
    wanted, held = facts.message.authorization_purpose, facts.person.authorization
    if held is None or not wanted or not held.purposes:
        return None  # other rules speak of that
    return None if wanted in held.purposes else NOT_NAMED


RULE = Rule(
    name="authorization_purpose_named",
    question="Does the authorization name the purpose of this message?",
    citation="45 CFR 164.508(a)(1), (c)(1)(iv)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(NOT_NAMED,),
    check=check,
    looks_at=("message.authorization_purpose", "person.authorization"),
    applies=applies,
)
