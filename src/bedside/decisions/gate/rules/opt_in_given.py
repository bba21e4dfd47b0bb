"""Where the practice asks for a yes first, silence is a no. Stricter than the law, which asks for an opt-out only."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import CLASS_RULES
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import Answer

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NO_OPT_IN = Reason(
    code="opt_in_missing",
    sentence="This person has not said yes to this kind of mail.",
    citation="house rule, stricter than 15 USC 7704(a)",
)


def applies(message: MessageFacts, _need: Duties) -> bool:
    if not message.opt_in_required or message.message_class is None:
        return False
    return CLASS_RULES[message.message_class].opt_in_where_asked


def check(facts: Facts) -> Reason | None:
    return None if facts.person.answer is Answer.GRANTED else NO_OPT_IN


RULE = Rule(
    name="opt_in_given",
    question="Does this practice write only to people who said yes, and has this person?",
    citation="house rule; 15 USC 7704(a) asks for an opt-out only",
    holds_from=date(2026, 1, 1),  # house rule
    objection=Decision.SUPPRESS,
    reasons=(NO_OPT_IN,),
    check=check,
    looks_at=("message.opt_in_required", "person.answer"),
    applies=applies,
)
