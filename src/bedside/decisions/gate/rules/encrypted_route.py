"""Nothing leaves in clear: without an encrypted route the message waits (P1)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

NO_ROUTE = Reason(
    code="no_encrypted_route",
    sentence="There is no encrypted way to deliver this message.",
    citation="45 CFR 164.312(e)(1)",
)


def check(facts: Facts) -> Reason | None:
    return None if facts.message.encrypted_route else NO_ROUTE


RULE = Rule(
    name="encrypted_route",
    question="Is there an encrypted way to this person?",
    citation="45 CFR 164.312(e)(1)",
    holds_from=date(2005, 4, 20),  # compliance date of the Security Rule
    objection=Decision.HOLD,
    reasons=(NO_ROUTE,),
    check=check,
    looks_at=("message.encrypted_route",),
)
