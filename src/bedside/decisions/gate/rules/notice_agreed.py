"""Legal notices go by email only to people who agreed to that; everybody else gets a letter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import Answer

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_AGREED = Reason(
    code="notice_not_agreed",
    sentence="This person has not agreed to legal notices by email; send a letter.",
    citation="45 CFR 164.404(d)(1)(i); 164.520(c)(3)(i)",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class is MessageClass.LEGAL_NOTICE


def check(facts: Facts) -> Reason | None:
    return None if facts.person.answer is Answer.GRANTED else NOT_AGREED


RULE = Rule(
    name="notice_agreed",
    question="Has this person agreed to legal notices by email?",
    citation="45 CFR 164.404(d)(1)(i); 164.520(c)(3)(i)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.SUPPRESS,
    reasons=(NOT_AGREED,),
    check=check,
    looks_at=("person.answer",),
    applies=applies,
)
