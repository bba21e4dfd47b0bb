"""There is an address to write to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

NO_ADDRESS = Reason(
    code="no_address",
    sentence="There is no usable email address on record.",
    citation="RFC 5321 section 4.1.2",
)


def check(facts: Facts) -> Reason | None:
    return None if facts.person.address_usable else NO_ADDRESS


RULE = Rule(
    name="address_usable",
    question="Do we have a working form of email address for this person?",
    citation="RFC 5321 section 4.1.2",
    holds_from=date(2026, 1, 1),  # house rule
    objection=Decision.SUPPRESS,
    reasons=(NO_ADDRESS,),
    check=check,
    looks_at=("person.address_usable",),
)
