"""Commercial mail says that it is advertising, unless the person has said yes before (CSP-03)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import Answer

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_LABELLED = Reason(
    code="advertising_unlabelled",
    sentence="The message must say that it is advertising, or go to people who said yes only.",
    citation="15 USC 7704(a)(5)(A)(i), (B)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.advertising_label


def check(facts: Facts) -> Reason | None:
    if facts.message.advertising_labelled or facts.person.answer is Answer.GRANTED:
        return None
    return NOT_LABELLED


RULE = Rule(
    name="advertising_labelled",
    question="Does it say that it is advertising, or has the person said yes?",
    citation="15 USC 7704(a)(5)(A)(i), (B)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.HOLD,
    reasons=(NOT_LABELLED,),
    check=check,
    looks_at=("message.advertising_labelled", "person.answer"),
    applies=applies,
)
