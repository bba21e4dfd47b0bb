"""A refill reminder is about a medicine that this person is prescribed now (MKT-08)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_PRESCRIBED = Reason(
    code="no_current_prescription",
    sentence="There is no current prescription on record for this person.",
    citation='45 CFR 164.501 "marketing" (2)(i)',
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class is MessageClass.REFILL


def check(facts: Facts) -> Reason | None:
    return None if facts.person.prescription else NOT_PRESCRIBED


RULE = Rule(
    name="refill_prescribed",
    question="Does this person have a current prescription?",
    citation='45 CFR 164.501 "marketing" (2)(i)',
    holds_from=date(2013, 9, 23),  # compliance date of the Omnibus Rule
    objection=Decision.SUPPRESS,
    reasons=(NOT_PRESCRIBED,),
    check=check,
    looks_at=("person.prescription",),
    applies=applies,
)
