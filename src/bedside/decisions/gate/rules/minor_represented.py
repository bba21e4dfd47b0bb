"""Somebody who may act for a minor is on record before we write (RGT-15)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

NOT_REPRESENTED = Reason(
    code="minor_without_representative",
    sentence="Record who may act for this minor.",
    citation="45 CFR 164.502(g)(3)",
)


def check(facts: Facts) -> Reason | None:
    person = facts.person
    return NOT_REPRESENTED if person.minor and not person.representative_recorded else None


RULE = Rule(
    name="minor_represented",
    question="Is this a minor without a parent or guardian on record?",
    citation="45 CFR 164.502(g)(3)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.HOLD,
    reasons=(NOT_REPRESENTED,),
    check=check,
    looks_at=("person.minor", "person.representative_recorded"),
)
