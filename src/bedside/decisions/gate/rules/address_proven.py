"""An address is shown to be the person's before anything sensitive goes there, or anything at all (CON-18)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.duties import Route
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts

NOT_PROVEN = Reason(
    code="address_unproven",
    sentence="Have this person confirm the address, or check it with them, before this goes there.",
    citation="45 CFR 164.514(h); HHS FAQ 570",
)


def applies(message: MessageFacts, need: Duties) -> bool:
    if message.message_class is MessageClass.ACCOUNT_TRANSACTIONAL:
        return False  # the mail that asks to confirm the address is one of these
    return message.address_proof_required or need.route is Route.PORTAL


def check(facts: Facts) -> Reason | None:
    return None if facts.person.address_proven else NOT_PROVEN


RULE = Rule(
    name="address_proven",
    question="Where it matters: is the address shown to be this person's?",
    citation="45 CFR 164.514(h); HHS FAQ 570",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.HOLD,
    reasons=(NOT_PROVEN,),
    check=check,
    looks_at=("message.address_proof_required", "message.sensitivities", "person.address_proven"),
    applies=applies,
)
