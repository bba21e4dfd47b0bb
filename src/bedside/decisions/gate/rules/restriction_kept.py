"""A restriction or another way of contact we agreed to is kept (RGT-10, RGT-12)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

RESTRICTED = Reason(
    code="email_restricted",
    sentence="We agreed not to write to this person by email.",
    citation="45 CFR 164.522(a)(1)(iii), (b)(1)",
)


def check(facts: Facts) -> Reason | None:
    return RESTRICTED if facts.person.email_restricted else None


RULE = Rule(
    name="restriction_kept",
    question="Have we agreed not to write to this person by email?",
    citation="45 CFR 164.522(a)(1)(iii), (b)(1)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.SUPPRESS,
    reasons=(RESTRICTED,),
    check=check,
    looks_at=("person.email_restricted",),
)
