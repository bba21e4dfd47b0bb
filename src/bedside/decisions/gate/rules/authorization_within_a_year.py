"""Where a state, or the form of the paper, gives an authorization a year, it counts for a year (AUT-23, AUT-24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

OVER_A_YEAR = Reason(
    code="authorization_over_a_year",
    sentence="The authorization was signed more than a year ago, which is as long as it counts here.",
    citation="Cal. Civ. Code 56.11(b); RCW 19.373.070",
)
_LEAP_DAY = (2, 29)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization and need.a_year_at_most


def check(facts: Facts) -> Reason | None:
    held = facts.person.authorization
    if held is None:
        return None
    return OVER_A_YEAR if facts.today > a_year_after(held.signed_on) else None


def a_year_after(day: date) -> date:
    """The last day that counts; of 29 February it is 28 February, for a year is never longer than the law has it."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == _LEAP_DAY else day.day)


RULE = Rule(
    name="authorization_within_a_year",
    question="Where a state lets an authorization count for a year only: is it over?",
    citation="Cal. Civ. Code 56.11(b); RCW 19.373.070; Nev. SB 370",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(OVER_A_YEAR,),
    check=check,
    looks_at=("person.jurisdiction", "person.authorization"),
    applies=applies,
)
