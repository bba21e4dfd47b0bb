"""An imported authorization admits nothing until somebody has seen its paper (AUT-20, AUT-05)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_SEEN = Reason(
    code="authorization_unverified",
    sentence="Look at the signed paper and record what it says; so far it is known from an import only.",
    citation="45 CFR 164.508(b)(2)(ii)",
)
NO_END = Reason(
    code="authorization_without_end",
    sentence="Record when the authorization ends; without an end it is not valid.",
    citation="45 CFR 164.508(c)(1)(v)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization


def check(facts: Facts) -> Reason | None:
    held = facts.person.authorization
    if held is None:
        return None
    if not held.verified:
        return NOT_SEEN
    return NO_END if held.expires_on is None and held.expires_event is None else None


RULE = Rule(
    name="authorization_seen",
    question="Where the law asks for an authorization: has somebody seen it, and does it say when it ends?",
    citation="45 CFR 164.508(b)(2)(ii), (c)(1)(v)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.HOLD,
    reasons=(
        NOT_SEEN,
        NO_END,
    ),
    check=check,
    looks_at=("person.authorization",),
    applies=applies,
)
