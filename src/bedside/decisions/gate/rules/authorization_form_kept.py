"""A paper in the form of a state that gives it a year counts for a year anywhere (AUT-23, AUT-24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.authorization_within_a_year import a_year_after
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import StateProfile

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

OVER_A_YEAR_BY_FORM = Reason(
    code="authorization_form_over",
    sentence="The authorization is in a form that counts for a year, and the year is over.",
    citation="Cal. Civ. Code 56.11(b); RCW 19.373.070",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization


def check(facts: Facts) -> Reason | None:
    held = facts.person.authorization
    if held is None or held.profile is StateProfile.FEDERAL:
        return None
    return OVER_A_YEAR_BY_FORM if facts.today > a_year_after(held.signed_on) else None


RULE = Rule(
    name="authorization_form_kept",
    question="Is the authorization in a form that counts for a year, and is that over?",
    citation="Cal. Civ. Code 56.11(b); RCW 19.373.070",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(OVER_A_YEAR_BY_FORM,),
    check=check,
    looks_at=("person.authorization",),
    applies=applies,
)
