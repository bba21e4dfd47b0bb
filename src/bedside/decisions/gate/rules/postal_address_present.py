"""Commercial mail shows the sender's postal address (CSP-04)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NO_POSTAL_ADDRESS = Reason(
    code="postal_address_missing",
    sentence="Put the postal address of the practice into the message.",
    citation="15 USC 7704(a)(5)(A)(iii)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.postal_address


def check(facts: Facts) -> Reason | None:
    return None if facts.message.postal_address_present else NO_POSTAL_ADDRESS


RULE = Rule(
    name="postal_address_present",
    question="Does the message show our postal address where the law asks for it?",
    citation="15 USC 7704(a)(5)(A)(iii)",
    holds_from=date(2004, 1, 1),  # CAN-SPAM Act in effect
    objection=Decision.HOLD,
    reasons=(NO_POSTAL_ADDRESS,),
    check=check,
    looks_at=("message.postal_address_present",),
    applies=applies,
)
