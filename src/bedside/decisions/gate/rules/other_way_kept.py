"""Somebody who asked to be reached another way is not written to by email (RGT-12)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import Way

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

BY_PORTAL = Reason(
    code="other_way_portal",
    sentence="This person asked to be reached through the portal; use it.",
    citation="45 CFR 164.522(b)(1)",
)
BY_PHONE = Reason(
    code="other_way_phone",
    sentence="This person asked to be called; use the phone.",
    citation="45 CFR 164.522(b)(1)",
)
BY_LETTER = Reason(
    code="other_way_letter",
    sentence="This person asked for letters; send one.",
    citation="45 CFR 164.522(b)(1)",
)
# Another address takes the place of the first before anything is asked (`gate.addresses`).
_REASONS = {Way.OTHER_EMAIL: None, Way.PORTAL: BY_PORTAL, Way.PHONE: BY_PHONE, Way.LETTER: BY_LETTER}


def check(facts: Facts) -> Reason | None:
    way = facts.person.other_way
    return None if way is None else _REASONS[way]


RULE = Rule(
    name="other_way_kept",
    question="Has this person asked to be reached another way than by email?",
    citation="45 CFR 164.522(b)(1)",
    holds_from=date(2026, 11, 22),  # facts of the first format do not say
    objection=Decision.SUPPRESS,
    reasons=(BY_PORTAL, BY_PHONE, BY_LETTER),
    check=check,
    looks_at=("person.other_way",),
)
