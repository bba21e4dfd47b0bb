"""Mail that rests on the Privacy Rule goes to nobody but patients and plan members (MKT-24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.rows import NOT_PATIENTS
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_PATIENT = Reason(
    code="prospect_not_patient",
    sentence="This person is not a patient; this kind of message is for patients only.",
    citation="45 CFR 160.103; 164.501",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.closed


def check(facts: Facts) -> Reason | None:
    return NOT_PATIENT if facts.person.relationship in NOT_PATIENTS else None


RULE = Rule(
    name="prospects_are_not_patients",
    question="Is this message for patients going to somebody who is none?",
    citation="45 CFR 160.103; 164.501",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(NOT_PATIENT,),
    check=check,
    looks_at=("person.relationship",),
    applies=applies,
)
