"""Where we said how often we write, somebody must be able to count (CON-10)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.frequency import NOTHING_STOPS, most_a_month
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_COUNTED = Reason(
    code="frequency_unknown",
    sentence="It is not known how many mails of this kind this person had; tell the administrator.",
    citation="15 USC 7702(1); house rule",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class not in NOTHING_STOPS


def check(facts: Facts) -> Reason | None:
    return NOT_COUNTED if most_a_month(facts) is not None and facts.person.mailed is None else None


RULE = Rule(
    name="frequency_known",
    question="Where there is a limit: is it known how often this person was written to?",
    citation="15 USC 7702(1); house rule",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.HOLD,
    reasons=(NOT_COUNTED,),
    check=check,
    looks_at=("message.monthly_cap", "person.monthly_max", "person.mailed"),
    applies=applies,
)
