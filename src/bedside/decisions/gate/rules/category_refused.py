"""A person who refused a category gets nothing of it; for reminders and notices a preference we keep, not a law."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import Answer, Category

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

REFUSED = Reason(
    code="category_refused",
    sentence="This person said no to this kind of mail.",
    citation="15 USC 7704(a)(3)-(4)",
)
REFUSED_FUNDRAISING = Reason(
    code="fundraising_refused",
    sentence="This person does not want to be asked for gifts.",
    citation="45 CFR 164.514(f)(2)(iv)",
)
REFUSED_CARE = Reason(
    code="care_mail_refused",
    sentence="This person prefers not to get this kind of mail; use another way.",
    citation="45 CFR 164.522(b); house rule",
)
_BY_CATEGORY = {
    Category.FUNDRAISING: REFUSED_FUNDRAISING,
    Category.REMINDERS: REFUSED_CARE,
    Category.NOTICES: REFUSED_CARE,
}


def applies(message: MessageFacts, _need: Duties) -> bool:
    return message.message_class is not MessageClass.ACCOUNT_TRANSACTIONAL


def check(facts: Facts) -> Reason | None:
    if facts.person.answer is not Answer.REFUSED:
        return None
    return _BY_CATEGORY.get(facts.message.category, REFUSED)


RULE = Rule(
    name="category_refused",
    question="Has this person said no to this kind of mail?",
    citation="15 USC 7704(a)(3)-(4); 45 CFR 164.514(f)(2)(iv)",
    holds_from=date(2004, 1, 1),  # CAN-SPAM Act in effect
    objection=Decision.SUPPRESS,
    reasons=(
        REFUSED,
        REFUSED_FUNDRAISING,
        REFUSED_CARE,
    ),
    check=check,
    looks_at=("person.answer",),
    applies=applies,
)
