"""Somebody has answered whether a third party pays for the sending (MKT-05)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

NOT_ANSWERED = Reason(
    code="remuneration_unanswered",
    sentence="Answer whether anybody pays for sending this message.",
    citation='45 CFR 164.501 "marketing" (3)',
)


def check(facts: Facts) -> Reason | None:
    return NOT_ANSWERED if facts.message.remuneration is None else None


RULE = Rule(
    name="remuneration_answered",
    question="Is it known whether somebody pays us to send this?",
    citation='45 CFR 164.501 "marketing" (3)',
    holds_from=date(2013, 9, 23),  # compliance date of the Omnibus Rule
    objection=Decision.HOLD,
    reasons=(NOT_ANSWERED,),
    check=check,
    looks_at=("message.remuneration",),
)
