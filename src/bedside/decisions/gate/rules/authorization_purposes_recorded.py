"""A paper recorded before purposes were asked for admits nothing until they are keyed (AUT-04)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_RECORDED = Reason(
    code="authorization_purposes_unrecorded",
    sentence="Record which purposes the signed paper names.",
    citation="45 CFR 164.508(c)(1)(iv)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization


def check(facts: Facts) -> Reason | None:
    held = facts.person.authorization
    return NOT_RECORDED if held is not None and not held.purposes else None


RULE = Rule(
    name="authorization_purposes_recorded",
    question="Do we know which purposes the authorization names?",
    citation="45 CFR 164.508(c)(1)(iv)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.HOLD,
    reasons=(NOT_RECORDED,),
    check=check,
    looks_at=("person.authorization",),
    applies=applies,
)
