"""No more mails of a kind in 30 days than we said, or than the person chose (CON-10).

Suppressed and counted, not held: nobody could release it, and mails kept back would come in a heap later.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.frequency import NOTHING_STOPS, most_a_month
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

OFTEN_ENOUGH = Reason(
    code="frequency_reached",
    sentence="This person has had as many mails of this kind in 30 days as we said we send.",
    citation="15 USC 7702(1); house rule",
)
CHOSE_LESS = Reason(
    code="frequency_chosen_reached",
    sentence="This person chose to get fewer mails of this kind and has had them for these 30 days.",
    citation="15 USC 7704(a)(4)(A); house rule",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class not in NOTHING_STOPS


def check(facts: Facts) -> Reason | None:
    mailed, most = facts.person.mailed, most_a_month(facts)
    if most is None or mailed is None or mailed < most:
        return None
    return CHOSE_LESS if most == facts.person.monthly_max else OFTEN_ENOUGH


RULE = Rule(
    name="frequency_kept",
    question="Has this person had as many mails of this kind in 30 days as we said, or as they chose?",
    citation="15 USC 7702(1); house rule",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(OFTEN_ENOUGH, CHOSE_LESS),
    check=check,
    looks_at=("message.monthly_cap", "person.monthly_max", "person.mailed"),
    applies=applies,
)
