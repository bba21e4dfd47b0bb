"""The legal basis on which an allowed message goes: the reason of every ALLOW (MKT-25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import CLASS_RULES
from bedside.decisions.gate.rules.duties import Basis
from bedside.decisions.gate.rules.verdict import Reason

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import MessageFacts

PAID = Reason(
    code="basis_paid_authorization",
    sentence="Paid for by somebody else, with a signed authorization that says so.",
    citation="45 CFR 164.508(a)(3)(ii)",
)
UNPAID = {
    message_class: Reason(code=f"basis_{message_class}", sentence=rule.basis, citation=rule.citation)
    for message_class, rule in CLASS_RULES.items()
}
BASES = (*UNPAID.values(), PAID)


def basis_of(message: MessageFacts, need: Duties) -> Reason | None:
    """None while the class or the question who pays is open."""
    if message.message_class is None or message.remuneration is None:
        return None
    return PAID if need.basis is Basis.PAID_AUTHORIZATION else UNPAID[message.message_class]
