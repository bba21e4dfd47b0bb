"""People who are no patients get mail only on their own yes (MKT-24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.duties import Basis
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import Answer

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NO_CONSENT = Reason(
    code="consent_missing",
    sentence="This person is not a patient and has not said yes to this kind of mail.",
    citation="15 USC 7702(1); house rule",
)


def applies(message: MessageFacts, need: Duties) -> bool:
    return need.basis is Basis.CONSENT and message.message_class is not MessageClass.LEGAL_NOTICE


def check(facts: Facts) -> Reason | None:
    return None if facts.person.answer is Answer.GRANTED else NO_CONSENT


RULE = Rule(
    name="consent_given",
    question="Where mail rests on a yes: has this person said it?",
    citation="15 USC 7702(1); house rule",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(NO_CONSENT,),
    check=check,
    looks_at=("person.relationship", "person.answer"),
    applies=applies,
)
