"""A message that rests on a signed purpose says which one it is (AUT-04)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.duties import Part2Need
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_CHOSEN = Reason(
    code="authorization_purpose_missing",
    sentence="Choose the purpose that the authorization must name for this message.",
    citation="45 CFR 164.508(c)(1)(iv)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization or need.part2 is Part2Need.NAMED


def check(facts: Facts) -> Reason | None:
    return None if facts.message.authorization_purpose else NOT_CHOSEN


RULE = Rule(
    name="authorization_purpose_chosen",
    question="Where people signed for a purpose: is it chosen for this message?",
    citation="45 CFR 164.508(a)(1), (c)(1)(iv); 42 CFR 2.31(a)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.HOLD,
    reasons=(NOT_CHOSEN,),
    check=check,
    looks_at=("message.authorization_purpose",),
    applies=applies,
)
