"""Commercial and fundraising mail carries a way to say no (CSP-05, MKT-21)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NO_UNSUBSCRIBE = Reason(
    code="unsubscribe_missing",
    sentence="Put the unsubscribe link into the message.",
    citation="15 USC 7704(a)(3)(A); 45 CFR 164.514(f)(2)(ii)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.opt_out


def check(facts: Facts) -> Reason | None:
    return None if facts.message.unsubscribe_present else NO_UNSUBSCRIBE


RULE = Rule(
    name="unsubscribe_present",
    question="Can people say no from within the message where the law asks for it?",
    citation="15 USC 7704(a)(3)(A); 45 CFR 164.514(f)(2)(ii)",
    holds_from=date(2004, 1, 1),  # CAN-SPAM Act in effect
    objection=Decision.HOLD,
    reasons=(NO_UNSUBSCRIBE,),
    check=check,
    looks_at=("message.unsubscribe_present",),
    applies=applies,
)
