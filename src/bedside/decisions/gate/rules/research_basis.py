"""An invitation to research needs a recorded basis (MKT-23)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NO_BASIS = Reason(
    code="research_basis_missing",
    sentence="Record the authorization or the review board's waiver for this study.",
    citation="45 CFR 164.508; 164.512(i)",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class is MessageClass.RESEARCH_RECRUITMENT


def check(facts: Facts) -> Reason | None:
    return None if facts.message.research_basis_recorded else NO_BASIS


RULE = Rule(
    name="research_basis",
    question="Is there an authorization or a waiver for this study?",
    citation="45 CFR 164.508; 164.512(i)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.HOLD,
    reasons=(NO_BASIS,),
    check=check,
    looks_at=("message.research_basis_recorded",),
    applies=applies,
)
