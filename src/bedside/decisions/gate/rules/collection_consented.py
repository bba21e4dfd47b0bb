"""Some states ask for consent before we keep what somebody's interests say about their health (SEN-14)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_CONSENTED = Reason(
    code="collection_consent_missing",
    sentence="This person has not agreed that we keep what their choices say about their health.",
    citation="RCW 19.373.030; Nev. SB 370",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.collection_consent


def check(facts: Facts) -> Reason | None:
    return None if facts.person.collection_consented else NOT_CONSENTED


RULE = Rule(
    name="collection_consented",
    question="Where the state asks for it: may we keep health interests of this person?",
    citation="RCW 19.373.030; Nev. SB 370",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(NOT_CONSENTED,),
    check=check,
    looks_at=("person.relationship", "person.jurisdiction", "person.collection_consented"),
    applies=applies,
)
