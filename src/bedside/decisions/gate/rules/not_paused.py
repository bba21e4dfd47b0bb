"""Somebody who asked for a pause gets nothing of the kind until it is over, for a mail kept back would be old news."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.frequency import NOTHING_STOPS
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

PAUSED = Reason(
    code="paused",
    sentence="This person asked for a pause that is not over yet.",
    citation="15 USC 7704(a)(4)(A); house rule",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class not in NOTHING_STOPS


def check(facts: Facts) -> Reason | None:
    until = facts.person.paused_until
    return PAUSED if until is not None and facts.today <= until else None


RULE = Rule(
    name="not_paused",
    question="Has this person asked for a pause that is not over?",
    citation="15 USC 7704(a)(4)(A); house rule",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(PAUSED,),
    check=check,
    looks_at=("person.paused_until",),
    applies=applies,
)
