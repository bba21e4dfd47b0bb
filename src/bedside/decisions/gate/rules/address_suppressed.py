"""A suppressed address gets nothing that its suppression covers (SUP-01)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule
from bedside.records.consent.rules import SuppressionReason

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.facts import Facts

BOUNCED = Reason(
    code="address_bounced",
    sentence="Mail to this address came back.",
    citation="Gmail and Yahoo sender guidelines (MBX-14)",
)
COMPLAINED = Reason(
    code="address_complained",
    sentence="Somebody reported our mail to this address as unwanted.",
    citation="15 USC 7704(a)(4)(A); Yahoo complaint feedback (MBX-13)",
)
ASKED = Reason(
    code="address_opted_out",
    sentence="Somebody at this address asked us to stop.",
    citation="15 USC 7704(a)(4)(A)",
)
BY_STAFF = Reason(
    code="address_suppressed",
    sentence="Staff have put this address on the list not to be written to.",
    citation="45 CFR 164.522; house rule",
)
BY_IMPORT = Reason(
    code="address_suppressed_import",
    sentence="This address is on a list of suppressed addresses that was imported.",
    citation="15 USC 7704(a)(4)(A)",
)
ERASED = Reason(
    code="address_erased",
    sentence="Somebody at this address was erased here; only their own new yes opens it again.",
    citation="15 USC 7704(a)(4)(A) (CON-24); NIST SP 800-88r2",
)
_REASONS = {
    SuppressionReason.BOUNCED: BOUNCED,
    SuppressionReason.COMPLAINED: COMPLAINED,
    SuppressionReason.ASKED: ASKED,
    SuppressionReason.STAFF: BY_STAFF,
    SuppressionReason.IMPORTED: BY_IMPORT,
    SuppressionReason.ERASED: ERASED,
}


def check(facts: Facts) -> Reason | None:
    suppression = facts.person.suppression
    return None if suppression is None else _REASONS[suppression]


RULE = Rule(
    name="address_suppressed",
    question="Is this address suppressed for this kind of mail?",
    citation="15 USC 7704(a)(4)(A)",
    holds_from=date(2004, 1, 1),  # CAN-SPAM Act in effect
    objection=Decision.SUPPRESS,
    reasons=(
        BOUNCED,
        COMPLAINED,
        ASKED,
        BY_STAFF,
        BY_IMPORT,
        ERASED,
    ),
    check=check,
    looks_at=("person.suppression",),
)
