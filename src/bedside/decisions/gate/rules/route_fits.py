"""What may reveal something sensitive is picked up from the portal, whatever the mail server can do (SEN-23)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.duties import Route
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NEEDS_PORTAL = Reason(
    code="portal_missing",
    sentence="This may reveal something sensitive and waits for the portal; take that part out to send it now.",
    citation="45 CFR 164.530(c); 164.306(b); 42 CFR 2.13(c)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.route is Route.PORTAL


def check(facts: Facts) -> Reason | None:
    return None if facts.message.portal_route else NEEDS_PORTAL


RULE = Rule(
    name="route_fits",
    question="Where it must be picked up from the portal: is it?",
    citation="45 CFR 164.530(c); 164.306(b); 42 CFR 2.13(c)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.HOLD,
    reasons=(NEEDS_PORTAL,),
    check=check,
    looks_at=("message.portal_route", "message.sensitivities", "person.part2_record"),
    applies=applies,
)
