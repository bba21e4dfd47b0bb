"""Patients must have been told in the privacy notice that we may ask for gifts (MKT-22)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NO_NOTICE = Reason(
    code="fundraising_notice_missing",
    sentence="Confirm that the notice of privacy practices speaks of fundraising.",
    citation="45 CFR 164.514(f)(2)(i); 164.520(b)(1)(iii)(A)",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class is MessageClass.FUNDRAISING


def check(facts: Facts) -> Reason | None:
    return None if facts.message.fundraising_notice_recorded else NO_NOTICE


RULE = Rule(
    name="fundraising_notice",
    question="Does our notice of privacy practices speak of fundraising?",
    citation="45 CFR 164.514(f)(2)(i); 164.520(b)(1)(iii)(A)",
    holds_from=date(2013, 9, 23),  # compliance date of the Omnibus Rule
    objection=Decision.HOLD,
    reasons=(NO_NOTICE,),
    check=check,
    looks_at=("message.fundraising_notice_recorded",),
    applies=applies,
)
