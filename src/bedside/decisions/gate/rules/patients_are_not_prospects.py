"""Nobody with a record here is a prospect, so that class never stands in for marketing (MKT-24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.rows import PATIENTS
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

IS_PATIENT = Reason(
    code="patient_not_prospect",
    sentence="This person is a patient; use one of the kinds of message for patients.",
    citation="45 CFR 160.103; 164.508(a)(3)",
)


def applies(message: MessageFacts, need: Duties) -> bool:
    return need.closed and message.message_class is MessageClass.PROSPECT_COMMERCIAL


def check(facts: Facts) -> Reason | None:
    return IS_PATIENT if facts.person.relationship in PATIENTS else None


RULE = Rule(
    name="patients_are_not_prospects",
    question="Is this advertising for non-patients going to a patient?",
    citation="45 CFR 160.103; 164.508(a)(3)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.SUPPRESS,
    reasons=(IS_PATIENT,),
    check=check,
    looks_at=("person.relationship",),
    applies=applies,
)
