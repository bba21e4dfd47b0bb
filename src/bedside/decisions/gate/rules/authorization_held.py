"""Marketing, and anything somebody pays for, needs a signed authorization in force (MKT-02 to MKT-07)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import AuthorizationFacts, Facts, MessageFacts

MISSING = Reason(
    code="authorization_missing",
    sentence="There is no signed authorization for marketing.",
    citation="45 CFR 164.508(a)(3)(i)",
)
REVOKED = Reason(
    code="authorization_revoked",
    sentence="The authorization was revoked.",
    citation="45 CFR 164.508(b)(2)(iii), (b)(5)",
)
EXPIRED = Reason(
    code="authorization_expired",
    sentence="The authorization has expired.",
    citation="45 CFR 164.508(b)(2)(i)",
)
NOT_YET = Reason(
    code="authorization_not_yet",
    sentence="The authorization is dated in the future.",
    citation="45 CFR 164.508(c)(1)(vi)",
)
OTHER_SENDER = Reason(
    code="authorization_other_sender",
    sentence="The authorization does not name this practice.",
    citation="45 CFR 164.508(c)(1)(ii)-(iii)",
)
NO_REMUNERATION = Reason(
    code="authorization_without_remuneration",
    sentence="The authorization does not say that somebody pays for this message.",
    citation="45 CFR 164.508(a)(3)(ii)",
)


def applies(_message: MessageFacts, need: Duties) -> bool:
    return need.authorization


def check(facts: Facts) -> Reason | None:
    held = facts.person.authorization
    return MISSING if held is None else _fault(held, today=facts.today, paid=bool(facts.message.remuneration))


def _fault(held: AuthorizationFacts, *, today: date, paid: bool) -> Reason | None:
    if held.revoked:
        return REVOKED
    if held.expires_on is not None and held.expires_on < today:
        return EXPIRED
    if held.signed_on > today:
        return NOT_YET
    if not held.sender_covered:
        return OTHER_SENDER
    return NO_REMUNERATION if paid and not held.remuneration_stated else None


RULE = Rule(
    name="authorization_held",
    question="Where the law asks for an authorization: is there one, in force, that covers this?",
    citation="45 CFR 164.508(a)(3), (b)(2)",
    holds_from=date(2003, 4, 14),  # compliance date of the Privacy Rule
    objection=Decision.SUPPRESS,
    reasons=(
        MISSING,
        REVOKED,
        EXPIRED,
        NOT_YET,
        OTHER_SENDER,
        NO_REMUNERATION,
    ),
    check=check,
    looks_at=("message.remuneration", "person.authorization"),
    applies=applies,
)
