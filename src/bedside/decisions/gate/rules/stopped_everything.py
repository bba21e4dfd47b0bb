"""A person who stopped all mail gets none, but for answers to their own acts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

STOPPED = Reason(
    code="stopped_everything",
    sentence="This person has stopped all our mail.",
    citation="15 USC 7704(a)(4)(A); 45 CFR 164.522(b); house rule",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    # A sign-in code answers what the person is doing at this moment; without it they could not come back.
    return message.message_class is not MessageClass.ACCOUNT_TRANSACTIONAL


def check(facts: Facts) -> Reason | None:
    return STOPPED if facts.person.stopped_everything else None


RULE = Rule(
    name="stopped_everything",
    question="Has this person stopped all mail?",
    citation="15 USC 7704(a)(4)(A); 45 CFR 164.522(b); house rule",
    holds_from=date(2004, 1, 1),  # CAN-SPAM Act in effect
    objection=Decision.SUPPRESS,
    reasons=(STOPPED,),
    check=check,
    looks_at=("person.stopped_everything",),
    applies=applies,
)
